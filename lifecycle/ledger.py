"""What was done is written down as references and counts, each entry chained to the one before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import orjson

from lifecycle.errors import LedgerFailure
from lifecycle.references import RUN, new_id, to_reference

LINK_SIZE: Final = 32
"""Bytes in a link: one SHA-256."""
LARGEST_COUNT: Final = 999_999_999
"""Ten digits could be an identity number; no count of ours needs them."""
_LEDGER: Final = "L"

_REFERENCE: Final = r"[A-Z]-[0-7][0-9A-HJKMNP-TV-Z]{12}"
_WORD: Final = r"[a-z][a-z0-9_.-]{0,60}"
_POLICY_ID: Final = r"[A-Z]{1,3}-[0-9]{1,4}"
_DIGEST: Final = r"[0-9a-f]{64}"
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT: Final = _DATE + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00"
_RUN: Final = re.compile(RUN + _REFERENCE.removeprefix("[A-Z]"))
_SHAPES: Final = re.compile(
    f"(?P<word>{_WORD})|{_REFERENCE}|{_POLICY_ID}|{_DIGEST}|(?P<time>{_DATE}|{_INSTANT})"
)
_IDENTITY: Final = re.compile(r"[0-9](?:[ ._+-]?[0-9]){7,}")
"""Eight digits and more, however spaced: a birth date, a personnummer, a CPR number."""
_CANONICAL: Final = orjson.OPT_SORT_KEYS
_DOMAIN: Final = b"gallra ledger link 1\n"
_ORIGIN_DOMAIN: Final = b"gallra ledger origin 1\n"


class EventKind(StrEnum):
    """Everything that the ledger can say. A kind is added, never renamed: old events stay."""

    LEDGER_BEGUN = "ledger.begun"
    CONTROLLER_BEGUN = "controller.begun"
    LEDGER_VERIFIED = "ledger.verified"
    LEDGER_BROKEN = "ledger.broken"
    CHECKPOINT_MADE = "checkpoint.made"
    WITNESS_FAILED = "witness.failed"
    RUN_BEGUN = "run.begun"
    RUN_DONE = "run.done"
    RUN_FAILED = "run.failed"
    STAGING_SEEN = "staging.seen"
    STAGING_CHANGED = "staging.changed"
    STAGING_GONE = "staging.gone"
    IMPORT_STORED = "import.stored"
    IMPORT_REFUSED = "import.refused"
    IMPORT_DUPLICATE = "import.duplicate"
    IMPORT_POSTPONED = "import.postponed"
    IMPORT_IGNORED = "import.ignored"
    HANDOVER_DONE = "handover.done"
    HANDOVER_WAITING = "handover.waiting"
    HANDOVER_VERIFIED = "handover.verified"
    HANDOVER_NOT_VERIFIED = "handover.not_verified"
    DELETION_INTENDED = "deletion.intended"
    DELETION_DONE = "deletion.done"
    DELETION_FAILED = "deletion.failed"
    PURGE_BEGUN = "purge.begun"
    PURGE_PROVEN_EMPTY = "purge.proven_empty"
    PURGE_NOT_EMPTY = "purge.not_empty"
    FILE_NEVER_IMPORTED = "file.never_imported"
    ERASURE_ASKED = "erasure.asked"
    ERASURE_INTENDED = "erasure.intended"
    ERASURE_DONE = "erasure.done"
    ERASURE_VERIFIED = "erasure.verified"
    ERASURE_REPLAYED = "erasure.replayed"
    PERSON_LOOKED_UP = "person.looked_up"
    KEYS_MADE = "keys.made"
    KEYS_ROTATION_BEGUN = "keys.rotation_begun"
    KEYS_ROTATED = "keys.rotated"
    KEYS_DESTROYED = "keys.destroyed"
    SCRUB_DONE = "scrub.done"
    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    ALARM_RAISED = "alarm.raised"
    ALARM_CLEARED = "alarm.cleared"
    ALARM_TELLING = "alarm.telling"
    ALARM_TOLD = "alarm.told"
    WATCH_LOOKED = "watch.looked"
    RUNS_FORGOTTEN = "runs.forgotten"
    EXCHANGE_CLEARING = "exchange.clearing"
    EXCHANGE_CLEARED = "exchange.cleared"
    ERASURE_WAITING = "erasure.waiting"
    INVENTORY_TAKEN = "inventory.taken"
    RULES_APPLIED = "rules.applied"
    PLAN_DRAWN = "plan.drawn"
    PLAN_APPROVED = "plan.approved"
    PLAN_DECLINED = "plan.declined"
    PLAN_VOID = "plan.void"
    PLAN_BEGUN = "plan.begun"
    PLAN_PROVEN = "plan.proven"
    PLAN_NOT_PROVEN = "plan.not_proven"
    APPROVAL_GIVEN = "approval.given"
    APPROVAL_REFUSED = "approval.refused"
    OFFICER_ADDED = "officer.added"
    OFFICER_REMOVED = "officer.removed"
    ITEM_INTENDED = "item.intended"
    ITEM_DONE = "item.done"
    ITEM_PROVEN = "item.proven"
    ITEM_NOT_PROVEN = "item.not_proven"
    ITEM_REFUSED = "item.refused"
    HOLD_REVIEWED = "hold.reviewed"
    WORK_ORDER_OPENED = "work_order.opened"
    WORK_ORDER_REMINDED = "work_order.reminded"
    WORK_ORDER_DONE = "work_order.done"
    WORK_ORDER_CONFIRMED = "work_order.confirmed"
    WORK_ORDER_WITHDRAWN = "work_order.withdrawn"
    CERTIFICATE_ISSUED = "certificate.issued"
    DATABASE_RESTORED = "database.restored"
    BACKUP_MADE = "backup.made"
    DATABASE_UPGRADED = "database.upgraded"
    PLACE_SCANNED = "place.scanned"
    PLACE_NOT_SCANNED = "place.not_scanned"
    FINDINGS_NOTED = "findings.noted"
    FINDING_SHOWN = "finding.shown"
    ACCESS_REVIEWED = "access.reviewed"
    ACCESS_REMOVAL_AGREED = "access.removal_agreed"
    ACCESS_REMOVAL_LAPSED = "access.removal_lapsed"
    ACCESS_REMOVAL_INTENDED = "access.removal_intended"
    ACCESS_REMOVED = "access.removed"
    TO_DO_OPENED = "to_do.opened"
    TO_DO_CLOSED = "to_do.closed"
    DISCLOSURE_PREPARED = "disclosure.prepared"
    DISCLOSURE_REFUSED = "disclosure.refused"
    DISCLOSURE_INTENDED = "disclosure.intended"
    DISCLOSURE_SENT = "disclosure.sent"
    DISCLOSURE_NOT_SENT = "disclosure.not_sent"
    DISCLOSURE_PERHAPS_SENT = "disclosure.perhaps_sent"
    DISCLOSURE_FOUND_OUT = "disclosure.found_out"
    DISCLOSURE_PASSWORD_INTENDED = "disclosure.password_intended"  # noqa: S105 -- a word
    DISCLOSURE_PASSWORD_SHOWN = "disclosure.password_shown"  # noqa: S105 -- a word
    DISCLOSURE_PASSWORD_SENT = "disclosure.password_sent"  # noqa: S105 -- a word
    DISCLOSURE_WITHDRAWAL_ASKED = "disclosure.withdrawal_asked"
    DISCLOSURE_WITHDRAWN = "disclosure.withdrawn"
    DISCLOSURE_NOT_WITHDRAWN = "disclosure.not_withdrawn"
    DISCLOSURE_DELETION_ASKED = "disclosure.deletion_asked"
    DISCLOSURE_DELETION_CONFIRMED = "disclosure.deletion_confirmed"
    TELLING_ASKED = "telling.asked"
    TELLING_OPENED = "telling.opened"
    TELLING_INTENDED = "telling.intended"
    TELLING_NOT_SENT = "telling.not_sent"
    TELLING_PERHAPS_SENT = "telling.perhaps_sent"
    TELLING_DONE = "telling.done"
    # processors, apps, learning services
    PROCESSOR_ADDED = "processor.added"
    PROCESSOR_NOTED = "processor.noted"
    PROCESSOR_REMOVED = "processor.removed"
    PROCESSOR_REVIEWED = "processor.reviewed"
    PROCESSORS_IMPORTED = "processors.imported"
    PROCESSORS_CHECKED = "processors.checked"
    PROCESSORS_PUBLISHED = "processors.published"
    # records of processing, assessments
    PROCESSING_RECORD_MADE = "processing_record.made"
    RISK_ASSESSED = "risk.assessed"
    RISKS_CHECKED = "risks.checked"
    # what people said no to
    BAR_PUT = "bar.put"
    BAR_ENDED = "bar.ended"
    # letters to people
    LETTERS_INTENDED = "letters.intended"
    LETTERS_SENT = "letters.sent"
    LETTERS_HANDED = "letters.handed"
    LETTERS_COPIES_PURGED = "letters.copies_purged"
    # the page for an inspector
    ACCOUNTABILITY_REPORTED = "accountability.reported"
    # incidents
    INCIDENT_DRAFTED = "incident.drafted"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_DISMISSED = "incident.dismissed"
    INCIDENT_NOTED = "incident.noted"
    INCIDENT_SCOPED = "incident.scoped"
    INCIDENT_ASSESSED = "incident.assessed"
    INCIDENT_DECIDED = "incident.decided"
    INCIDENT_REPORTED = "incident.reported"
    INCIDENT_SUPPLEMENTED = "incident.supplemented"
    INCIDENT_SHOWN = "incident.shown"
    INCIDENT_TOLD = "incident.told"
    INCIDENT_CLOSED = "incident.closed"
    INCIDENT_REOPENED = "incident.reopened"
    # rights requests
    REQUEST_OPENED = "request.opened"
    REQUEST_STEP = "request.step"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_CARRIED_OUT = "request.carried_out"
    REQUEST_CLOSED = "request.closed"
    REQUEST_REMINDED = "request.reminded"
    REQUEST_TEXT_GONE = "request.text_gone"
    RECTIFIED = "record.rectified"
    # consents, mailings
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENTS_IMPORTED = "consents.imported"
    CONSENTS_COUNTED = "consents.counted"
    MAILING_LISTED = "mailing.listed"


def instant(moment: datetime) -> str:
    """`moment` as every table and event writes it: UTC, ISO 8601, microseconds.

    Raises `LedgerFailure("instant_without_zone")` for a naive moment.
    """
    if moment.tzinfo is None:
        raise LedgerFailure("instant_without_zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def new_origin() -> str:
    """A name for one installation's ledger; random, so that two are never taken for one."""
    return f"gallra/{to_reference(_LEDGER, new_id())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """One thing that was done, decided or found, without anything about a person.

    Text is only accepted in shapes that cannot say who somebody is: an opaque reference, a
    lower-case word of our own vocabulary, a policy id, a hex digest, a date or an instant. Raises
    `LedgerFailure` with `text_not_allowed`, `text_like_identity_number`, `text_like_address`,
    `count_not_allowed` or `instant_malformed`; the message never repeats the text.
    """

    kind: EventKind
    at: str
    """UTC, as `instant` writes it."""
    run: str
    """The run (`R-…`) in which it happened."""
    controller: str
    ref: str | None = None
    """What it happened to: one opaque reference."""
    rule: str | None = None
    """The rule that asked for it, by its policy id."""
    expected: int | None = None
    found: int | None = None
    acted: int | None = None
    verified: int | None = None
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Other named counts."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Other named words, references, digests, dates."""

    def __post_init__(self) -> None:
        if type(self.kind) is not EventKind:
            raise LedgerFailure("kind_unknown")
        if not _is_instant(self.at):
            raise LedgerFailure("instant_malformed")
        if not _RUN.fullmatch(self.run):
            raise LedgerFailure("run_malformed")
        require_harmless(self.controller)
        for text in (self.ref, self.rule):
            if text is not None:
                require_harmless(text)
        for count in (self.expected, self.found, self.acted, self.verified):
            if count is not None:
                _require_count(count)
        for name, number in self.numbers.items():
            _require_name(name)
            _require_count(number)
        for name, text in self.facts.items():
            _require_name(name)
            require_harmless(text)
        # Checked once, so it must not change afterwards.
        object.__setattr__(self, "numbers", MappingProxyType(dict(self.numbers)))
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    @property
    def is_red(self) -> bool:
        """Something was expected and nothing came of it: "did nothing" in the dress of
        "nothing to do"."""
        if self.acted and self.verified == 0:
            return True
        return bool(self.expected) and 0 in (self.found, self.acted, self.verified)

    def to_body(self) -> bytes:
        """The canonical form that is chained: JSON, keys sorted, nothing optional left empty."""
        content: dict[str, Any] = {
            "kind": str(self.kind),
            "at": self.at,
            "run": self.run,
            "controller": self.controller,
        }
        for name in _OPTIONAL:
            value = getattr(self, name)
            if value is not None:
                content[name] = value
        if self.numbers:
            content["numbers"] = dict(self.numbers)
        if self.facts:
            content["facts"] = {name: str(text) for name, text in self.facts.items()}
        return orjson.dumps(content, option=_CANONICAL)

    @classmethod
    def from_body(cls, body: bytes) -> LedgerEvent:
        """The event behind a stored body. Raises `LedgerFailure("event_not_canonical")` for
        anything that `to_body` did not write."""
        event: LedgerEvent | None = None
        with suppress(ValueError, TypeError, KeyError, AttributeError, LedgerFailure):
            content = orjson.loads(body)
            event = cls(**{**content, "kind": EventKind(content["kind"])})
        if event is None or event.to_body() != body:
            raise LedgerFailure("event_not_canonical")
        return event


