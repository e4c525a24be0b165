"""The words of an incident: what became of the data, how bad it is, and what is written down."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What became of the data (A-24; GDPR art. 4(12))."""

    LOST = "lost"
    """Destroyed, gone or out of reach: availability."""
    CHANGED = "changed"
    """Altered by mistake or by somebody who may not: integrity."""
    SHARED = "shared"
    """Seen by, sent to or taken by somebody who may not have it: confidentiality."""
    KEPT = "kept"
    """Still there after its last day (art. 5(1)(e)): a breach of the rule. Whether it is one of
    security too, a person judges."""


class Cause(StrEnum):
    """What Gallra itself notices and puts before people as a draft."""

    STAGED_TOO_LONG = "staged_too_long"
    """A file past its day in the staging folder (A-100)."""
    RETENTION_LATE = "retention_late"
    """An erasure past its deadline."""
    DISCLOSURE_OVERDUE = "disclosure_overdue"
    """A disclosure past its withdrawal."""


class Consequence(StrEnum):
    """How bad it would be for the people concerned."""

    NEGLIGIBLE = "negligible"
    LIMITED = "limited"
    CONSIDERABLE = "considerable"
    SEVERE = "severe"


class Likelihood(StrEnum):
    """How likely it is that it comes to that."""

    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"
    CERTAIN = "certain"


class Risk(StrEnum):
    """The risk to people's rights and freedoms, as art. 33(1) and 34(1) divide it."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


class Exemption(StrEnum):
    """Why people need not be told although the risk is high (art. 34(3))."""

    UNREADABLE = "unreadable"
    """34(3)(a): whoever has the data cannot read it, e.g. it is encrypted."""
    AVERTED = "averted"
    """34(3)(b): measures taken since make the high risk unlikely."""
    PUBLIC_NOTICE = "public_notice"
    """34(3)(c): it would take disproportionate effort; a public notice takes its place."""


class Dismissed(StrEnum):
    """Why a draft is no incident; a word, for the ledger."""

    NO_BREACH = "no_breach"
    """Nothing was lost, changed or seen by anybody who may not, and nothing is left."""
    KNOWN_ALREADY = "known_already"
    """Another entry of the register is about the same."""
    TRIED_OUT = "tried_out"
    """A trial, on invented people."""


class Topic(StrEnum):
    """What an entry tells of. The text itself is sealed; this word says which question of a form
    it answers."""

    HAPPENED = "happened"
    """What happened (art. 33(3)(a))."""
    DISCOVERED = "discovered"
    """How it was noticed, and by which office."""
    REASON = "reason"
    """Why it could happen."""
    DATA = "data"
    """Which data, beyond the policy's categories."""
    CONSEQUENCES = "consequences"
    """What it may mean for the people concerned (art. 33(3)(c))."""
    DONE = "done"
    """A measure taken (art. 33(3)(d))."""
    PLANNED = "planned"
    """A measure that is proposed (art. 33(3)(d))."""
    DELAY = "delay"
    """Why the authority is told after more than 72 hours (art. 33(1))."""
    PROCESSOR = "processor"
    """The processor in whose hands it happened, if one was concerned (art. 33(2))."""
    ABROAD = "abroad"
    """People in other countries of the Union that are concerned."""
    ELSEWHERE = "elsewhere"
    """Other authorities that were told, e.g. the police."""
    SECRECY = "secrecy"
    """What of the report the authority is asked to keep secret."""
    PEOPLE_HAPPENED = "people_happened"
    """What happened, in the words that the people concerned read: about nobody else (34(2))."""
    PEOPLE_CONSEQUENCES = "people_consequences"
    """What it may mean for them, likewise."""
    PEOPLE_MEASURES = "people_measures"
    """What was done and is planned, likewise."""
    ADVICE = "advice"
    """What they can do themselves, likewise (recital 86)."""
    TELLING = "telling"
    """How and when people are told, or why not."""
    ASSESSMENT = "assessment"
    """The grounds of the assessment."""
    RECEIPT = "receipt"
    """What the authority answered: its case number."""
    NOTE = "note"
    """Anything else that belongs into the log (A-29)."""


ACTIONS: Final = frozenset({Topic.DONE, Topic.PLANNED})
"""What is done about it; every other topic tells of the event (A-29: date, event, action)."""
