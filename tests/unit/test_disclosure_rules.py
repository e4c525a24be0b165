"""Which class may take which way, in all four policies, exactly as their sentences say."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from lifecycle.disclosure import STAGES, Stage, Terms, Wanted, Way, judge, most_protected
from lifecycle.disclosure_condition import Condition
from lifecycle.errors import Refused
from lifecycle.policy.data import DataClass, LegalBasis
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.sharing import Recipient, Safeguard
from lifecycle.policy.values import Source
from tasks.house.doors import BY_HAND, KINDS
from tests.factories.houses import ROOT

TODAY, UNTIL = date(2026, 11, 2), date(2026, 11, 20)
EVERYTHING: Final[frozenset[Safeguard]] = frozenset(
    {
        "access_control",
        "expiry",
        "encrypted_mail",
        "tls_1_2",
        "tunnel",
        "both_sides_delete",
        "encrypted_medium",
        "digital_post",
        "statutory_portal",
    }
)
CHANNELS = {
    "academedia": ("cloud-folder", "encrypted-mail", "encrypted-mail-with-file", "usb-stick"),
    "behandlingsskolerne": ("tls-mail", "eboks", "tunnel"),
    "bergqvist": (),
    "tommerup": ("statutory",),
}
ELSEWHERE = "any-other-way"
LAW, JUDGED, CONSENT = Condition.LEGAL_DUTY, Condition.JUDGED_IN_THE_CASE, Condition.CONSENT
NON, INTEGRITY, SENSITIVE = DataClass


def policy_of(name: str) -> Policy:
    """The policy with one more recipient, who may have everything for a decided purpose: what is
    left to say no are the rules about classes and channels. Which recipient they are for is the
    matter of tests/spec/test_who_may_receive.py."""
    policy = load_policy(ROOT / "policies" / f"{name}.yaml")
    assert policy.sharing is not None
    everybody = Recipient.model_validate(
        {
            "called": "test",
            "subjects": list(policy.subjects),
            "categories": list(policy.categories),
            "legal_basis": "legal_obligation",
            "source": {"law": "test"},
        }
    )
    rules = tuple(one.model_copy(update={"recipients": None}) for one in policy.sharing.rules)
    sharing = policy.sharing.model_copy(
        update={"recipients": {"anybody": everybody}, "rules": rules}
    )
    purpose = next(iter(policy.purposes.values())).model_copy(
        update={"legal_basis": LegalBasis.LEGAL_OBLIGATION, "needs": tuple(policy.categories)}
    )
    return policy.model_copy(update={"sharing": sharing, "purposes": {"any": purpose}})


def wanted(policy: Policy, data_class: DataClass, channel: str, condition: Condition) -> Wanted:
    name = next(name for name, one in policy.categories.items() if one.data_class is data_class)
    return Wanted(
        recipient="anybody",
        kinds=frozenset(list(policy.subjects)[:1]),
        categories=(name,),
        channel=channel,
        purpose="any",
        condition=condition,
        until=UNTIL,
    )


def answer(name: str, data_class: DataClass, channel: str, condition: Condition) -> str:
    """`yes`, or the reason code."""
    policy = policy_of(name)
    way = Way(EVERYTHING, password_elsewhere=True)
    try:
        judge(policy, wanted(policy, data_class, channel, condition), way, today=TODAY)
    except Refused as refused:
        return refused.code
    return "yes"


YES: Final = {
    # AcadeMedia: harmless data by any way, the rest by four ways.
    *(("academedia", NON, c, Condition.NONE) for c in (*CHANNELS["academedia"], ELSEWHERE)),
    *(
        ("academedia", cls, channel, Condition.NONE)
        for cls in (INTEGRITY, SENSITIVE)
        for channel in CHANNELS["academedia"]
    ),
    # Behandlingsskolerne: encrypted, and by law or where the case was judged (H-30, H-33, H-35).
    *(
        ("behandlingsskolerne", cls, channel, condition)
        for cls in DataClass
        for channel in CHANNELS["behandlingsskolerne"]
        for condition in (LAW, JUDGED)
    ),
    # Tommerup: by law through the authorities' own portal (T-40); study trips judged (T-43).
    *(("tommerup", cls, "statutory", LAW) for cls in DataClass),
    *(
        ("tommerup", cls, channel, JUDGED)
        for cls in (NON, INTEGRITY)
        for channel in ("statutory", ELSEWHERE)
    ),
    # Bergqvist: only with consent (B-13), of which there is no record yet.
}


def test_what_goes_along_with_something_else_is_judged_as_if_it_went_alone() -> None:
    """Where a policy asks more for one class than for one that needs more protection."""
    policy = policy_of("tommerup")
    assert policy.sharing is not None
    law, judged = policy.sharing.rules[:2]
    rules = (
        law.model_copy(update={"classes": (INTEGRITY,)}),
        judged.model_copy(update={"classes": (NON,)}),
    )
    policy = policy.model_copy(
        update={"sharing": policy.sharing.model_copy(update={"rules": rules})}
    )
    way = Way(EVERYTHING, password_elsewhere=True)
    alone = {
        cls: wanted(policy, cls, "statutory", condition)
        for cls, condition in ((INTEGRITY, LAW), (NON, JUDGED))
    }
    for one in alone.values():
        judge(policy, one, way, today=TODAY)
    both = alone[INTEGRITY].categories + alone[NON].categories
    for one in alone.values():
        with pytest.raises(Refused, match="condition_not_asked_for"):
            judge(policy, one._replace(categories=both), way, today=TODAY)


@pytest.mark.parametrize("condition", Condition)
@pytest.mark.parametrize("data_class", DataClass)
@pytest.mark.parametrize("name", CHANNELS)
def test_class_by_channel_is_what_the_sentences_say(
    name: str, data_class: DataClass, condition: Condition
) -> None:
    policy = policy_of(name)
    if not any(one.data_class is data_class for one in policy.categories.values()):
        pytest.skip(f"{name} has nothing of that class")
    for channel in (*CHANNELS[name], ELSEWHERE):
        said = answer(name, data_class, channel, condition)
        expected = (name, data_class, channel, condition) in YES
        assert (said == "yes") is expected, (channel, said)


@pytest.mark.parametrize(
    ("name", "data_class", "channel", "condition", "reason"),
    [
        ("academedia", SENSITIVE, ELSEWHERE, Condition.NONE, "channel_not_allowed"),
        ("academedia", SENSITIVE, "usb-stick", LAW, "condition_not_asked_for"),
        ("behandlingsskolerne", NON, ELSEWHERE, LAW, "channel_not_allowed"),
        ("behandlingsskolerne", NON, "tunnel", Condition.NONE, "condition_missing"),
        ("behandlingsskolerne", NON, "tunnel", CONSENT, "consent_missing"),
        ("bergqvist", NON, ELSEWHERE, Condition.NONE, "condition_missing"),
        ("bergqvist", NON, ELSEWHERE, CONSENT, "consent_missing"),
        ("bergqvist", NON, ELSEWHERE, LAW, "condition_not_asked_for"),
        ("tommerup", SENSITIVE, ELSEWHERE, LAW, "channel_not_allowed"),
        ("tommerup", SENSITIVE, "statutory", JUDGED, "condition_not_asked_for"),
    ],
)
def test_the_reason_is_the_one_that_it_came_furthest_with(
    name: str, data_class: DataClass, channel: str, condition: Condition, reason: str
) -> None:
    assert answer(name, data_class, channel, condition) == reason


@pytest.mark.parametrize(("name", "channels"), CHANNELS.items())
def test_each_safeguard_that_a_channel_needs_is_really_needed(
    name: str, channels: tuple[str, ...]
) -> None:
    policy = policy_of(name)
    assert policy.sharing is not None
    tried = 0
    for channel in channels:
        rule = next(one for one in policy.sharing.rules if channel in one.channels)
        condition = LAW if rule.only_with else Condition.NONE
        asked = wanted(policy, INTEGRITY, channel, condition)
        for need in policy.sharing.channels[channel].needs:
            if need == "password_protected_file":
                continue  # every disclosure has that
            elsewhere = need != "password_another_way"
            way = Way(EVERYTHING - {need}, password_elsewhere=elsewhere)
            with pytest.raises(Refused, match="safeguard_missing"):
                judge(policy, asked, way, today=TODAY)
            tried += 1
    assert tried >= len(channels)


@pytest.mark.parametrize(
    ("name", "channel", "condition"),
    [
        ("academedia", "usb-stick", Condition.NONE),
        ("academedia", "cloud-folder", Condition.NONE),
        ("academedia", "encrypted-mail", Condition.NONE),
        ("behandlingsskolerne", "eboks", LAW),
        ("tommerup", "statutory", LAW),
    ],
)
def test_whatever_the_channel_needs_the_password_goes_another_way(
    name: str, channel: str, condition: Condition
) -> None:
    policy = policy_of(name)
    asked = wanted(policy, INTEGRITY, channel, condition)
    with pytest.raises(Refused, match="password_not_apart"):
        judge(policy, asked, Way(EVERYTHING, password_elsewhere=False), today=TODAY)
    assert judge(policy, asked, Way(EVERYTHING, password_elsewhere=True), today=TODAY)


def test_of_several_categories_the_one_that_needs_most_protection_decides() -> None:
    policy = policy_of("academedia")
    assert most_protected(policy, ["image"]) is NON
    assert most_protected(policy, ["image", "identity"]) is INTEGRITY
    assert most_protected(policy, ["image", "health", "identity"]) is SENSITIVE
    asked = wanted(policy, NON, ELSEWHERE, Condition.NONE)
    way = Way(EVERYTHING, password_elsewhere=True)
    assert judge(policy, asked, way, today=TODAY).rule.id == "harmless"
    mixed = asked._replace(categories=("image", "health"))
    with pytest.raises(Refused, match="channel_not_allowed A-69"):
        judge(policy, mixed, way, today=TODAY)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"recipient": "nobody"}, "recipient_unknown"),
        ({"kinds": frozenset({"martian"})}, "subject_not_for_recipient"),
        ({"kinds": frozenset()}, "subject_not_for_recipient"),
        ({"categories": ()}, "category_unknown"),
        ({"categories": ("gossip",)}, "category_unknown"),
        ({"purpose": "curiosity"}, "purpose_unknown"),
        ({"until": date(2026, 11, 1)}, "until_is_past"),
    ],
)
def test_what_the_policy_does_not_know_is_refused(changed: dict[str, object], reason: str) -> None:
    policy = policy_of("academedia")
    asked = wanted(policy, INTEGRITY, "usb-stick", Condition.NONE)
    way = Way(EVERYTHING, password_elsewhere=True)
    assert judge(policy, asked, way, today=TODAY)
    with pytest.raises(Refused, match=reason):
        judge(policy, asked._replace(**changed), way, today=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("what", ["recipient", "purpose"])
def test_research_gets_nothing_about_people_whoever_asks_and_whatever_for(what: str) -> None:
    """H-36, in the policy as it stands; and where somebody adds it to the recipients."""
    policy = load_policy(ROOT / "policies" / "behandlingsskolerne.yaml")
    way = Way(EVERYTHING, password_elsewhere=True)
    asked = Wanted(
        recipient="municipality",
        kinds=frozenset({"pupil"}),
        categories=("contact",),
        channel="tunnel",
        purpose=next(name for name, one in policy.purposes.items() if "contact" in one.needs),
        condition=LAW,
        until=UNTIL,
    )
    assert judge(policy, asked, way, today=TODAY)
    asked = asked._replace(**{what: "research"})
    with pytest.raises(Refused, match="only_anonymous") as refusal:
        judge(policy, asked, way, today=TODAY)
    assert refusal.value.ref == "H-36"
    assert policy.sharing is not None
    everybody = {**policy.sharing.recipients, "research": policy.sharing.recipients["municipality"]}
    purposes = {**policy.purposes, "research": next(iter(policy.purposes.values()))}
    sharing = policy.sharing.model_copy(update={"recipients": everybody})
    wider = policy.model_copy(update={"sharing": sharing, "purposes": purposes})
    with pytest.raises(Refused, match="only_anonymous"):
        judge(wider, asked, way, today=TODAY)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"legal_basis": LegalBasis.UNDECIDED}, "legal_basis_undecided"),
        ({"legal_basis": LegalBasis.CONSENT}, "consent_missing"),
        ({"seat": "outside_eea"}, "recipient_outside_eea"),
        ({"categories": ("contact",)}, "category_not_for_recipient"),
        ({"source": Source(id="A-100", quote="x"), "subjects": ()}, "subject_not_for_recipient"),
    ],
)
def test_what_the_recipient_may_not_have_is_refused(change: dict[str, object], reason: str) -> None:
    policy = policy_of("academedia")
    assert policy.sharing is not None
    other = policy.sharing.recipients["anybody"].model_copy(update=change)
    sharing = policy.sharing.model_copy(update={"recipients": {"anybody": other}})
    policy = policy.model_copy(update={"sharing": sharing})
    asked = wanted(policy, INTEGRITY, "usb-stick", Condition.NONE)
    with pytest.raises(Refused, match=reason):
        judge(policy, asked, Way(EVERYTHING, password_elsewhere=True), today=TODAY)


@pytest.mark.parametrize("condition", [Condition.NONE, LAW, CONSENT])
def test_what_a_purpose_asks_the_person_for_no_law_of_the_recipient_replaces(
    condition: Condition,
) -> None:
    policy = policy_of("academedia")
    purpose = policy.purposes["any"].model_copy(
        update={"legal_basis": LegalBasis.CONSENT, "source": Source(id="A-99", quote="x")}
    )
    asked = wanted(policy, NON, "usb-stick", condition)
    way = Way(EVERYTHING, password_elsewhere=True)
    with pytest.raises(Refused, match="consent_missing A-99"):
        judge(policy.model_copy(update={"purposes": {"any": purpose}}), asked, way, today=TODAY)


def test_a_legal_duty_is_only_where_the_policy_knows_of_a_law() -> None:
    policy = policy_of("behandlingsskolerne")
    assert policy.sharing is not None
    other = policy.sharing.recipients["anybody"].model_copy(
        update={"legal_basis": LegalBasis.LEGITIMATE_INTERESTS}
    )
    sharing = policy.sharing.model_copy(update={"recipients": {"anybody": other}})
    policy = policy.model_copy(update={"sharing": sharing})
    asked = wanted(policy, INTEGRITY, "tunnel", LAW)
    way = Way(EVERYTHING, password_elsewhere=True)
    with pytest.raises(Refused, match="no_legal_duty"):
        judge(policy, asked, way, today=TODAY)
    assert judge(policy, asked._replace(condition=JUDGED), way, today=TODAY)


def test_as_the_policies_stand_what_is_undecided_is_refused() -> None:
    """The real recipients: only where a law or a purpose is decided does anything leave."""
    policy = load_policy(ROOT / "policies" / "academedia.yaml")
    asked = Wanted(
        recipient="arbetsformedlingen",
        kinds=frozenset({"participant"}),
        categories=("identity",),
        channel="cloud-folder",
        purpose="assignment",
        condition=Condition.NONE,
        until=UNTIL,
    )
    way = Way(EVERYTHING, password_elsewhere=True)
    with pytest.raises(Refused, match="legal_basis_undecided A-100"):
        judge(policy, asked, way, today=TODAY)
    policy = load_policy(ROOT / "policies" / "behandlingsskolerne.yaml")
    asked = asked._replace(
        recipient="municipality",
        kinds=frozenset({"pupil"}),
        categories=("identity", "health"),
        channel="tls-mail",
        purpose="treatment-and-teaching",
        condition=LAW,
    )
    smtp = Way(KINDS["smtp"].provides, password_elsewhere=True)
    with pytest.raises(Refused, match="channel_not_allowed H-33"):
        judge(policy, asked, smtp, today=TODAY)  # a public authority
    tunnel = Way(BY_HAND["tunnel_mail"].provides, password_elsewhere=True)
    asked = asked._replace(channel="tunnel")
    with pytest.raises(Refused, match="safeguard_missing H-33"):
        judge(policy, asked, smtp, today=TODAY)
    assert judge(policy, asked, tunnel, today=TODAY).data_class is SENSITIVE


def test_where_nothing_is_shared_nothing_is_allowed() -> None:
    policy = policy_of("bergqvist").model_copy(update={"sharing": None})
    asked = wanted(policy, NON, ELSEWHERE, CONSENT)
    with pytest.raises(Refused, match="sharing_not_planned"):
        judge(policy, asked, Way(EVERYTHING, password_elsewhere=True), today=TODAY)


def test_every_word_of_the_terms_is_bound() -> None:
    terms = Terms("r", "c", "ab", "ch", "p", "zip", ("x",), "pu", "lb", "co", "ru", "2026-11-20")
    digests = {terms.digest()}
    for name in Terms._fields:
        other = ("y",) if name == "categories" else "other"
        digests.add(terms._replace(**{name: other}).digest())
    assert len(digests) == 1 + len(Terms._fields)


def test_no_stage_leads_back_from_the_end_and_each_can_be_reached() -> None:
    assert set(STAGES) == set(Stage)
    reached = {Stage.PREPARED}.union(*STAGES.values())
    assert reached == set(Stage)
    for end in (Stage.WITHDRAWN, Stage.DELETED, Stage.ENDED):
        assert STAGES[end] == frozenset()