_OPTIONAL: Final = ("ref", "rule", "expected", "found", "acted", "verified")


def is_canonical(body: bytes) -> bool:
    """Whether `body` is JSON in the one spelling that the ledger writes."""
    try:
        return orjson.dumps(orjson.loads(body), option=_CANONICAL) == body
    except orjson.JSONDecodeError:
        return False


def require_harmless(text: str) -> None:
    """Raise `LedgerFailure` unless `text` has a shape that cannot say who somebody is."""
    shape = _SHAPES.fullmatch(text) if isinstance(text, str) else None
    if shape is None:
        raise LedgerFailure(_why_not(text))
    if shape["word"] is not None and _IDENTITY.search(text):
        raise LedgerFailure("text_like_identity_number")
    if shape["time"] is not None and not (_is_instant(text) or _is_date(text)):
        raise LedgerFailure("text_not_allowed")


def _why_not(text: object) -> str:
    if isinstance(text, str) and "@" in text:
        return "text_like_address"
    if isinstance(text, str) and _IDENTITY.search(text):
        return "text_like_identity_number"
    return "text_not_allowed"


def _require_name(name: str) -> None:
    require_harmless(name)
    if not "a" <= name[0] <= "z":
        raise LedgerFailure("text_not_allowed")


def _require_count(count: int) -> None:
    if type(count) is not int or not 0 <= count <= LARGEST_COUNT:
        raise LedgerFailure("count_not_allowed")


@lru_cache(maxsize=64)  # the events of a unit of work often share theirs
def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).isoformat(timespec="microseconds") == text and (
            text.endswith("+00:00")
        )
    except (ValueError, TypeError):
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Chain:
    """HMAC-SHA256 (RFC 2104) under the ledger's key, from link to link.

    link n = HMAC(key, domain || link n-1 || length of body n || body n). Written out over two
    prepared hash states: a million links cost a second instead of two.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < LINK_SIZE or len(key) > 64:
            raise LedgerFailure("ledger_key_malformed")
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
        self._linking = self._inner.copy()
        self._linking.update(_DOMAIN)

    def first(self, origin: str) -> bytes:
        """The link before any event: bound to the ledger's origin and to the key."""
        inner = self._inner.copy()
        inner.update(_ORIGIN_DOMAIN + origin.encode())
        return self._close(inner.digest())

    def next(self, previous: bytes, body: bytes) -> bytes:
        """The link of `body` when it follows `previous`."""
        inner = self._linking.copy()
        inner.update(previous + len(body).to_bytes(8, "big") + body)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()

    def _close(self, inner: bytes) -> bytes:
        outer = self._outer.copy()
        outer.update(inner)
        return outer.digest()
