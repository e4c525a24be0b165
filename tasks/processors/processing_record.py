"""The record of processing as a page and as a workbook, for the people who keep it and for an
inspector (H-11, H-12, H-14, GDPR art. 30(4))."""

from __future__ import annotations

from html import escape

from connectors.text_workbook import write_workbook
from lifecycle.ledger import EventKind
from lifecycle.processing_record import FIELDS, Record, RunBy, build
from lifecycle.processing_record_words import words_of
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.processors.page import STYLE
from tasks.processors.register import lines


def record_of(house: House) -> Record:
    """The record as it stands today, with the processors that the register knows: also those of
    which nobody has said which system they run (art. 30(1)(d))."""
    known = house.policy.systems
    run_by = [
        RunBy(
            line.said.called,
            tuple(name for name in line.systems if name in known),
            line.countries,
            tuple(said.called for _, said in line.subs),
        )
        for line in lines(house)
    ]
    return build(house.policy, run_by=run_by)


def as_page(house: House, record: Record) -> str:
    """A page of HTML that loads nothing from anywhere and prints well, an activity after the
    other."""
    words = words_of(house.policy.controller.country)
    parts = [
        f"<!doctype html><html lang='{words.language}'><head><meta charset='utf-8'>",
        f"<title>{escape(record.title)} · {escape(record.company)}</title>",
        f"<style>{STYLE}</style></head><body><h1>{escape(record.title)}</h1>",
        f"<p><strong>{escape(record.company)}</strong> · {escape(words.drawn_on)} "
        f"{local_today(house).isoformat()} · {escape(words.version)} "
        f"<code>{house.policy.sha256[:12]}</code></p>",
    ]
    for activity in record.activities:
        parts.append(f"<h2>{escape(activity.activity[0])}</h2><table>")
        for field, head in zip(FIELDS, record.heads, strict=True):
            if field == "activity":
                continue
            told = "<br>".join(escape(line) for line in getattr(activity, field))
            parts.append(f"<tr><th>{escape(head)}</th><td>{told}</td></tr>")
        parts.append("</table>")
    parts.append("</body></html>\n")
    return "\n".join(parts)


def as_workbook(record: Record) -> bytes:
    """An .xlsx with a row for each activity, every cell text. Raises as `write_workbook`."""
    rows = [
        ["\n".join(getattr(activity, field)) for field in FIELDS] for activity in record.activities
    ]
    return write_workbook(record.heads, rows, sheet="Artikel 30")


def note_made(house: House, record: Record, *, kind: str) -> None:
    """That a record was drawn up is in the ledger; `kind`: `page` or `workbook`."""
    with house.work() as work:
        work.record(
            EventKind.PROCESSING_RECORD_MADE,
            found=len(record.activities),
            facts={"what": kind, "policy": house.policy.sha256},
            undecided=len(record.undecided),
        )
        work.commit()
