"""Every day the requests are looked at: who waits is reminded of, what was laid ready and given out
goes, and what people wrote goes when its time is up (art. 5(1)(e), 12(3))."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from lifecycle.errors import Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.references import REQUEST, from_reference, to_reference
from lifecycle.retention.calendar import subtract_period
from lifecycle.rights import CLOSED
from records import rights
from records.engines import reading
from records.rights import Request
from records.scrub import scrub
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.proving.shredding import destroy_keys
from tasks.rights.files import folder_of, remove_files
from tasks.rights.register import line_of

_OURS: Final = re.compile(r"(Q-[0-9A-HJKMNP-TV-Z]{13})\.(?:pdf|zip)(?:\.part)?", re.ASCII)


class Counts(NamedTuple):
    """What the day's look did."""

    waiting: int
    overdue: int
    reminded: int
    texts_gone: int
    files_gone: int


def look(house: House) -> Counts:
    """Remind, and let go what has done its service. Safe to repeat: nobody is reminded twice of the
    same day. Raises `Unreachable` when the mail server takes no reminder, `Busy`, `NotProven`."""
    files = clear_files(house)
    texts = forget_texts(house)
    reminded = remind(house)
    today = local_today(house)
    with reading(house.engine) as connection:
        waiting = rights.open_ones(connection, controller=house.controller)
    late = sum(1 for one in waiting if one.clock.is_late(today))
    return Counts(len(waiting), late, reminded, texts, files)


def remind(house: House) -> int:
    """Write about each request whose reminder is due, once a reminder; how many. Once it is late:
    every day. Nothing personal is in the mail. After an outage one reminder stands for all.

    Raises `Misconfigured("rights_without_rule")`, `Unreachable`.
    """
    rules = house.policy.rights_rules()
    today = local_today(house)
    with reading(house.engine) as connection:
        waiting = rights.open_ones(connection, controller=house.controller)
    before = rules.remind_before
    due = [one for one in waiting if _is_due(one, one.clock.reminder(before, today=today))]
    for one in due:
        if house.mailbox is not None:
            line = line_of(one, today=today)
            left = "OVERDUE." if line.overdue else f"{line.days_left} days left."
            house.mailbox.write(
                subject=f"Gallra: request {one.ref}",
                text=(
                    f"Request {one.ref} ({line.right}, article {line.article}) waits for an answer "
                    f"by {line.due_on}. {left}\nState: {line.state}. Who: "
                    f"{', '.join(rules.answered_by)}.\nWhat to do: gallra request show {one.ref}\n"
                ),
                mark=f"{one.ref}-{today.isoformat()}",
            )
        with house.work() as work:
            rights.note_reminded(work.connection, one.number, on=today)
            work.record(
                EventKind.REQUEST_REMINDED,
                ref=one.ref,
                facts={"due_on": one.clock.due_on.isoformat()},
            )
            work.commit()
    return len(due)


def forget_texts(house: House) -> int:
    """What people wrote about requests that were closed long enough ago goes with its keys; how
    many texts. Raises `Misconfigured("rights_without_rule")`, `NotProven`."""
    kept = house.policy.rights_rules().written_kept
    before = subtract_period(local_today(house), kept)
    with reading(house.engine) as connection:
        old = rights.with_old_texts(connection, controller=house.controller, before=before)
    gone = 0
    if old:
        with house.work() as work:
            for number in old:
                dropped = rights.drop_texts(work.connection, [number])
                ref = to_reference(REQUEST, number)
                work.record(EventKind.REQUEST_TEXT_GONE, ref=ref, acted=dropped)
                gone += dropped
            work.commit()
    if destroy_keys(house):
        scrub(house.engine)
    return gone


def clear_files(house: House) -> int:
    """What lies ready for a request that is closed, or that nobody knows, goes; how many files.
    Raises `Unreachable("extract_not_writable")`."""
    folder = folder_of(house)
    failed = False
    names: list[str] = []
    try:
        names = sorted({m[1] for one in folder.iterdir() if (m := _OURS.fullmatch(one.name))})
    except FileNotFoundError:
        return 0
    except OSError:
        failed = True
    if failed:
        raise Unreachable("extract_not_writable")
    return sum(remove_files(house, ref) for ref in names if _is_over(house, ref))


def _is_due(request: Request, day: date | None) -> bool:
    return day is not None and (request.reminded_on is None or request.reminded_on < day)


def _is_over(house: House, ref: str) -> bool:
    with reading(house.engine) as connection:
        try:
            found = rights.get(
                connection, controller=house.controller, number=from_reference(REQUEST, ref)
            )
        except Refused:
            return True
    return found.state in CLOSED
