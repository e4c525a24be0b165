"""What may lie in a shared folder is shared only with those who are entitled to it: place, class
and rule are told, never the content (A-61, A-64, A-67)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from connectors.base import StagedItem
from connectors.documents import FolderDocuments
from connectors.memory import MemoryStaging
from connectors.memory_sharing import MemorySharing
from lifecycle.bindings.load import parse_bindings
from lifecycle.configuration.problems import BindingsError
from lifecycle.errors import GallraError, Misconfigured, Refused
from lifecycle.ledger import EventKind
from lifecycle.placement.reach import Grant, GrantedTo
from records.engines import reading
from records.tables import RECORDS
from tasks.house.parts import House
from tasks.house.scan_wiring import ScanPlace
from tasks.placing.findings import reveal, standing
from tasks.placing.notes import ScanCount
from tasks.placing.scanning import scan, scan_all
from tasks.work_orders.orders import lines
from tests.factories import planning
from tests.factories.documents import docx, paragraph, protected_zip
from tests.factories.houses import build, dialect, house

__all__ = ["build", "dialect", "house"]

ALLERGY = "Tuva Exempelsson har allergi mot nötter."
NUMBER = "Tuva Exempelsson 19850709-9805"
ANYONE = Grant(GrantedTo.ANYONE)
EVERYBODY = Grant(GrantedTo.ORGANISATION)
TEACHER = Grant(GrantedTo.PERSON, "lo@example.se")
OUTSIDER = Grant(GrantedTo.PERSON, "nagon@example.dk")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cloud() -> MemoryStaging:
    return MemoryStaging(place="onedrive")


@pytest.fixture
def sharing() -> MemorySharing:
    return MemorySharing()


@pytest.fixture
def looking(house: House, cloud: MemoryStaging, sharing: MemorySharing) -> House:
    documents = FolderDocuments(cloud, grants=sharing.grants)
    place = ScanPlace(documents, "chef", ("example.se",))
    return dataclasses.replace(house, scans={"onedrive": place})


def look(house: House) -> ScanCount:
    return scan(house, only=["onedrive"])["onedrive"]


def told(house: House) -> set[tuple[str, str, str]]:
    return {(one.sign, one.data_class, one.rule) for one in standing(house, place="onedrive")}


def test_what_may_lie_there_may_not_be_open_to_everybody(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("allergi.docx", docx(paragraph(ALLERGY)))
    sharing.given["allergi.docx"] = [TEACHER]
    assert look(looking) == ScanCount(found=1, looked=1), "where it may lie, shared as it may be"
    sharing.given["allergi.docx"] = [TEACHER, ANYONE]
    # Nobody changed the document: it is not opened again, and asked all the same.
    count = look(looking)
    assert (count.looked, count.unchanged, count.new, count.standing) == (0, 1, 1, 1)
    assert told(looking) == {("shared_with_anyone", "sensitive", "A-67")}
    [order] = lines(looking)
    assert (order.what, order.system, order.items) == ("mend", "onedrive", 1)
    [found] = standing(looking)
    assert reveal(looking, found.ref)[1] == "allergi.docx"
    assert look(looking).new == 0
    sharing.given["allergi.docx"] = [EVERYBODY, OUTSIDER]
    count = look(looking)
    assert (count.new, count.cleared) == (2, 1)
    assert {sign for sign, _, _ in told(looking)} == {
        "shared_with_organisation",
        "shared_with_outsiders",
    }
    sharing.given["allergi.docx"] = []
    assert look(looking).standing == 0
    assert {one.seen_gone for one in lines(looking)} == {1, 2}


def test_support_is_kept_by_its_own_sentence_and_what_may_not_lie_there_is_told_twice(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("a.txt", b"Tuva Exempelsson har extra anpassningar i matematik.")
    cloud.put("b.txt", NUMBER.encode())
    sharing.given = {"a.txt": [EVERYBODY], "b.txt": [OUTSIDER]}
    look(looking)
    assert told(looking) == {
        ("shared_with_organisation", "integrity_sensitive", "A-64"),
        ("identity_number", "integrity_sensitive", "A-62"),
        ("shared_with_outsiders", "integrity_sensitive", "A-64"),
    }


def test_what_is_harmless_or_behind_a_password_is_shared_in_any_way(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("matsedel.txt", b"Fisk och potatis.")
    cloud.put("hemlig.zip", protected_zip())
    sharing.given = {"matsedel.txt": [ANYONE], "hemlig.zip": [ANYONE]}
    assert look(looking).standing == 0
    assert sharing.asked == 0


def test_what_nobody_could_open_is_not_taken_for_harmless(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("bild.png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    sharing.given["bild.png"] = [ANYONE]
    assert look(looking).could_not_look == 1
    assert told(looking) == {("shared_with_anyone", "unread", "A-64")}


def test_a_place_that_does_not_tell_with_whom_keeps_what_was_found(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("a.txt", ALLERGY.encode())
    sharing.given["a.txt"] = [ANYONE]
    look(looking)
    sharing.unreachable = True
    count = look(looking)
    assert (count.standing, count.cleared, count.could_not_look) == (1, 0, 1)


def test_a_group_that_everybody_is_in_is_everybody(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("allergi.docx", docx(paragraph(ALLERGY)))
    teachers = Grant(GrantedTo.GROUP, "sju-b@example.se")
    sharing.given["allergi.docx"] = [teachers, Grant(GrantedTo.GROUP, "Alla@example.se")]
    assert look(looking) == ScanCount(found=1, looked=1), "nobody has said so"
    bound = dataclasses.replace(looking.scans["onedrive"], everybody=("alla@example.se",))
    look(dataclasses.replace(looking, scans={"onedrive": bound}))
    assert {sign for sign, _, _ in told(looking)} == {"shared_with_organisation"}
    sharing.given["allergi.docx"] = [teachers]
    look(dataclasses.replace(looking, scans={"onedrive": bound}))
    assert told(looking) == set()


def test_a_document_that_is_gone_or_harmless_now_is_not_shared_any_more(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    for name in ("a.txt", "b.txt"):
        cloud.put(name, ALLERGY.encode())
        sharing.given[name] = [ANYONE]
    assert look(looking).standing == 2
    for item in list(cloud.list_items()):
        cloud.delete_permanently(item)
    cloud.put("a.txt", b"Fisk och potatis.")
    count = look(looking)
    assert (count.cleared, count.standing) == (2, 0)


def test_a_missing_right_is_said_and_the_documents_are_looked_through_all_the_same(
    looking: House,
    cloud: MemoryStaging,
    sharing: MemorySharing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cloud.put("a.txt", NUMBER.encode())

    def refused(_: object) -> list[Grant]:
        raise Misconfigured("graph_right_missing", ref="onedrive")

    documents = FolderDocuments(cloud, grants=refused)
    house = dataclasses.replace(
        looking, scans={"onedrive": ScanPlace(documents, "chef", ("example.se",))}
    )
    with pytest.raises(Misconfigured, match="graph_right_missing"):
        look(house)
    assert told(house) == {("identity_number", "integrity_sensitive", "A-62")}
    assert len(lines(house)) == 1


class Closed(MemoryStaging):
    """A folder that nobody gets into."""

    def __init__(self, failure: GallraError) -> None:
        super().__init__(place="google-drive")
        self._failure = failure

    def list_items(self) -> Iterator[StagedItem]:
        raise self._failure


@pytest.mark.parametrize(
    "failure",
    [Misconfigured("graph_right_missing", ref="google-drive"), Refused("host_key_changed")],
    ids=lambda failure: failure.code,
)
def test_a_place_that_nobody_can_look_into_keeps_no_other_from_being_looked_through(
    looking: House, cloud: MemoryStaging, failure: GallraError
) -> None:
    cloud.put("a.txt", NUMBER.encode())
    closed = ScanPlace(FolderDocuments(Closed(failure)), "chef", ("example.se",))
    house = dataclasses.replace(looking, scans={"google-drive": closed, **looking.scans})
    with pytest.raises(type(failure), match=failure.code):
        scan(house)
    assert {sign for sign, _, _ in told(house)} == {"identity_number"}
    [event] = planning.events(house, EventKind.PLACE_NOT_SCANNED)
    assert event.facts == {"place": "google-drive", "reason": failure.code}
    counts, failures = scan_all(house)  # what the night's page shows
    assert [each.code for each in failures] == [failure.code]
    assert [name for name, one in counts.items() if not one.reached] == ["google-drive"]
    assert counts["onedrive"].standing == 1


def test_nobody_is_kept_whom_it_is_shared_with(
    looking: House, cloud: MemoryStaging, sharing: MemorySharing
) -> None:
    cloud.put("Tuva.txt", ALLERGY.encode())
    sharing.given["Tuva.txt"] = [OUTSIDER, TEACHER]
    look(looking)
    with reading(looking.engine) as connection:
        kept = b"".join(
            repr(row).encode()
            for table in RECORDS.sorted_tables
            for row in connection.execute(select(table))
        )
    for part in (b"nagon", b"example.dk", b"Tuva", b"allergi", b"lo@"):
        assert part not in kept


DRIVE = """
scan:
  onedrive:
    owner: chef
{ours}    where:
      kind: onedrive
      place: onedrive
      tenant: 11111111-2222-3333-4444-555555555555
      client_id: 11111111-2222-3333-4444-555555555555
      certificate: {{env: GALLRA_READER}}
      files_host: example-my.sharepoint.com
      drive: b!drive-one
      folder: 01ABCDEFGHIJKL
