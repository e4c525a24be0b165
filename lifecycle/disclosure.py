"""What may be given to whom, by which way: exactly what the policy's sentences allow (A-68, A-69).

Pure. `tasks.sharing.disclosures` prepares, people agree (`lifecycle.approval`),
`tasks.sharing.disclosing` sends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import orjson

from lifecycle.disclosure_condition import Condition
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.policy.data import DataClass, LegalBasis
from lifecycle.policy.model import Policy
from lifecycle.policy.sharing import Recipient, Safeguard, SharingRule

PROTECTION: Final = tuple(DataClass)
"""From what needs the least protection to what needs the most."""
ALWAYS_SEALED: Final[frozenset[Safeguard]] = frozenset({"password_protected_file"})
"""What every disclosure has, whatever it is: it leaves in a sealed container or not at all."""


class Stage(StrEnum):
    """Where a disclosure stands."""

    PREPARED = "prepared"
    SENDING = "sending"
    """It may be on its way: written down before the channel is given anything."""
    SENT = "sent"
    """The sealed container is there; without its password nobody reads it."""
    OPENING = "opening"
    """The password may be on its way."""
    OPEN = "open"
    """Both have arrived: the recipient can read it, until its time is up."""
    PERHAPS_SENT = "perhaps_sent"
    """Nobody can look whether the container arrived: a person must find out."""
    PERHAPS_TOLD = "perhaps_told"
    """The same of its password."""
    WITHDRAWN = "withdrawn"
    """Proven: by us nobody gets at it any more."""
    WITH_RECIPIENT = "with_recipient"
    """Its time is up and it lies with the recipient, who is asked to delete it (A-69)."""
    DELETED = "deleted"
    """The recipient has confirmed that it is deleted."""
    ENDED = "ended"
    """Nothing of it has left and nothing will."""


STAGES: Final[Mapping[Stage, frozenset[Stage]]] = {
    Stage.PREPARED: frozenset({Stage.SENDING, Stage.ENDED}),
    # Back: the channel says that nothing arrived.
    Stage.SENDING: frozenset({Stage.SENT, Stage.PREPARED, Stage.PERHAPS_SENT, Stage.WITHDRAWN}),
    Stage.PERHAPS_SENT: frozenset({Stage.SENT, Stage.PREPARED, Stage.WITHDRAWN}),
    Stage.SENT: frozenset({Stage.OPENING, Stage.WITHDRAWN, Stage.WITH_RECIPIENT}),
    Stage.OPENING: frozenset(
        {Stage.OPEN, Stage.SENT, Stage.PERHAPS_TOLD, Stage.WITHDRAWN, Stage.WITH_RECIPIENT}
    ),
    Stage.PERHAPS_TOLD: frozenset({Stage.OPEN, Stage.SENT, Stage.WITHDRAWN, Stage.WITH_RECIPIENT}),
    Stage.OPEN: frozenset({Stage.WITHDRAWN, Stage.WITH_RECIPIENT}),
    Stage.WITH_RECIPIENT: frozenset({Stage.DELETED}),
    Stage.WITHDRAWN: frozenset(),
    Stage.DELETED: frozenset(),
    Stage.ENDED: frozenset(),
}
LEFT_US: Final = frozenset(set(Stage) - {Stage.PREPARED, Stage.ENDED, Stage.DELETED})
"""The recipient received it, or may have, and has not said that it is deleted (art. 19)."""
OUT_THERE: Final = frozenset({Stage.SENT, Stage.OPENING, Stage.PERHAPS_TOLD, Stage.OPEN})
"""What is withdrawn when its time is up."""
MAYBE_OUT: Final = frozenset({Stage.SENDING, Stage.PERHAPS_SENT})
"""What is withdrawn then as well, by its reference: nobody knows whether it arrived."""
UNFINISHED: Final = frozenset({Stage.PREPARED, Stage.SENDING, Stage.SENT, Stage.OPENING})
"""An approved disclosure goes on from these by itself."""
FINISHED: Final = frozenset({Stage.WITHDRAWN, Stage.DELETED, Stage.ENDED})

WAY: Final = "way"
"""The fact of `DISCLOSURE_INTENDED` that says where its channel led: a keyed digest."""


def is_not_arrived(event: Mapping[str, object], ref: str) -> bool:
    """Whether a ledger event says that a person found nothing of disclosure `ref` to have arrived:
    another attempt, with a reference of its own, began there."""
    found_out = event.get("kind") == EventKind.DISCLOSURE_FOUND_OUT and event.get("ref") == ref
    return found_out and event.get("found") == 0


class Terms(NamedTuple):
    """What an approval is bound to beside the people and categories of the items."""

    recipient: str
    contact: str
    contact_digest: str
    """Keyed digest (hexadecimal) of the addresses: another address is another disclosure."""
    channel: str
    password_by: str
    container: str
    categories: tuple[str, ...]
    purpose: str
    legal_basis: str
    condition: str
    rule: str
    until_on: str
    cases: tuple[str, ...] = ()
    """`E-…`: of the people whose cases these are nothing of any other case is disclosed."""

    def digest(self) -> str:
        """SHA-256 (hexadecimal) for `lifecycle.plan.plan_hash`."""
        return hashlib.sha256(b"gallra disclosure 1\n" + orjson.dumps(tuple(self))).hexdigest()


class Wanted(NamedTuple):
    """A disclosure as somebody asks for it."""

    recipient: str
    kinds: frozenset[str]
    """Kinds of data subject whom it is about."""
    categories: tuple[str, ...]
    channel: str
    purpose: str
    condition: Condition
    until: date
    agreed: bool = False
    """Everybody whom it is about has said yes, and the yes stands (`tasks.consents.gates`)."""


class Way(NamedTuple):
    """What the bound channel gives, and how the password goes."""

    provides: frozenset[Safeguard]
    password_elsewhere: bool
    """By another channel, to another address."""

    @property
    def safeguards(self) -> frozenset[Safeguard]:
        """Everything that this way has."""
        other: frozenset[Safeguard] = frozenset(
            {"password_another_way"} if self.password_elsewhere else ()
        )
        return self.provides | ALWAYS_SEALED | other


class Allowed(NamedTuple):
    """By what a disclosure is allowed."""

    rule: SharingRule
    recipient: Recipient
    data_class: DataClass
    """Of the category that needs the most protection."""


def judge(policy: Policy, wanted: Wanted, way: Way, *, today: date) -> Allowed:
    """What the policy says to it; `today` is the controller's local date.

    Raises `Refused` whose `ref` is the sentence that the refusal rests on: `sharing_not_planned`,
    `only_anonymous` (H-36), `recipient_unknown`, `recipient_outside_eea` (H-27),
    `subject_not_for_recipient`, `category_unknown`, `category_not_for_recipient`,
    `purpose_unknown`, `category_not_needed` (A-03), `legal_basis_undecided`, `until_is_past`,
    `no_sharing_rule`, `channel_not_allowed`,
    `safeguard_missing`, `condition_missing`, `condition_not_asked_for`, `no_legal_duty`,
    `consent_missing`, `password_not_apart` (every disclosure has a password).
    """
    sharing = policy.sharing
    if sharing is None:
        raise Refused("sharing_not_planned", ref=policy.id)
    for name in (wanted.recipient, wanted.purpose):
        if name in sharing.anonymous_only:
            raise Refused("only_anonymous", ref=_sentence(sharing.anonymous_only[name].source))
    recipient = sharing.recipients.get(wanted.recipient)
    if recipient is None:
        raise Refused("recipient_unknown", ref=_sentence(sharing.source))
    sentence = _sentence(recipient.source)
    if recipient.seat == "outside_eea":
        raise Refused("recipient_outside_eea", ref=sentence)
    if not wanted.kinds or not wanted.kinds <= set(recipient.subjects):
        raise Refused("subject_not_for_recipient", ref=sentence)
    if not wanted.categories or not set(wanted.categories) <= set(policy.categories):
        raise Refused("category_unknown", ref=sentence)
    if not set(wanted.categories) <= set(recipient.categories):
        raise Refused("category_not_for_recipient", ref=sentence)
    _judge_purpose(policy, wanted, recipient)
    if wanted.until < today:
        raise Refused("until_is_past", ref=sentence)
    data_class = most_protected(policy, wanted.categories)
    rule = _rule(policy, wanted, way, recipient, data_class)
    # What needs less protection may rest on something else: what goes along with it does too.
    along = {policy.categories[name].data_class for name in wanted.categories} - {data_class}
    for other in sorted(along, key=PROTECTION.index, reverse=True):
        _rule(policy, wanted, way, recipient, other)
    if not way.password_elsewhere:
        raise Refused("password_not_apart", ref=_sentence(rule.source))
    return Allowed(rule, recipient, data_class)


def most_protected(policy: Policy, categories: Collection[str]) -> DataClass:
    """The class of the category that needs the most protection."""
    return max((policy.categories[name].data_class for name in categories), key=PROTECTION.index)


def _judge_purpose(policy: Policy, wanted: Wanted, recipient: Recipient) -> None:
    purpose = policy.purposes.get(wanted.purpose)
    if purpose is None:
        raise Refused("purpose_unknown", ref=_sentence(recipient.source))
    if not set(wanted.categories) <= set(purpose.needs):
        raise Refused("category_not_needed", ref=_sentence(purpose.source))
    if recipient.legal_basis is LegalBasis.UNDECIDED:
        raise Refused("legal_basis_undecided", ref=_sentence(recipient.source))
    if purpose.legal_basis is LegalBasis.UNDECIDED:
        raise Refused("legal_basis_undecided", ref=_sentence(purpose.source))
    if purpose.legal_basis is LegalBasis.CONSENT and not wanted.agreed:
        # Whatever the recipient may have by law: for this it is the person who says yes.
        raise Refused("consent_missing", ref=_sentence(purpose.source))


def _rule(
    policy: Policy, wanted: Wanted, way: Way, recipient: Recipient, data_class: DataClass
) -> SharingRule:
    """The first rule that allows it; else the refusal of the rule that it came furthest with."""
    sharing = policy.sharing
    rules = [
        one
        for one in (() if sharing is None else sharing.rules)
        if data_class in one.classes
        and (one.recipients is None or wanted.recipient in one.recipients)
    ]
    furthest = (-1, "no_sharing_rule", None if sharing is None else _sentence(sharing.source))
    for rule in rules:
        steps = (
            _channel_refusal(rule, wanted),
            _safeguard_refusal(policy, wanted, way),
            _condition_refusal(rule, wanted, recipient),
        )
        refused = next(((n, step) for n, step in enumerate(steps) if step is not None), None)
        if refused is None:
            return rule
        number, (code, source) = refused
        if number > furthest[0]:
            furthest = (number, code, source or _sentence(rule.source))
    raise Refused(furthest[1], ref=furthest[2])


Refusal = tuple[str, str | None]
"""A reason code and the sentence; None: that of the rule itself."""


def _channel_refusal(rule: SharingRule, wanted: Wanted) -> Refusal | None:
    if rule.channels != "any" and wanted.channel not in rule.channels:
        return "channel_not_allowed", None
    return None


def _safeguard_refusal(policy: Policy, wanted: Wanted, way: Way) -> Refusal | None:
    channels = {} if policy.sharing is None else policy.sharing.channels
    declared = channels.get(wanted.channel)
    if declared is not None and not set(declared.needs) <= way.safeguards:
        return "safeguard_missing", _sentence(declared.source)
    return None


def _condition_refusal(rule: SharingRule, wanted: Wanted, recipient: Recipient) -> Refusal | None:
    asked = wanted.condition
    if rule.only_with and asked is Condition.NONE:
        return "condition_missing", None
    if asked is not Condition.NONE and str(asked) not in rule.only_with:
        return "condition_not_asked_for", None
    if asked is Condition.LEGAL_DUTY and recipient.legal_basis is not LegalBasis.LEGAL_OBLIGATION:
        return "no_legal_duty", _sentence(recipient.source)
    if (
        asked is Condition.CONSENT or recipient.legal_basis is LegalBasis.CONSENT
    ) and not wanted.agreed:
        # What nobody can show was not given (art. 7(1)).
        return "consent_missing", None
    return None


def _sentence(source: object) -> str | None:
    """The number of the sentence, which may stand in errors; a law's name may not."""
    return getattr(source, "id", None)
