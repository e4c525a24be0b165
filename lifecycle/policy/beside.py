"""A policy's words lie in folders beside it: forms, duties, lists, notices, what may lie where."""

from __future__ import annotations

from pathlib import Path

from lifecycle.configuration.problems import PolicyError, Problem
from lifecycle.configuration.text import LARGEST, MarkedText, read_text


def read_beside(policies: Path, folder: str, name: str) -> MarkedText:
    """The YAML file `name` of the folder `folder` beside the policies.

    Raises `PolicyError`, also when the file cannot be read; its problems name the folder as well.
    """
    content = content_beside(policies, folder, name)
    return read_text(content, name=f"{folder}/{name}", error=PolicyError)


def content_beside(policies: Path, folder: str, name: str) -> bytes:
    """Its bytes, no more than one beyond the largest that is read. Raises `PolicyError`."""
    content: bytes | None = None
    try:
        with (policies / folder / name).open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        pass
    if content is None:
        message = f"this file cannot be read; it belongs into the folder {folder} of the policies"
        raise PolicyError([Problem(f"{folder}/{name}", 1, "", message)])
    return content
