"""The record of processing is what the policy file says, activity by activity, and nothing else
(H-11, H-12, GDPR art. 30(1))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from lifecycle.policy.data import LegalBasis, Purpose, SpecialGround
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import RetentionRule
from lifecycle.processing_record_limits import sentence, sentences_of
from lifecycle.processing_record_words import Words, words_of

LETTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "a": ("controller",),
    "b": ("purpose",),
    "c": ("subjects", "categories"),
    "d": ("recipients",),
    "e": ("third_countries",),
    "f": ("limits",),
    "g": ("security",),
}
"""Which fields of a row answer which letter of article 30(1)."""


class RunBy(NamedTuple):
    """A processor as the register knows it on the day of the record."""

    called: str
    systems: tuple[str, ...]
    """Empty: nobody has said which, so that it may have to do with every activity."""
    countries: Mapping[str, str] | None
    """Country outside the EEA → ground; None: nobody has said."""
    subs: tuple[str, ...] = ()
    """What its sub-processors are called."""


class Activity(NamedTuple):
    """One processing activity: a purpose of the policy. Every field is a list of lines, and none is
    empty: what there is not, and what nobody has decided, is said."""

    id: str
    activity: tuple[str, ...]
    controller: tuple[str, ...]
    purpose: tuple[str, ...]
    basis: tuple[str, ...]
    subjects: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    third_countries: tuple[str, ...]
    limits: tuple[str, ...]
    security: tuple[str, ...]
    systems: tuple[str, ...]


FIELDS: Final = Activity._fields[1:]
"""The columns of the record, in order."""


class Record(NamedTuple):
    """The whole record of one controller."""

    title: str
    company: str
    heads: tuple[str, ...]
    activities: tuple[Activity, ...]
    undecided: tuple[str, ...]
    """Ids of open decisions on which something in it waits."""


def build(policy: Policy, *, run_by: Sequence[RunBy] | None = None) -> Record:
    """The record of a policy. `run_by`: the processors as the register has them; None: as the
    policy's file alone has them."""
    words = words_of(policy.controller.country)
    processors = _declared(policy) if run_by is None else list(run_by)
    made = [
        _Making(policy, words, processors, name, purpose)
        for name, purpose in policy.purposes.items()
    ]
    return Record(
        title=words.title,
        company=policy.controller.company,
        heads=tuple(words.heads[field] for field in FIELDS),
        activities=tuple(one.activity() for one in made),
        undecided=tuple(sorted({name for one in made for name in one.waits})),
    )


def unanswered(record: Record) -> list[tuple[str, str]]:
    """(activity, letter of article 30(1)) for which the record says nothing at all."""
    return [
        (activity.id, letter)
        for activity in record.activities
        for letter, fields in LETTERS.items()
        if not all(any(line.strip() for line in getattr(activity, field)) for field in fields)
    ]


