"""Who asks is given everything that is held about them and nothing of anybody else; what they gave
themselves they can take along (art. 15, 20; A-35, T-61, T-67, H-60, H-65)."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Sequence
from datetime import date

import orjson
import pikepdf
import pytest
import pyzipper

from connectors.memory_system import MemoryRecord, MemorySystem
from connectors.system import Asked
from lifecycle.errors import Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.policy.rights import Given as GivenPart
from lifecycle.policy.values import Source
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Because, Came, Given, Outcome, Right, Shown
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tasks.informing.letters import write
from tasks.rights.extract import Made, extract
from tasks.rights.files import folder_of
from tasks.rights.found import CASE, Told
from tasks.rights.passages import passages
from tasks.rights.register import open_request, show
from tasks.rights.steps import answer, identify, take_back
from tasks.rights.told import information
from tasks.work_orders.orders import finish, lines, reveal
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events
from tests.factories.sharing import Desk
from tests.spec.test_every_door import NEWS, RULE, TEXT

__all__ = ["build", "dialect", "house"]

CAME = date(2026, 11, 2)
HERS = {
    "novo": {
        "identity": {"name": "Lillan Novosson", "national_id": TUVA[2]},
        "attendance": {"present": "Var här den tredje"},
        "study": {"grades": "Betyg A i svenska"},
    },
    "omnius": {"study": {"plan": "Vill bli snickare"}, "identity": {"name": "T. Omniusson"}},
}
HIS = {
    "novo": {
        "identity": {"name": "Omar Novosson", "national_id": OMAR[2]},
        "attendance": {"present": "Sjuk hela veckan"},
        "study": {"grades": "Betyg F i svenska"},
    },
    "omnius": {"study": {"plan": "Vill bli bagare"}, "identity": {"name": "O. Omniusson"}},
}
JOINT = "Grupparbete med omar@example.se, som inte kom"


class Mailbox(MemorySystem):
    """A system that nobody can read out record by record."""

    read_out = None  # type: ignore[assignment]


class Office(Desk):
    """A desk whose house has several systems with people in them."""

    systems: dict[str, MemorySystem]

    def house(self, *, anew: bool = False) -> House:
        return dataclasses.replace(super().house(anew=anew), systems=dict(self.systems))

    def put(self, system: str, who: planning.Person, fields: dict[str, dict[str, str]]) -> None:
        record = MemoryRecord(
            key=f"{system}-{who[0]}",
            kind="participant",
            identifiers={"national_id": who[2]},
            fields={name: dict(values) for name, values in fields.items()},
        )
        self.systems[system].put(record)


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def office(build: Builder, standing_clock: StandingClock) -> Office:
    office = Office(build, standing_clock)
    office.systems = {"novo": MemorySystem(system="novo"), "omnius": MemorySystem(system="omnius")}
    office.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    for system in office.systems:
        office.put(system, TUVA, HERS[system])
        office.put(system, OMAR, HIS[system])
    take_inventory(office.house())
    return office


@pytest.fixture
def dpo(office: Office) -> Authenticator:
    first, _ = office.enrolled()
    return enrol(office.house(), office.clock, "dataskydd", "dpo", by=first)


def by(dpo: Authenticator) -> dict[str, str]:
    return {"officer": dpo.handle, "code": dpo.fresh()}


def asked(office: Office, dpo: Authenticator, right: Right = Right.ACCESS) -> str:
    line = open_request(office.house(), right, about=office.ref(TUVA), came=Came.MAIL,
                        received_on=CAME)  # fmt: skip
    identify(office.house(), line.ref, Shown.E_ID, **by(dpo))
    return line.ref


def opened(made: Made) -> tuple[dict[str, object], dict[str, bytes]]:
    """What the person reads out of the file for machines, with the password."""
    [file] = [one for one in made.files if one.suffix == ".zip"]
    with pyzipper.AESZipFile(file) as archive:
        archive.setpassword(made.password.encode())
        content = {name: archive.read(name) for name in archive.namelist()}
    [data] = [orjson.loads(one) for name, one in content.items() if name.endswith(".json")]
    return data, content


def texts(made: Made) -> set[str]:
    data, _ = opened(made)
    rows = data["data"]
    assert isinstance(rows, list)
    return {str(row["value"]) for row in rows}


def planted(of: dict[str, dict[str, dict[str, str]]], who: planning.Person) -> set[str]:
    outer = {v for s in of.values() for fields in s.values() for v in fields.values()}
    return outer | {who[0], who[1], who[2], f"{who[0].lower()}@example.se"}


def test_the_extract_has_every_planted_value_and_not_one_of_another_person(
    office: Office, dpo: Authenticator
) -> None:
    record = office.systems["novo"].find("novo-Tuva")
    assert record is not None
    record.fields["messages"] = {"text": JOINT}
    take_inventory(office.house())
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    found = texts(made)
    assert planted(HERS, TUVA) <= found
    assert not planted(HIS, OMAR) & found
    whole = orjson.dumps(opened(made)[0]).decode()
    for text in (*planted(HIS, OMAR), "1000000002", JOINT, "omar"):
        assert text not in whole
    assert "1000000001" in whole
    assert "novo" in made.by_hand


def test_the_page_says_the_same_and_opens_with_the_password_alone(
    office: Office, dpo: Authenticator
) -> None:
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    [paper] = [one for one in made.files if one.suffix == ".pdf"]
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(paper)
    with pikepdf.open(paper, password=made.password) as document:
        assert len(document.pages) >= 1
    for file in made.files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        content = file.read_bytes()
        assert not any(text.encode() in content for text in planted(HERS, TUVA))


def test_with_it_goes_what_article_15_asks_for(office: Office, dpo: Authenticator) -> None:
    office.send(office.approved(TUVA))
    tuva = from_reference(SUBJECT, office.ref(TUVA))
    write(office.house(), NEWS, [tuva], composed=TEXT, rule=RULE)
    data, _ = opened(extract(office.house(), asked(office, dpo), **by(dpo)))
    [got] = data["recipients"]  # type: ignore[misc]
    assert got["recipient"] == "arbetsformedlingen"
    assert (got["categories"], got["on"]) == (["identity"], "2026-11-02")
    headings = {one["heading"] for one in data["information"]}  # type: ignore[attr-defined]
    assert {"Hur länge uppgifterna sparas", "Om du vill klaga", "Varifrån uppgifterna kommer",
            "Automatiska beslut", "Dina rättigheter"} <= headings  # fmt: skip
    [noted] = data["on_record"]  # type: ignore[misc]
    assert (noted["kind"], noted["state"], noted["on"]) == ("notice", "sent", "2026-11-02")
    english = information(office.house(), ["participant"], "en")
    assert {one.heading for one in english}.isdisjoint(headings)


def test_what_only_a_person_reaches_is_ordered_and_kept_from_yes(
    office: Office, dpo: Authenticator
) -> None:
    ref = asked(office, dpo)
    made = extract(office.house(), ref, **by(dpo))
    waiting = [one for one in lines(office.house()) if one.what == "lookup"]
    assert {one.system for one in waiting} == set(made.by_hand)
    assert {"file-server", "paper-binder", "workbuster"} <= set(made.by_hand)
    assert {one.due_on for one in waiting} == {"2026-11-16"}
    with pytest.raises(Refused, match="still_to_be_done"):
        answer(office.house(), ref, Outcome.GRANTED, given=Given.LETTER, **by(dpo))
    first, _ = office.enrolled()
    for one in waiting:
        who = dpo if one.role == "dpo" else first
        slip = reveal(office.house(), one.ref, **by(who))
        assert TUVA[2] in repr(slip)
        assert finish(office.house(), one.ref, evidence="nothing-found", **by(who)) in {
            "confirmed", "done",
        }  # fmt: skip
    assert [
        one for one in lines(office.house()) if one.what == "lookup" and one.state == "open"
    ] == []
    with pytest.raises(Refused, match="passages_not_read"):
        answer(office.house(), ref, Outcome.GRANTED, given=Given.LETTER, **by(dpo))
    done = answer(
        office.house(), ref, Outcome.GRANTED, given=Given.LETTER, read_through=True, **by(dpo)
    )
    assert done.outcome == "granted"
    assert show(office.house(), ref).steps[-1].how == "letter read_through"
    assert list(folder_of(office.house()).iterdir()) == []


def test_making_it_again_replaces_it_and_orders_nothing_twice(
    office: Office, dpo: Authenticator
) -> None:
    ref = asked(office, dpo)
    first = extract(office.house(), ref, **by(dpo))
    orders = len(lines(office.house()))
    again = extract(office.house(), ref, **by(dpo))
    assert again.password != first.password
    assert texts(again) >= planted(HERS, TUVA)
    assert len(lines(office.house())) == orders
    assert sorted(folder_of(office.house()).iterdir()) == sorted(again.files)
    assert [one.kind for one in show(office.house(), ref).steps][-2:] == ["carry_out"] * 2


def test_however_the_request_is_spelled_nothing_lies_there_once_it_is_answered(
    office: Office, dpo: Authenticator
) -> None:
    ref = asked(office, dpo)
    made = extract(office.house(), f" {ref.lower()}", **by(dpo))
    folder = folder_of(office.house())
    assert (made.ref, {one.name for one in made.files}) == (ref, {f"{ref}.pdf", f"{ref}.zip"})
    take_back(office.house(), f"{ref.lower()} ", **by(dpo))
    assert list(folder.iterdir()) == []
    [carried] = events(office.house(), EventKind.REQUEST_CARRIED_OUT)
    assert carried["ref"] == ref


def test_half_of_it_is_no_answer_and_nothing_lies_anywhere(
    office: Office, dpo: Authenticator
) -> None:
    ref = asked(office, dpo)
    office.systems["omnius"].failures.unreachable = True
    with pytest.raises(Unreachable, match="system_unreachable omnius"):
        extract(office.house(), ref, **by(dpo))
    office.systems["omnius"].failures.unreachable = False
    with pytest.raises(Refused, match="code_wrong"):
        extract(office.house(), ref, officer=dpo.handle, code=dpo.wrong())
    folder = folder_of(office.house())
    assert not folder.exists() or list(folder.iterdir()) == []
    assert [one for one in lines(office.house()) if one.what == "lookup"] == []


def test_a_key_given_anew_gives_nobody_anything(office: Office, dpo: Authenticator) -> None:
    record = office.systems["omnius"].find("omnius-Tuva")
    assert record is not None
    record.identifiers["national_id"] = OMAR[2]
    record.fields["study"]["plan"] = "Någon annans plan"
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    assert "Någon annans plan" not in texts(made)
    assert "Betyg A i svenska" in texts(made)


def test_a_record_that_nobody_can_tell_whose_it_is_a_person_looks_at(
    office: Office, dpo: Authenticator
) -> None:
    record = office.systems["omnius"].find("omnius-Tuva")
    assert record is not None
    record.identifiers.clear()
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    assert "Vill bli snickare" not in texts(made)
    assert "omnius" in made.by_hand


def test_a_protected_person_is_never_answered_by_mail(office: Office, dpo: Authenticator) -> None:
    record = office.systems["omnius"].find("omnius-Tuva")
    assert record is not None
    record.protected = True
    ref = asked(office, dpo)
    made = extract(office.house(), ref, **by(dpo))
    assert made.protected
    assert "Vill bli snickare" not in texts(made)
    assert "omnius" in made.by_hand
    with pytest.raises(Refused, match="protected_not_by_mail"):
        answer(
            office.house(), ref, Outcome.PARTLY, because=[Because.RIGHTS_OF_OTHERS],
            given=Given.MAIL, **by(dpo),
        )  # fmt: skip


def test_what_no_table_can_show_and_what_no_machine_reads_out_a_person_looks_up(
    office: Office, dpo: Authenticator
) -> None:
    class Pictures(MemorySystem):
        def read_out(self, asked: Sequence[Asked]) -> object:  # type: ignore[override]
            raise Refused("value_not_text", ref="omnius")

    pictures = Pictures(system="omnius")
    pictures._records = office.systems["omnius"]._records
    mailbox = Mailbox(system="novo")
    mailbox._records = office.systems["novo"]._records
    office.systems |= {"omnius": pictures, "novo": mailbox}
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    assert {"omnius", "novo"} <= set(made.by_hand)
    assert TUVA[2] in texts(made)


def test_only_what_they_gave_is_taken_along_as_json_and_as_a_table(
    office: Office, dpo: Authenticator
) -> None:
    def gave(house: House) -> House:
        source = Source.model_validate({"law": "GDPR art. 20(1)"})
        given = {"participant": GivenPart(categories=("study",), source=source)}
        rights = house.policy.rights_rules().model_copy(update={"given": given})
        policy = house.policy.model_copy(update={"rights": rights})
        policy._sha256 = "e" * 64
        return dataclasses.replace(house, policy=policy)

    office.change = gave
    made = extract(office.house(), asked(office, dpo, Right.PORTABILITY), **by(dpo))
    assert texts(made) == {"Betyg A i svenska", "Vill bli snickare"}
    [file] = made.files
    data, content = opened(made)
    [table] = [one.decode("utf-8-sig") for name, one in content.items() if name.endswith("csv")]
    assert "Vill bli snickare" in table
    assert (data["information"], data["recipients"]) == ([], [])
    assert file.suffix == ".zip"


def test_of_what_others_gave_nothing_is_taken_along(office: Office, dpo: Authenticator) -> None:
    def nothing(house: House) -> House:
        rights = house.policy.rights_rules().model_copy(update={"given": {}})
        policy = house.policy.model_copy(update={"rights": rights})
        policy._sha256 = "e" * 64
        return dataclasses.replace(house, policy=policy)

    office.change = nothing
    with pytest.raises(Refused, match="nothing_given"):
        extract(office.house(), asked(office, dpo, Right.PORTABILITY), **by(dpo))


def test_an_extract_is_made_for_access_and_portability_and_somebody_known_alone(
    office: Office, dpo: Authenticator
) -> None:
    with pytest.raises(Refused, match="request_of_another_kind"):
        extract(office.house(), asked(office, dpo, Right.ERASURE), **by(dpo))
    line = open_request(office.house(), Right.ACCESS, came=Came.FORM, received_on=CAME)
    with pytest.raises(Refused, match="identity_not_seen"):
        extract(office.house(), line.ref, **by(dpo))
    identify(office.house(), line.ref, Shown.E_ID, **by(dpo))
    with pytest.raises(Refused, match="nobody_attached"):
        extract(office.house(), line.ref, **by(dpo))


def test_where_others_may_be_named_is_counted_by_field_and_has_to_be_read(
    office: Office, dpo: Authenticator
) -> None:
    record = office.systems["novo"].find("novo-Tuva")
    assert record is not None
    record.fields["messages"] = {"text": "Bråkar med Kalle"}
    record.fields["study"] = {"grades": "A", "address": "Stora Provgatan 12"}
    take_inventory(office.house())
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    told = {(one.system, one.category, one.field): one.number for one in made.passages}
    assert told.pop(("gallra", "assignment", "service")) == 1
    assert told == {
        ("novo", "attendance", "present"): 1,
        ("novo", "messages", "text"): 1,
        ("omnius", "study", "plan"): 1,
    }
    assert "Kalle" not in repr(made)
    [noted] = events(office.house(), EventKind.REQUEST_CARRIED_OUT)
    assert noted["numbers"]["passages"] == 4  # type: ignore[index]


def test_short_values_are_no_passages() -> None:
    values = [
        Told("novo", "", "contact", "street_address", "Stora Provgatan 12"),
        Told("novo", "", "study", "grades", "A"),
        Told("gallra", "1", CASE, "project", "Ett projekt i Norr"),
    ]
    assert passages(values) == ()
    said = Told("novo", "", "messages", "messages", "Bråkar med Åke")
    assert [one.number for one in passages([*values, said, said])] == [2]


def test_neither_password_nor_value_is_in_the_ledger_or_in_what_is_shown(
    office: Office, dpo: Authenticator
) -> None:
    made = extract(office.house(), asked(office, dpo), **by(dpo))
    kept = repr(events(office.house(), *EventKind)) + repr(made) + repr(lines(office.house()))
    for text in (made.password, *planted(HERS, TUVA)):
        assert text not in kept
