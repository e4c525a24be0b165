"""`python -m console.not_automated`: the page of what is left to people, made from the duties.

`docs/not-automated.md` is its output; tests/structure/test_duties.py holds both together.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lifecycle.policy.duties import FOLDER, ByPeople, Duties, load_duties
from lifecycle.policy.load import SUFFIX, policy_directory

_HEAD: Final = """\
# What Gallra leaves to people

Made by `python -m console.not_automated > docs/not-automated.md` from the files in
`policies/duties/`; edit those. `gallra policy trace` shows the same beside all that a machine does.

The guidelines ask for more than a program can do, and for more than this version does. Here is
every sentence that ends with a person: why, who it is, how it is done, and how one notices when it
is not. *Not built yet* means that a machine could do it. *For people* means that none should.
"""
_BUILT: Final = {"not_yet": "not built yet", "never": "for people"}


def document(all_duties: Sequence[Duties]) -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, *_overview(all_duties)]
    for duties in all_duties:
        parts.extend(_document(duties))
    return "\n".join(parts).rstrip("\n") + "\n"


def all_duties(policies: Path) -> list[Duties]:
    """Those of every controller, in alphabetical order."""
    files = sorted((policies / FOLDER).glob(f"*{SUFFIX}"))
    return [load_duties(policies, file.stem) for file in files]


def _overview(all_duties: Sequence[Duties]) -> Iterator[str]:
    yield "| document | sentences | of these left to people | not built yet | for people |"
    yield "|---|---|---|---|---|"
    for duties in all_duties:
        built = [
            topic.built for name, topic in duties.by_people.items() for _ in duties.left_to(name)
        ]
        cells = (
            duties.document,
            len(duties.duties),
            len(built),
            built.count("not_yet"),
            built.count("never"),
        )
        yield f"| {' | '.join(str(cell) for cell in cells)} |"
    yield ""


def _document(duties: Duties) -> Iterator[str]:
    yield f"## {duties.document}\n"
    for name, topic in duties.by_people.items():
        yield from _topic(duties, name, topic)
    if duties.beside:
        yield "### What Gallra needs from people\n"
        yield "No sentence asks for it; the work stops without it.\n"
        yield "| what | why | who |"
        yield "|---|---|---|"
        for beside in duties.beside:
            yield f"| {beside.what} | {beside.why} | {beside.who} |"
        yield ""


def _topic(duties: Duties, name: str, topic: ByPeople) -> Iterator[str]:
    yield f"### {topic.called} ({_BUILT[topic.built]})\n"
    yield "| sentence | asks for |"
    yield "|---|---|"
    for number, duty in duties.left_to(name):
        yield f"| {number} | {duty.says} |"
    yield ""
    for head, text in (
        ("Why no machine", topic.why),
        ("Who", topic.who),
        ("How", topic.how),
        ("Noticed when it is not done", topic.noticed),
    ):
        yield f"- **{head}:** {text}"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(document(all_duties(policy_directory())))