"""


@pytest.mark.parametrize(
    ("ours", "wrong"),
    [
        ("    ours: [example.se]\n", None),
        ("", "mail domains"),
        ("    ours: [lo@example.se]\n", "no mail domain"),
        ("    ours: [example.se]\n    everybody: [alla@example.se, 0f1e2d3c-alla]\n", None),
        ("    ours: [example.se]\n    everybody: [alla i huset]\n", "everybody"),
    ],
)
def test_who_is_an_outsider_is_said_in_the_bindings(
    house: House, ours: str, wrong: str | None
) -> None:
    text = (house.settings.systems / "academedia.yaml").read_text(encoding="utf-8")
    content = (text + DRIVE.format(ours=ours)).encode()

    def parse() -> object:
        return parse_bindings(
            content, name="academedia.yaml", policy=house.policy,
            environment=house.settings.environment,
        )  # fmt: skip

    if wrong is None:
        assert parse()
        return
    with pytest.raises(BindingsError) as refused:
        parse()
    assert wrong in str(refused.value)


def test_a_place_of_which_the_policy_does_not_say_what_may_lie_there_is_not_bound(
    house: House,
) -> None:
    text = (house.settings.systems / "academedia.yaml").read_text(encoding="utf-8")
    text += (
        "\nscan:\n  paper-binder:\n    owner: chef\n"
        "    where: {kind: folder, place: paper-binder, path: /srv/binder}\n"
    )
    with pytest.raises(BindingsError) as refused:
        parse_bindings(
            text.encode(), name="academedia.yaml", policy=house.policy,
            environment=house.settings.environment,
        )  # fmt: skip
    assert "may_lie" in str(refused.value)
