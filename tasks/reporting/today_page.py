"""The page of today, in markdown: what needs a person comes first, the figures after it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import Final

from lifecycle.accountability.report import Language
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence
from tasks.reporting.today import Figure, Need, Today

HEADS: Final = (Heading.HOW_BAD, Heading.WHAT, Heading.SEE, Heading.UNTIL, Heading.WHO)
"""The columns of what needs a person."""
MOST_NEEDS: Final = 40
"""Lines of what needs a person; what is beyond is counted."""


def markdown(
    seen: Today,
    controller: str,
    *,
    language: Language,
    there: Container[str],
    schedules: Mapping[str, str] | None = None,
) -> str:
    """The whole page. `there`: keys of the pages that some run has written;
    `schedules`: a deployment's name and its address in the UI."""
    parts = [
        f"## {Title.TODAY.say(language)}: {seen.company}",
        f"{Sentence.AS_OF.say(language, at=f'{seen.at:%Y-%m-%d %H:%M %Z}')}",
        f"### {Title.SOMEBODY_ACTS.say(language)}",
        "\n".join(_needs(seen, controller, language, there)),
        f"### {Title.FIGURES.say(language)}",
        "\n".join(_figures(seen.figures, controller, language, there)),
        Sentence.COMMANDS.say(language, option=f"`-c {controller}`"),
    ]
    if schedules:
        parts += [
            f"### {Title.RERUN.say(language)}",
            " · ".join(f"[{name}]({address})" for name, address in sorted(schedules.items())),
        ]
    return "\n\n".join(parts) + "\n"


def address_of(page: str, controller: str) -> str:
    """Where the UI shows the newest of that page."""
    return f"/artifacts/key/{page}-{controller}"


def colour(need: Need, language: Language) -> str:
    """In a word, for whoever does not see colours."""
    return (Sentence.RED if need.red else Sentence.AMBER).say(language)


def what(need: Need, language: Language) -> str:
    """What it is about, and how many."""
    said = need.what.say(language, **need.about)
    return said if need.number == 1 else f"{said} ({need.number})"


def until(need: Need, seen: Today) -> str:
    """A local day, or a local minute."""
    if "T" not in need.until:
        return need.until
    at = datetime.fromisoformat(need.until).astimezone(seen.at.tzinfo)
    return f"{at:%Y-%m-%d %H:%M}"


def _needs(
    seen: Today, controller: str, language: Language, there: Container[str]
) -> Iterator[str]:
    if not seen.needs:
        yield Sentence.NOBODY_ACTS.say(language)
        return
    yield from _head(HEADS, language)
    for need in seen.needs[:MOST_NEEDS]:
        yield _row(
            f"**{colour(need, language)}**",
            what(need, language),
            " ".join(filter(None, (_link(need.page, controller, there), f"`{need.command}`"))),
            until(need, seen),
            need.who,
        )
    if (more := len(seen.needs) - MOST_NEEDS) > 0:
        yield _row("", Sentence.MORE_LINES.say(language, number=more), "", "", "")


def _figures(
    figures: tuple[Figure, ...], controller: str, language: Language, there: Container[str]
) -> Iterator[str]:
    yield from _head((Heading.WHAT, Heading.NUMBER, Heading.SEE), language)
    for one in figures:
        value = Sentence.NEVER.say(language) if one.value == "" else str(one.value)
        see = _link(one.page, controller, there) or f"`{one.command}`"
        yield _row(one.what.say(language), value, see)


def _link(page: str, controller: str, there: Container[str]) -> str:
    if f"{page}-{controller}" not in there:
        return ""  # the UI shows nothing at all where no run has written yet
    return f"[{page}]({address_of(page, controller)})"


def _head(heads: tuple[Heading, ...], language: Language) -> Iterator[str]:
    yield _row(*(head.say(language) for head in heads))
    yield _row(*("---" for _ in heads))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
