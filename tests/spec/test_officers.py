"""Who may agree to an erasure is agreed to by somebody who may already."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from lifecycle import totp
from lifecycle.errors import KeyFailure, Refused
from lifecycle.ledger import EventKind
from records import to_dos
from records.engines import reading
from records.tables import officer
from tasks.house.parts import House
from tasks.officers.registering import WITHOUT_AGREEMENT, add_officer, list_officers, remove_officer
from tasks.proving.keys import rotate_keys
from tasks.work_orders.to_dos import close
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def chef(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "chef-nord", "chef")


def is_refused(reason: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == reason


def add(house: House, handle: str, *roles: str, **more: object) -> str:
    return add_officer(
        house,
        handle,
        roles=roles,
        secret=totp.new_secret(),
        confirmation=None,
        **more,  # type: ignore[arg-type]
    )


def handles(house: House) -> list[str]:
    return [one.handle for one in list_officers(house) if one.removed_at is None]


def test_the_first_officer_needs_nobody(house: House, chef: Authenticator) -> None:
    [one] = list_officers(house)
    assert (one.ref, one.handle, one.roles) == (chef.ref, "chef-nord", ("chef",))
    [added] = events(house, EventKind.OFFICER_ADDED)
    assert added["ref"] == chef.ref
    assert added["facts"] == {"agreement": "first", "role_1": "chef"}


def test_whoever_sits_at_the_terminal_makes_nobody_an_officer(
    house: House, chef: Authenticator
) -> None:
    is_refused("officer_must_agree", lambda: add(house, "chef-syd", "chef"))
    wrong = chef.wrong()
    is_refused("code_wrong", lambda: add(house, "chef-syd", "chef", by="chef-nord", code=wrong))
    is_refused("officer_unknown", lambda: add(house, "a", "chef", by="a", code=wrong))
    assert handles(house) == ["chef-nord"]
    reasons = [one["facts"]["reason"] for one in events(house, EventKind.APPROVAL_REFUSED)]  # type: ignore[index]
    assert reasons == ["officer_must_agree", "code_wrong", "officer_unknown"]


def test_nor_by_removing_everybody_first(house: House, chef: Authenticator) -> None:
    is_refused("officer_must_agree", lambda: remove_officer(house, "chef-nord"))
    remove_officer(house, "chef-nord", by="chef-nord", code=chef.fresh())
    is_refused("officer_must_agree", lambda: add(house, "chef-syd", "chef"))
    assert handles(house) == []


def test_an_officer_agrees_to_another(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    second = enrol(house, standing_clock, "dataskydd", "dpo", "chef", by=chef)
    assert handles(house) == ["chef-nord", "dataskydd"]
    added = events(house, EventKind.OFFICER_ADDED)[-1]
    assert added["ref"] == second.ref
    assert added["facts"] == {"agreed_by": chef.ref, "role_1": "chef", "role_2": "dpo"}


def test_nobody_gives_themselves_a_further_role(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    is_refused(
        "own_roles",
        lambda: add(house, "chef-nord", "chef", "dpo", by="chef-nord", code=chef.fresh()),
    )
    assert list_officers(house)[0].roles == ("chef",)
    # But may take a new telephone, or fewer roles.
    renewed = enrol(house, standing_clock, "chef-nord", "chef", by=chef)
    assert renewed.ref == chef.ref
    is_refused(
        "code_wrong", lambda: add(house, "chef-syd", "chef", by="chef-nord", code=chef.fresh())
    )
    add(house, "chef-syd", "chef", by="chef-nord", code=renewed.fresh())


def test_a_handle_stays_with_its_officer_even_after_removal(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    second = enrol(house, standing_clock, "chef-syd", "chef", by=chef)
    remove_officer(house, "chef-syd", by="chef-nord", code=chef.fresh())
    with reading(house.engine) as connection:
        sealed = connection.execute(
            select(officer.c.sealed).where(officer.c.handle == "chef-syd")
        ).scalar_one()
    assert bytes(sealed) == b""
    is_refused(
        "officer_removed",
        lambda: remove_officer(house, "chef-syd", by="chef-nord", code=chef.fresh()),
    )
    again = enrol(house, standing_clock, "chef-syd", "chef", by=chef)
    assert again.ref == second.ref
    assert handles(house) == ["chef-nord", "chef-syd"]


def test_when_nobody_can_agree_any_more_everybody_is_told(
    house: House, chef: Authenticator
) -> None:
    witnessed = len(events(house, EventKind.CHECKPOINT_MADE))
    ref = add(house, "chef-syd", "chef", without_agreement=True)
    assert handles(house) == ["chef-nord", "chef-syd"]
    added = events(house, EventKind.OFFICER_ADDED)[-1]
    assert added["facts"] == {"agreement": "none", "role_1": "chef"}
    assert len(events(house, EventKind.CHECKPOINT_MADE)) > witnessed
    remove_officer(house, "chef-nord", without_agreement=True)
    with reading(house.engine) as connection:
        open_now = to_dos.open_to_dos(connection, controller=house.controller)
    assert {(one.kind, one.ref) for one in open_now} == {
        (WITHOUT_AGREEMENT, ref),
        (WITHOUT_AGREEMENT, chef.ref),
    }
    from lifecycle.references import TO_DO, to_reference

    for one in open_now:
        close(house, to_reference(TO_DO, one.id))
    with reading(house.engine) as connection:
        assert to_dos.open_to_dos(connection, controller=house.controller) == []


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "Chef",
        "chef nord",
        "chef_nord",
        "198507099805",
        "chef-1985",
        "anna@example.se",
        "chef--nord",
        "-chef",
        "chéf",
        "chef-nord\n",
        "a" * 33,
    ],
)
def test_a_handle_is_a_word_of_the_office(house: House, handle: str) -> None:
    is_refused("handle_not_allowed", lambda: add(house, handle, "chef"))
    assert list_officers(house) == []


def test_a_role_is_one_of_the_policys(house: House) -> None:
    is_refused("role_unknown", lambda: add(house, "chef-nord"))
    is_refused("role_unknown", lambda: add(house, "chef-nord", "chef", "kejsare"))
    assert list_officers(house) == []


def test_enrolment_is_confirmed_with_a_first_code_which_is_used_up(
    house: House, standing_clock: StandingClock
) -> None:
    telephone = Authenticator("chef-nord", standing_clock)

    def confirm(code: str) -> str:
        return add_officer(
            house, "chef-nord", roles=["chef"], secret=telephone.secret, confirmation=code
        )

    is_refused("code_wrong", lambda: confirm(telephone.wrong()))
    assert list_officers(house) == []
    code = telephone.code()
    confirm(code)
    is_refused("code_used", lambda: add(house, "chef-syd", "chef", by="chef-nord", code=code))
    add(house, "chef-syd", "chef", by="chef-nord", code=telephone.fresh())


def test_secrets_survive_a_rotation_of_the_keys_and_open_for_their_officer_alone(
    house: House, chef: Authenticator, standing_clock: StandingClock, build: Builder
) -> None:
    second = enrol(house, standing_clock, "chef-syd", "chef", by=chef)
    standing_clock.pass_time(days=29)
    rotate_keys(house)
    house = build()
    add(house, "dataskydd", "dpo", by="chef-syd", code=second.fresh())
    with reading(house.engine) as connection:
        rows = dict(connection.execute(select(officer.c.id, officer.c.sealed)).all())  # type: ignore[arg-type]
    (one, sealed), (two, other), *_ = rows.items()
    assert house.vault.open_secret(one, bytes(sealed)) != house.vault.open_secret(two, bytes(other))
    with pytest.raises(KeyFailure, match="sealed_damaged"):
        house.vault.open_secret(two, bytes(sealed))
    # Nor is a file's name taken for a secret.
    with pytest.raises(KeyFailure, match="sealed_damaged"):
        house.vault.open_secret(one, house.vault.seal_name(one, "x"))
    for secret in (chef.secret, second.secret):
        assert not any(secret in bytes(each) for each in rows.values())


def test_no_secret_and_no_handle_is_in_the_ledger(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    enrol(house, standing_clock, "chef-syd", "chef", by=chef)
    told = repr(events(house, *EventKind))
    assert "chef-nord" not in told
    assert "chef-syd" not in told
    assert totp.to_base32(chef.secret) not in told
    assert chef.secret.hex() not in told
    assert totp.to_base32(chef.secret) not in repr(list_officers(house))