class _Making:
    """One activity's lines."""

    def __init__(
        self,
        policy: Policy,
        words: Words,
        processors: Sequence[RunBy],
        name: str,
        purpose: Purpose,
    ) -> None:
        self._policy, self._words, self._name, self._purpose = policy, words, name, purpose
        self._subjects = self._whose()
        self._systems = [key for key in policy.systems if self._lies_in(key)]
        self._processors = [
            one for one in processors if not one.systems or set(one.systems) & set(self._systems)
        ]
        self.waits: set[str] = set()

    def activity(self) -> Activity:
        """All fields; none is empty."""
        none = (self._words.none,)
        return Activity(
            id=self._name,
            activity=(self._purpose.called,),
            controller=tuple(self._controller()),
            purpose=tuple(text for text in (self._purpose.called, self._purpose.interest) if text),
            basis=tuple(self._basis()),
            subjects=tuple(self._policy.subjects[name].called for name in self._subjects) or none,
            categories=tuple(self._categories()) or none,
            recipients=tuple(self._recipients()) or none,
            third_countries=tuple(self._third_countries()),
            limits=tuple(self._limits())
            or ((self._words.no_rule,) if self._purpose.needs else none),
            security=tuple(measure.called for measure in self._policy.security) or none,
            systems=tuple(self._policy.systems[name].called for name in self._systems) or none,
        )

    def _whose(self) -> list[str]:
        if self._purpose.subjects is not None:
            return list(self._purpose.subjects)
        held = {
            kind
            for system in self._policy.systems.values()
            for kind, categories in system.holds.items()
            if set(categories) & set(self._purpose.needs)
        }
        return [kind for kind in self._policy.subjects if kind in held]

    def _lies_in(self, system: str) -> bool:
        """Whether some of it lies there, of somebody whom it is about."""
        holds = self._policy.systems[system].holds
        return any(set(holds.get(kind, ())) & set(self._purpose.needs) for kind in self._subjects)

    def _controller(self) -> Iterator[str]:
        words, controller = self._words, self._policy.controller
        yield ", ".join(
            part
            for part in (
                controller.company,
                controller.registration,
                controller.address,
                controller.email,
                controller.phone,
            )
            if part
        )
        yield words.no_dpo if controller.dpo is None else f"{words.dpo}: {controller.dpo.email}"
        if controller.joint:
            yield f"{words.joint}: {', '.join(each.company for each in controller.joint)}"
        yield f"{words.authority}: {controller.authority.name}"

    def _basis(self) -> Iterator[str]:
        words, purpose = self._words, self._purpose
        yield words.bases[purpose.legal_basis] + self._waiting(
            purpose.legal_basis is LegalBasis.UNDECIDED, purpose.decision
        )
        if purpose.article_9 is not None:
            yield words.grounds[purpose.article_9] + self._waiting(
                purpose.article_9 is SpecialGround.UNDECIDED, purpose.decision
            )
        yield from purpose.laws

    def _categories(self) -> Iterator[str]:
        for name in self._purpose.needs:
            category = self._policy.categories[name]
            yield f"{category.called} ({self._words.classes[category.data_class]})"

    def _recipients(self) -> Iterator[str]:
        sharing = self._policy.sharing
        for recipient in sharing.recipients.values() if sharing else ():
            if set(recipient.categories) & set(self._purpose.needs) and set(
                recipient.subjects
            ) & set(self._subjects):
                yield recipient.called
        for processor in self._processors:
            words = self._words
            what = words.processor if processor.systems else words.without_system
            yield f"{processor.called} ({what})"
            for called in processor.subs:
                yield f"{called} ({words.sub_processor.format(processor=processor.called)})"

    def _third_countries(self) -> Iterator[str]:
        words, told = self._words, self._policy.third_countries
        said = False
        if told is not None and told.happens == "sometimes":
            for transfer in told.transfers.values():
                if set(transfer.subjects) & set(self._subjects):
                    said = True
                    why = words.countries[transfer.ground]
                    yield f"{transfer.to}, {transfer.country}: {why}"
        for processor in self._processors:
            for country, why in (processor.countries or {}).items():
                said = True
                yield f"{processor.called}, {country}: {words.countries[why]}"
        unknown = [one.called for one in self._processors if one.countries is None]
        if told is not None and told.happens == "undecided":
            said = True
            yield words.not_said + self._waiting(True, told.decision)
        elif unknown or told is None:
            said = True
            yield f"{words.not_said}{': ' if unknown else ''}{', '.join(unknown)}"
        if not said:
            yield words.within_eea

    def _limits(self) -> Iterator[str]:
        for rule in self._policy.retention:
            needed = [name for name in rule.covers.categories if name in self._purpose.needs]
            if needed and rule.covers.subject in self._subjects:
                yield self._limit(rule, needed)

    def _limit(self, rule: RetentionRule, needed: Iterable[str]) -> str:
        policy = self._policy
        anchor = None if rule.anchor is None else policy.anchors[rule.anchor]
        told = sentence(
            sentences_of(policy.controller.country),
            rule.keep,
            rule.then,
            event=None if anchor is None else anchor.called or anchor.means.rstrip("."),
            criteria=rule.criteria,
        )
        what = ", ".join(policy.categories[name].called for name in needed)
        whose = policy.subjects[rule.covers.subject].called
        where = "".join(f"; {policy.systems[name].called}" for name in rule.covers.systems or ())
        why = rule.source.quote or rule.source.law or ""
        open_ = self._waiting(rule.undecided, rule.decision)
        return f"{what} ({whose}{where}): {told}{open_} – {why}"

    def _waiting(self, undecided: bool, decision: str | None) -> str:
        """What an open decision is called in the policy's file."""
        if not undecided:
            return ""
        if decision is None:
            return f" ({self._words.undecided})"
        self.waits.add(decision)
        return f" ({self._words.waits_for}: {decision})"


def _declared(policy: Policy) -> list[RunBy]:
    return [
        RunBy(
            one.called,
            one.systems,
            None
            if one.third_countries == "undecided"
            else {each.country: str(each.ground) for each in one.third_countries},
        )
        for one in policy.processors.values()
    ]
