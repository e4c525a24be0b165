"""What the commands about disclosures print: whom it is about by reference, never by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.output import say, table

if TYPE_CHECKING:
    from tasks.sharing.register import Entry
    from tasks.sharing.sources import Source
    from tasks.telling.due import ToTell

_HOW: Final = {
    "ours": "Gallra's own records: taken without --from",
    "read_out": "--from reads it there",
    "by_hand": "a person looks it up and hands it over",
    "same_as_ours": "the same as in Gallra's own records",
    "not_read_out": "is not read out: it tells of others too",
}


def show_entry(told: Entry) -> None:
    """A disclosure as whoever decides must see it."""
    say(f"{told.ref}  disclosure, {told.state}, {told.stage.replace('_', ' ')}")
    say(f"  hash {told.hash[:12]}…, {told.given} of {told.needed} approval(s)")
    say(f"  to {told.recipient}, contact {told.contact}, until {told.until_on}")
    say(f"  {told.people} people: {', '.join(told.categories)} ({told.data_class})")
    more = f" and {told.people - len(told.about)} more" if told.people > len(told.about) else ""
    say(f"  about {', '.join(told.about)}{more} (`gallra find` says who has which reference)")
    if told.cases:
        say(f"  of what lies case by case only {told.cases} chosen case(s)")
    if told.without:
        say(f"! of {told.without} chosen people there is nothing of that: they are left out.")
    for name, systems in told.sources.items():
        say(f"  {name}: out of {', '.join(systems)}")
    if told.held:
        say(f"! of {told.held} people a legal hold keeps something of it.")
    say(f"  purpose {told.purpose}; basis {told.legal_basis}; rests on {told.condition}")
    say(f"  by {told.channel} as {told.container}, the password by {told.password_by}")
    say(f"  rule {told.rule}" + (f" ({told.sentence})" if told.sentence else ""))
    if told.overdue:
        say("! its time is up.")


def show_sources(title: str, found: Sequence[Source]) -> None:
    """Where data lies, and how a disclosure could take it."""
    heads = ["category", "system", "people", "how"]
    table(title, heads, [(one.category, one.system, one.people, _HOW[one.how]) for one in found])


def show_lists(found: Sequence[Entry], tellings: Sequence[ToTell], *, whole: bool = False) -> None:
    """What was given to others, and who of them is still to be told; `whole`: with the grounds."""
    more = ["what", "for, on which ground"] if whole else []
    heads = ["disclosure", "to", "people", *more, "until", "stands"]
    rows = [
        (
            one.ref,
            one.recipient,
            one.people,
            *([", ".join(one.categories), f"{one.purpose}, {one.legal_basis}"] if whole else []),
            f"{one.until_on} OVERDUE" if one.overdue else one.until_on,
            "to approve" if one.asks else one.stage.replace("_", " "),
        )
        for one in found
    ]
    if rows:
        table("Disclosures", heads, rows)
    if tellings:
        heads = ["telling", "because", "disclosure", "people", "by", "how"]
        lines = [
            (
                one.ref,
                one.because,
                one.disclosure,
                one.people,
                f"{one.due_on} OVERDUE" if one.overdue else one.due_on or "-",
                one.how or "-",
            )
            for one in tellings
        ]
        table("Recipients to tell", heads, lines)
