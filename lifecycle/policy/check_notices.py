"""Whether the policy holds everything that a person has to be told (art. 13 and 14)."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle.configuration.problems import Path
from lifecycle.policy.check_names import Finding, check_role, known_names, waits_for_open
from lifecycle.policy.data import LegalBasis
from lifecycle.policy.model import Policy

_SUBJECT = "kind of data subject"


def check_notices(policy: Policy) -> Iterator[Finding]:
    """What is missing for a complete notice; what is undecided needs an open decision."""
    yield from _check_purposes(policy)
    yield from _check_third_countries(policy)
    yield from _check_automated(policy)
    yield from _check_must_be_given(policy)
    yield from _check_cameras(policy)
    yield from _check_sources(policy)


def undecided_in_notices(policy: Policy) -> Iterator[tuple[str, str]]:
    """Decision and what waits for it, of what a notice cannot tell yet."""
    third, automated = policy.third_countries, policy.automated_decisions
    if third is not None and third.happens == "undecided" and third.decision:
        yield third.decision, "third countries"
    if automated is not None and automated.made == "undecided" and automated.decision:
        yield automated.decision, "automated decisions"
    for given in policy.must_be_given:
        if given.duty == "undecided" and given.decision:
            yield given.decision, given.id
    for name, camera in policy.cameras.items():
        if camera.undecided and camera.decision:
            yield camera.decision, name


def told(policy: Policy) -> tuple[str, ...]:
    """The kinds of people that are given a notice about their data, in the file's order."""
    named = {s for n in policy.notices if n.about == "personal_data" for s in n.subjects}
    return tuple(name for name in policy.subjects if name in named)


def _check_purposes(policy: Policy) -> Iterator[Finding]:
    subjects = told(policy)
    explained: dict[str, set[str]] = {subject: set() for subject in subjects}
    for name, purpose in policy.purposes.items():
        here: Path = ("purposes", name)
        interest = purpose.legal_basis is LegalBasis.LEGITIMATE_INTERESTS
        if interest != (purpose.interest is not None) and subjects:
            yield (
                (*here, "interest"),
                "belongs to legal_basis: legitimate_interests; write it there",
            )
        if purpose.subjects is None:
            if subjects:
                yield (*here, "subjects"), "is missing: a notice tells each of whom it is about"
            continue
        yield from known_names((*here, "subjects"), _SUBJECT, purpose.subjects, policy.subjects)
        for subject in purpose.subjects:
            explained.setdefault(subject, set()).update(purpose.needs)
    if any(purpose.subjects is None for purpose in policy.purposes.values()):
        return
    for subject in subjects:
        for category in policy.held_of(subject):
            if category not in explained[subject]:
                yield (
                    ("subjects", subject),
                    f"no purpose says why '{category}' of a {subject} is kept; name the subject "
                    "in the purpose that needs it",
                )
    for name, recipient in (policy.sharing.recipients if policy.sharing else {}).items():
        interest = recipient.legal_basis is LegalBasis.LEGITIMATE_INTERESTS
        if interest != (recipient.interest is not None) and subjects:
            yield (
                ("sharing", "recipients", name, "interest"),
                "belongs to legal_basis: legitimate_interests; write it there",
            )


def _check_third_countries(policy: Policy) -> Iterator[Finding]:
    third = policy.third_countries
    if third is None:
        if told(policy):
            yield ("third_countries",), "is missing: people are told whether data leaves the EEA"
        return
    if third.happens == "undecided":
        yield from waits_for_open(policy, ("third_countries", "happens"), third.decision)
    for name, transfer in third.transfers.items():
        here: Path = ("third_countries", "transfers", name, "subjects")
        yield from known_names(here, _SUBJECT, transfer.subjects, policy.subjects)


def _check_automated(policy: Policy) -> Iterator[Finding]:
    automated = policy.automated_decisions
    if automated is None:
        if told(policy):
            yield (
                ("automated_decisions",),
                "is missing: people are told whether a machine decides about them",
            )
    elif automated.made == "undecided":
        yield from waits_for_open(policy, ("automated_decisions", "made"), automated.decision)


def _check_must_be_given(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, given in enumerate(policy.must_be_given):
        here: Path = ("must_be_given", position)
        if given.id in seen:
            yield (*here, "id"), "two of these have this id; give each its own"
        seen.add(given.id)
        yield from known_names((*here, "subjects"), _SUBJECT, given.subjects, policy.subjects)
        if given.duty == "undecided":
            yield from waits_for_open(policy, (*here, "duty"), given.decision)
    if not policy.must_be_given:
        if told(policy):
            yield ("must_be_given",), "is missing: people are told whether they must give data"
        return
    spoken_of = {subject for given in policy.must_be_given for subject in given.subjects}
    for subject in told(policy):
        if subject not in spoken_of:
            yield (
                ("must_be_given",),
                f"says nothing of a {subject}, who is told whether data must be given "
                "(art. 13(2)(e)); write it, with `duty: undecided` if nobody knows",
            )


def _check_cameras(policy: Policy) -> Iterator[Finding]:
    for name, camera in policy.cameras.items():
        here: Path = ("cameras", name)
        yield from check_role(policy, (*here, "answers"), camera.answers)
        if camera.undecided:
            yield from waits_for_open(policy, (*here, "decision"), camera.decision)
    if policy.cameras and not any(notice.about == "cameras" for notice in policy.notices):
        yield ("cameras",), "nobody is told of them: write a notice with `about: cameras`"


def _check_sources(policy: Policy) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, information in enumerate(policy.information):
        if information.id in seen:
            yield ("information", position, "id"), "two of these have this id; give each its own"
        seen.add(information.id)
