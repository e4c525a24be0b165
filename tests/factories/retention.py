"""A small policy of pupils, parents and participants, with every way in which time is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from lifecycle.policy.data import SubjectKind, System
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.references import new_id
from records import bulk, placements
from records.placements import NewPlace
from records.tables import engagement, holding, subject
from records.vault import Vault

POLICIES = Path(__file__).resolve().parents[2] / "policies"
CONTROLLER = "academedia"
AT = "2026-11-02T08:00:00.000000+00:00"
SOURCE = {"law": "GDPR art. 5(1)(e)"}
EVERYTHING = ("accounts", "contact", "health", "identity")
_BY_HAND = {
    "role": "administration",
    "within": "P14D",
    "remind_every": "P7D",
    "evidence": "signed list",
    "second_person": False,
    "how": "Shred it.",
}
_SYSTEMS: dict[str, dict[str, Any]] = {
    "gallra": {"role": "records", "reached": "by_machine"},
    "workbuster": {"role": "case_system", "reached": "by_machine"},
    "novo": {"role": "system", "reached": "by_machine"},
    "adobe": {"role": "system", "reached": "by_machine"},
    "binder": {"role": "place", "reached": "by_hand", "by_hand": _BY_HAND},
}


def rule(name: str, kind: str, event: str, **more: Any) -> RetentionRule:
    """A rule about everything of a kind; `at_most`, `categories`, `systems`, `then` … differ."""
    keep = {key: more.pop(key) for key in ("at_most", "at_least") if key in more}
    return RetentionRule.model_validate(
        {
            "id": name,
            "covers": {
                "subject": kind,
                "categories": more.pop("categories", list(EVERYTHING)),
                "systems": more.pop("systems", "all"),
            },
            "from": event,
            "keep": keep or {"at_most": "P6M"},
            "then": "erase",
            "approval": "one",
            "source": SOURCE,
            **more,
        }
    )


RULES = (
    rule("participant.six-months", "participant", "left"),
    rule("pupil.turn-of-year", "pupil", "left", at_most="end_of_year"),
    rule("relative.turn-of-year", "relative", "left", at_most="end_of_year"),
    rule("accounts.five-years", "pupil", "entry", at_most="P5Y", categories=["accounts"]),
)


def small_policy(
    *, rules: Sequence[RetentionRule] = RULES, by_hand: bool = False, sha256: str = "0" * 64
) -> Policy:
    """Participants come in exports, pupils and parents from outer systems. `by_hand`: there is a
    paper binder too."""
    base = load_policy(POLICIES / "academedia.yaml")
    kinds = {"participant": {}, "pupil": {}, "relative": {"goes_with": "pupil"}, "staff": {}}
    holds = dict.fromkeys(kinds, EVERYTHING)
    names = [name for name in _SYSTEMS if by_hand or name != "binder"]
    policy = base.model_copy(
        update={
            "subjects": {
                name: SubjectKind.model_validate({"called": name, "source": SOURCE} | kind)
                for name, kind in kinds.items()
            },
            "systems": {
                name: System.model_validate({"called": name, "holds": holds} | _SYSTEMS[name])
                for name in names
            },
            "anchors": {
                "left": Anchor.model_validate(
                    {
                        "means": "left",
                        "per": "person",
                        "taken_from": ["break_off_date", "end_date"],
                    }
                ),
                "entry": Anchor.model_validate({"means": "latest entry", "per": "record"}),
            },
            "retention": tuple(rules),
        }
    )
    policy._sha256 = sha256
    return policy


def add_person(connection: Connection, kind: str = "pupil") -> int:
    """Somebody of whom nothing more is known."""
    number = new_id()
    bulk.insert_rows(
        connection,
        subject,
        ("id", "controller", "kind", "created_at"),
        [(number, CONTROLLER, kind, AT)],
    )
    return number


def add_case(
    connection: Connection, number: int, *, ends: str | None = "", broke_off: str | None = ""
) -> None:
    """A case of an export, and something sealed about the person (its key is nowhere)."""
    case_id = new_id()
    bulk.insert_rows(
        connection,
        engagement,
        tuple(column.name for column in engagement.columns),
        [
            (
                case_id,
                CONTROLLER,
                number,
                str(case_id),
                "Rusta",
                "Nord",
                "2026-01-01",
                ends,
                broke_off,
            )
        ],
    )
    bulk.insert_rows(
        connection,
        holding,
        ("id", "subject_id", "engagement_id", "category", "digest", "sealed"),
        [(new_id(), number, None, "identity", b"d", b"s")],
    )


def add_place(
    connection: Connection,
    vault: Vault,
    number: int,
    *,
    system: str = "novo",
    kind: str = "pupil",
    key: str | None = None,
    categories: tuple[str, ...] = ("contact", "identity"),
    active_on: date | None = None,
    **anchors: date | None,
) -> int:
    """A record in an outer system."""
    place_id = new_id()
    key = key or f"record-{place_id}"
    placements.add(
        connection,
        vault,
        controller=CONTROLLER,
        system=system,
        found=[
            NewPlace(
                id=place_id,
                subject_id=number,
                kind=kind,
                digest=placements.digest_of(vault, system=system, key=key),
                key=key,
                categories=categories,
                active_on=active_on,
                anchors=anchors,
            )
        ],
        at=AT,
    )
    return place_id
