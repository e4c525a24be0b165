"""`python -m tests.spec.write_rules > docs/rules.md`: the page is made from the cases, which are
tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from textwrap import fill

from tests.spec.rule_cases import CHAPTERS
from tests.spec.rule_chapter import ERASURE, Case, Chapter

_HEAD = """\
# What the rules say

Made by `python -m tests.spec.write_rules > docs/rules.md`; do not edit it by hand. Every line is a
test (`tests/spec/test_rules_read_like_the_policies.py`): the rule as a policy writes it, what
happened, the day on which somebody looks, and what is decided. The rules quote the policies; some
are shortened, and some are put together to show how rules stand to each other.

*free on*: the first day on which nothing needs it. *last day*: the last one on which it may be
there; of what stays because a rule needs it, the last one on which it must. **erase**, **strip**,
**anonymise**, **archive**: it stands on the plan, and goes when somebody approves. A rule in
brackets is the one that decides.

Where a chapter does not say otherwise, the policy's `erasure` says:
"""


def document() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *_choices(), *(line for each in CHAPTERS for line in _chapter(each))])


def _choices() -> Iterator[str]:
    yield "```yaml"
    yield from (f'{name}: "{value}"' for name, value in ERASURE.items() if name in _SHOWN)
    yield "```\n"


_SHOWN = ("lead", "grace", "recent_activity", "earliest_anchor", "accounting_year_begins")


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"## {chapter.title}\n"
    yield f"{fill(chapter.text, 100)}\n"
    own = ", ".join(f"`{name}: {value}`" for name, value in chapter.erasure.items())
    if own and own not in chapter.text:
        yield f"Here {own}.\n"
    yield f"```yaml\n{chapter.rules}```\n"
    yield "| | dates | seen on | said |"
    yield "|---|---|---|---|"
    for case in chapter.cases:
        yield f"| {case.sentence} | {_facts(case)} | {case.seen} | {_cell(case.said)} |"
    yield ""


def _facts(case: Case) -> str:
    facts = [f"{event} {day}" for event, day in case.anchors.items()]
    facts += [f"active {case.active_on}"] if case.active_on else []
    facts += [f"in {case.system}"] if case.system != "register" else []
    facts += [f"a {case.kind}"] if case.kind else []
    facts += [f"held: {'everything' if name == '*' else name}" for name in case.held]
    facts += [f"carried out: {name}" for name in case.settled]
    return "<br>".join(facts) or "none"


def _cell(said: str) -> str:
    return said.replace("; ", "<br>")


if __name__ == "__main__":
    sys.stdout.write(document())
