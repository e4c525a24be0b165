"""Every help is shown with its first sentence whole where the commands of a group are listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from console.main import app

LONG = 10_000
"""Characters of a line: the sentence is judged, not the width of a terminal."""


def _all(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield f"{path} {name}".strip(), command
        if hasattr(command, "commands"):
            yield from _all(command, f"{path} {name}".strip())


HELPS = dict(_all(get_command(app)))


@pytest.mark.parametrize("path", HELPS)
def test_the_listed_sentence_is_whole(path: str) -> None:
    """A list of commands ends a help at its first full stop and blank: `art. 30` cuts it."""
    whole = " ".join(HELPS[path].help.split("\n\n")[0].split())
    listed = HELPS[path].get_short_help_str(limit=LONG).removesuffix(".")
    assert listed
    assert whole.startswith(listed)
    rest = whole.removeprefix(listed).removeprefix(".").strip()
    assert rest == "" or rest[0].isupper(), f"cut off: {rest}"
    assert listed.count("(") == listed.count(")")
