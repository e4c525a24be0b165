"""Which class may go to whom by which way, for the real recipients of all four policies (A-68,
A-69, H-33, T-40, T-43); the page docs/sharing.md shows the same."""

from __future__ import annotations

from typing import Final

import pytest

from lifecycle.disclosure_condition import Condition
from lifecycle.policy.data import DataClass
from tests.factories.houses import ROOT
from tests.spec.sharing_table import (
    ELSEWHERE,
    POLICIES,
    Cell,
    carried_by,
    cell,
    channels_of,
    document,
    places,
    policy_of,
    sharing_of,
)

NON, INTEGRITY, SENSITIVE = DataClass
LAW, JUDGED = Condition.LEGAL_DUTY, Condition.JUDGED_IN_THE_CASE
BOTH: Final = (LAW, JUDGED)
NO: Final[tuple[Condition, ...]] = (Condition.NONE,)
FOUR: Final = ("cloud-folder", "encrypted-mail", "encrypted-mail-with-file", "usb-stick")
OPEN: Final = ("arbetsformedlingen", "trip-organiser", "website-partners")
"""Recipients whose legal basis nobody has decided yet."""

Allowed = dict[tuple[str, str, str, DataClass], tuple[str, tuple[Condition, ...]]]
"""Policy, recipient, channel, class: which categories, and on what it rests."""
ALLOWED: Final[Allowed] = {
    # H-33: public authorities by the tunnel, whatever the class; H-30, H-35: on what it rests.
    ("behandlingsskolerne", "municipality", "tunnel", NON): ("contact", BOTH),
    ("behandlingsskolerne", "municipality", "tunnel", INTEGRITY): ("course identity", BOTH),
    ("behandlingsskolerne", "municipality", "tunnel", SENSITIVE): ("health", BOTH),
    # Nobody else is an authority: TLS at both ends, otherwise e-Boks.
    **{
        ("behandlingsskolerne", "health-staff", by, cls): (what, BOTH)
        for by in ("tls-mail", "eboks")
        for cls, what in ((INTEGRITY, "identity"), (SENSITIVE, "health"))
    },
    # H-98: no law asks for it.
    **{
        ("behandlingsskolerne", "own-schools", by, cls): (what, (JUDGED,))
        for by in ("tls-mail", "eboks")
        for cls, what in ((NON, "contact"), (INTEGRITY, "application identity"))
    },
    # T-40: authorities get what the law asks for, through their own portals and no other way.
    ("tommerup", "ministry", "statutory", INTEGRITY): (
        "citizenship enrolment identity income",
        (LAW,),
    ),
    ("tommerup", "statistics-denmark", "statutory", INTEGRITY): ("enrolment identity", (LAW,)),
}
ONCE_DECIDED: Final[Allowed] = {
    # four ways and no fifth.
    **{
        ("academedia", "arbetsformedlingen", by, INTEGRITY): ("assignment identity", NO)
        for by in FOUR
    },
    # T-43: the organiser, by any way, where the case was judged.
    **{
        ("tommerup", "trip-organiser", by, cls): (what, (JUDGED,))
        for by in ("statutory", ELSEWHERE)
        for cls, what in ((NON, "contact"), (INTEGRITY, "accounts enrolment identity travel"))
    },
}


def table(name: str, *, decided: bool) -> dict[tuple[str, str, str, DataClass], Cell]:
    policy = policy_of(name, decided=decided)
    return {
        (name, recipient, channel, data_class): cell(policy, recipient, channel, data_class)
        for recipient in sharing_of(policy).recipients
        for channel in channels_of(policy)
        for data_class in DataClass
    }


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("name", POLICIES)
def test_exactly_what_the_sentences_allow_is_allowed(name: str, decided: bool) -> None:
    wanted = ALLOWED | ONCE_DECIDED if decided else ALLOWED
    found = {
        where: (
            " ".join(sorted({category for category, _ in said.allowed})),
            tuple(one for one in Condition if one in {ground for _, ground in said.allowed}),
        )
        for where, said in table(name, decided=decided).items()
        if said.allowed
    }
    assert found == {where: said for where, said in wanted.items() if where[0] == name}


@pytest.mark.parametrize(
    ("name", "recipient", "channel", "data_class", "reason"),
    [
        # A way that the policy does not know, and a folder in Google Drive bound under any name.
        ("tommerup", "ministry", ELSEWHERE, INTEGRITY, "channel_not_allowed"),
        ("tommerup", "statistics-denmark", ELSEWHERE, INTEGRITY, "channel_not_allowed"),
        ("behandlingsskolerne", "municipality", "tls-mail", SENSITIVE, "channel_not_allowed"),
        ("behandlingsskolerne", "municipality", "eboks", NON, "channel_not_allowed"),
        ("behandlingsskolerne", "health-staff", "tunnel", SENSITIVE, "channel_not_allowed"),
        ("behandlingsskolerne", "former-employers", "tls-mail", INTEGRITY, "consent_missing"),
        ("behandlingsskolerne", "social-media", "tls-mail", INTEGRITY, "consent_missing"),
        ("academedia", "arbetsformedlingen", ELSEWHERE, INTEGRITY, "channel_not_allowed"),
        # No sentence asks for it to be given out by us: a browser does.
        ("tommerup", "website-partners", ELSEWHERE, NON, "no_sharing_rule"),
    ],
)
def test_the_rest_is_refused_for_its_reason(
    name: str, recipient: str, channel: str, data_class: DataClass, reason: str
) -> None:
    decided = table(name, decided=True)[(name, recipient, channel, data_class)]
    assert (decided.allowed, decided.reason) == (frozenset(), reason)
    now = table(name, decided=False)[(name, recipient, channel, data_class)]
    assert now.reason == ("legal_basis_undecided" if recipient in OPEN else reason)


def test_for_every_way_of_the_policies_there_is_a_binding_that_has_what_it_needs() -> None:
    for name in POLICIES:
        for channel, declared in sharing_of(policy_of(name)).channels.items():
            assert carried_by(declared.needs), (name, channel)
    tunnel = sharing_of(policy_of("behandlingsskolerne")).channels["tunnel"]
    assert carried_by(tunnel.needs) == ["manual, by tunnel_mail", "smtp with `tunnel`"]


def test_the_page_shows_this_table() -> None:
    page = (ROOT / "docs" / "sharing.md").read_text("utf-8")
    assert page == document(), "python -m tests.spec.sharing_table > docs/sharing.md"


def test_where_it_lies_is_said_of_each_category_that_somebody_may_be_given() -> None:
    found = places(policy_of("behandlingsskolerne"))
    assert found["health"] == (["journal-system"], ["e-mail", "paper"])
    assert found["course"][0] == ["pupil-register", "journal-system"]
    assert places(policy_of("academedia"))["identity"][0] == ["gallra", "novo"]
    assert places(policy_of("tommerup"))["travel"] == ([], ["e-mail", "paper-binder"])
    assert places(policy_of("bergqvist")) == {}
