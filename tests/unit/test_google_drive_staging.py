"""Google Drive as staging: what only it can get wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from google.auth.exceptions import TransportError

from connectors.drive_client import DriveClient
from connectors.drive_token import _Line
from connectors.google_drive import DriveStaging, opened_staging
from lifecycle.bindings import GoogleDriveStaging
from lifecycle.errors import (
    Changed,
    FileRefused,
    GallraError,
    Misconfigured,
    NotProven,
    Refused,
    Unreachable,
)
from tests.factories.byte_recorder import recording
from tests.factories.drive_server import drive_server
from tests.factories.drive_state import FOLDER, SHEET, SHORTCUT, DriveState, key_file
from tests.factories.drive_worlds import bound_to, staging_on, strict_drive
from tests.factories.odd_names import ELSEWHERE, ODD_NAMES, nothing_written

__all__ = ["nothing_written"]
NAME = "Anna Andersson 19850709-9805.xlsx"
HALF = "\ud800half.xlsx"


@pytest.fixture
def server() -> Iterator[DriveState]:
    with strict_drive() as drive:
        yield drive


@pytest.fixture
def staging(server: DriveState) -> DriveStaging:
    return staging_on(server)


def code_of(error: pytest.ExceptionInfo[GallraError]) -> str:
    """The reason; on the way nothing that was known of anybody."""
    link: BaseException | None = error.value
    while link is not None:
        assert "Anna" not in f"{link!s}{link!r}{link.args!r}"
        link = link.__cause__ or link.__context__
    return error.value.code


# --- listing --------------------------------------------------------------------------------------


def test_an_empty_page_is_not_the_last_one(server: DriveState, staging: DriveStaging) -> None:
    for number in range(7):
        server.drop(f"{number}.xlsx", b"x")
    assert len(list(staging.list_items())) == 7
    gaps = [address for _, address, _ in server.requests if ".gap" in address]
    assert len(gaps) == 3


def test_a_list_that_is_not_whole_is_not_taken_for_one(
    server: DriveState, staging: DriveStaging
) -> None:
    server.drop("a.xlsx", b"x")
    server.faults.incomplete = True
    with pytest.raises(Unreachable) as error:
        list(staging.list_items())
    assert code_of(error) == "listing_incomplete"
    server.faults.incomplete = False
    server.faults.same_page_for_ever = True
    with pytest.raises(Unreachable) as error:
        list(staging.list_items())
    assert code_of(error) == "listing_in_a_circle"


def test_what_drive_does_not_show_any_more_is_neither_empty_nor_gone(
    server: DriveState, staging: DriveStaging
) -> None:
    server.drop(NAME, b"x")
    [item] = staging.list_items()
    server.faults.blind = True
    for attempt in (
        lambda: list(staging.list_items()),
        lambda: staging.delete_permanently(item),
        lambda: staging.read(item),
        lambda: staging.put("b.xlsx", b"x"),
    ):
        with pytest.raises(Unreachable) as error:
            attempt()
        assert code_of(error) == "system_unreachable"
    assert len(server.files) == 2


def test_rights_lost_while_it_lists_are_noticed_at_the_end(
    server: DriveState, staging: DriveStaging
) -> None:
    def lose_rights() -> None:
        server.faults.blind = True

    server.drop("under/a.xlsx", b"x")
    listing = staging.list_items()
    assert next(listing).name == "a.xlsx"
    lose_rights()
    with pytest.raises(Unreachable):
        list(listing)


def test_what_lies_in_the_trash_is_there_and_goes(
    server: DriveState, staging: DriveStaging
) -> None:
    file = server.drop(NAME, b"x")
    server.files[file]["trashed"] = True
    [item] = staging.list_items()
    assert staging.read(item) == b"x"
    staging.delete_permanently(item)
    assert file not in server.files


@pytest.mark.parametrize("kind", [SHORTCUT, SHEET])
def test_what_has_no_bytes_is_an_item_that_cannot_be_read_and_goes(
    server: DriveState, staging: DriveStaging, kind: str
) -> None:
    elsewhere = server.add("annan mapp", parents=(), data=b"untouched")
    file = server.add(NAME, kind, parents=(server.folder,))
    server.files[file]["shortcutDetails"] = {"targetId": elsewhere}
    [item] = staging.list_items()
    assert item.size == 0
    with pytest.raises(FileRefused) as error:
        staging.read(item)
    assert code_of(error) == "not_a_workbook"
    staging.delete_permanently(item)
    assert list(staging.list_items()) == []
    assert server.content[elsewhere] == b"untouched"


def test_an_empty_subfolder_goes_only_while_it_is_empty(
    server: DriveState, staging: DriveStaging
) -> None:
    file = server.drop("Anna/a.xlsx", b"x")
    server.erase(file)
    [item] = staging.list_items()
    assert item.empty_folder
    server.drop("Anna/b.xlsx", b"y")
    with pytest.raises(Changed):
        staging.delete_permanently(item)
    [file_item] = staging.list_items()
    assert staging.read(file_item) == b"y"
    staging.delete_permanently(file_item)
    assert list(server.files) == [server.folder]


# --- reading and deleting -------------------------------------------------------------------------


def test_a_version_that_changes_between_looking_and_reading_is_not_read(
    server: DriveState, staging: DriveStaging
) -> None:
    file = server.drop("a.xlsx", b"first")
    [item] = staging.list_items()
    server.faults.after_look = lambda: server.write(file, b"other")
    with pytest.raises(Changed):
        staging.read(item)


def test_what_was_moved_out_of_its_folder_is_left_alone(
    server: DriveState, staging: DriveStaging
) -> None:
    file = server.drop("a.xlsx", b"rescued")
    [item] = staging.list_items()
    server.files[file]["parents"] = [server.add("Kundmapp", parents=())]
    for attempt in (staging.read, staging.delete_permanently):
        with pytest.raises(Changed):
            attempt(item)
    assert server.content[file] == b"rescued"


def test_a_new_name_or_a_look_at_it_makes_no_new_version(
    server: DriveState, staging: DriveStaging
) -> None:
    file = server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    server.files[file] |= {"name": "b.xlsx", "version": "999"}
    assert staging.read(item) == b"x"


def test_a_lost_answer_to_a_deletion_is_mended_by_asking_again(
    server: DriveState, staging: DriveStaging
) -> None:
    server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    server.faults.only, server.faults.lost = "files.delete", 1
    staging.delete_permanently(item)
    assert server.operations.count("files.delete") == 2
    assert list(staging.list_items()) == []


def test_a_deletion_that_did_nothing_is_not_proven(
    server: DriveState, staging: DriveStaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    monkeypatch.setattr(server, "erase", lambda file: None)
    with pytest.raises(NotProven) as error:
        staging.delete_permanently(item)
    assert code_of(error) == "deletion_refused"


def test_a_file_that_is_too_large_is_not_fetched(server: DriveState, staging: DriveStaging) -> None:
    server.drop("a.xlsx", b"x" * 11)
    [item] = staging.list_items()
    small = DriveStaging(staging._files, place="inbox", largest_file=10)
    with pytest.raises(FileRefused) as error:
        small.read(item)
    assert code_of(error) == "unpacked_too_large"
    assert not [address for _, address, _ in server.requests if "alt=media" in address]


def test_what_google_holds_back_as_harmful_is_refused(
    server: DriveState, staging: DriveStaging
) -> None:
    server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    held_back = (403, "cannotDownloadAbusiveFile")
    server.faults.after_look = lambda: server.faults.answers.append(held_back)
    with pytest.raises(FileRefused) as error:
        staging.read(item)
    assert code_of(error) == "corrupt"


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        (403, "rateLimitExceeded"),
        (403, "userRateLimitExceeded"),
        (429, "rateLimitExceeded"),
        (500, "backendError"),
        (503, "backendError"),
    ],
)
def test_what_passes_is_waited_for_and_not_for_ever(
    server: DriveState, staging: DriveStaging, answer: tuple[int, str]
) -> None:
    server.drop("a.xlsx", b"x")
    server.faults.answers = [answer] * 4
    [item] = staging.list_items()
    server.faults.answers = [answer] * 5
    with pytest.raises(Unreachable) as error:
        staging.read(item)
    assert code_of(error) == "system_unreachable"
    assert error.value.counts == {"status": answer[0]}


def test_a_missing_right_is_not_waited_for(server: DriveState, staging: DriveStaging) -> None:
    server.faults.answers = [(403, "insufficientFilePermissions")]
    with pytest.raises(Unreachable) as error:
        list(staging.list_items())
    assert code_of(error) == "system_login_refused"
    assert len(server.requests) == 1


def test_a_token_that_ran_out_is_fetched_anew_once(
    server: DriveState, staging: DriveStaging
) -> None:
    server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    server.tokens.clear()
    assert staging.read(item) == b"x"
    assert len(server.given) == 2


def test_nobody_is_followed_to_another_host(server: DriveState, staging: DriveStaging) -> None:
    server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    with drive_server() as foreign:
        server.faults.upload_host = foreign.url
        with pytest.raises(Unreachable) as error:
            staging.put("b.xlsx", b"secret")
        assert code_of(error) == "system_leads_elsewhere"
        server.faults.redirect_to = f"{foreign.url}/drive/v3/files"
        for attempt in (
            lambda: list(staging.list_items()),
            lambda: staging.read(item),
            lambda: staging.delete_permanently(item),
            lambda: staging.put("c.xlsx", b"secret"),
        ):
            with pytest.raises(Unreachable) as error:
                attempt()
            assert code_of(error) == "system_leads_elsewhere"
        assert foreign.requests == []
        assert foreign.given == set()


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("how", ["redirect", "upload"])
def test_led_to_another_host_nobody_follows(
    server: DriveState, staging: DriveStaging, target: str, how: str
) -> None:
    server.drop("a.xlsx", b"x")
    [item] = staging.list_items()
    if how == "redirect":
        server.faults.redirect_to = target
    else:
        server.faults.upload_host = target or "/relative"
    with recording() as recorder:
        for attempt in (
            lambda: staging.put("b.xlsx", b"secret"),
            lambda: list(staging.list_items()),
            lambda: staging.read(item),
            lambda: staging.delete_permanently(item),
        )[: 4 if how == "redirect" else 1]:
            with pytest.raises(Unreachable, match=r"^system_leads_elsewhere inbox$"):
                attempt()
    assert set(recorder.opened) == {("127.0.0.1", urlsplit(server.url).port)}
    assert not [name for name in server.content.values() if name == b"secret"]


@pytest.mark.usefixtures("nothing_written")
def test_odd_names_are_listed_read_and_deleted_and_nothing_else_is_touched(
    server: DriveState, staging: DriveStaging, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults.page_size = 50
    beside = server.add("beside", parents=("1AnotherFolder0000001",), data=b"not ours")
    names = [name for name in ODD_NAMES if name != HALF]
    for number, name in enumerate(names):
        server.add(name, parents=(server.folder,), data=b"%d" % number)
    for number, name in enumerate(names[::6]):
        folder = server.add(f"{name}-folder", FOLDER, parents=(server.folder,))
        server.add(name, parents=(folder,), data=b"%d" % number)
    items = list(staging.list_items())
    numbers = [*range(len(names)), *range(len(names[::6]))]
    assert sorted(int(staging.read(item)) for item in items) == sorted(numbers)
    assert set(server.operations) <= {
        "files.list",
        "files.get",
        "drives.get",
    }
    for item in items:
        staging.delete_permanently(item)
    assert list(staging.list_items()) == []
    assert server.content == {beside: b"not ours"}
    said = " ".join([*(r.getMessage() for r in caplog.records), repr(items)])
    assert all(name not in said for name in names if len(name) > 3)
    # What was done was done to ids: no name stands in an address.
    addresses = [unquote(address) for _, address, _ in server.requests]
    assert not [a for a in addresses if "beside" in a or "passwd" in a or "Exempelsson" in a]


def test_a_name_that_is_no_text_ends_the_listing(server: DriveState, staging: DriveStaging) -> None:
    server.add(HALF, parents=(server.folder,), data=b"1")
    with pytest.raises(Unreachable, match=r"^system_unlike_binding inbox$"):
        list(staging.list_items())


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_an_odd_name_is_put_as_it_is_or_not_at_all(
    server: DriveState, staging: DriveStaging, name: str
) -> None:
    try:
        item = staging.put(name, b"x")
    except Refused as refused:
        assert refused.code == "name_not_allowed"
        assert server.content == {}
    else:
        assert item.name == name
        [there] = server.children(server.folder)
        assert (there["name"], server.content[there["id"]]) == (name, b"x")


@pytest.mark.parametrize("answer", [b"[]", b"<html>", b'{"id":1}', b'{"files":[7]}'])
def test_an_answer_of_another_form_is_not_understood(
    server: DriveState, staging: DriveStaging, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    sent = DriveClient._sent
    monkeypatch.setattr(
        DriveClient, "_sent", lambda *a: sent(*a)._replace(content=answer, status=200)
    )
    with pytest.raises(Unreachable) as error:
        list(staging.list_items())
    assert code_of(error) == "system_unlike_binding"


# --- the key and the folder -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["", "not json Anna", "[]", "{}", key_file(private_key="Anna"), key_file(type="user")]
)
def test_a_key_that_is_none_is_said_so_without_a_word_of_it(server: DriveState, key: str) -> None:
    binding = GoogleDriveStaging.model_validate({**bound_to(server), "place": "inbox"})
    with pytest.raises(Misconfigured) as error:
        list(opened_staging(binding, key=lambda: key).list_items())
    assert code_of(error) == "drive_key_malformed"
    assert server.requests == []


def test_a_key_that_google_does_not_know_is_refused(server: DriveState) -> None:
    binding = GoogleDriveStaging.model_validate({**bound_to(server), "place": "inbox"})
    key = key_file(client_email="anna@other.example.se")
    with pytest.raises(Unreachable) as error:
        list(opened_staging(binding, key=lambda: key).list_items())
    assert code_of(error) == "system_login_refused"
    assert server.requests == []


@pytest.mark.parametrize("wrong", ["file", "drive", "trash"])
def test_a_folder_that_is_not_as_bound_is_not_worked_in(server: DriveState, wrong: str) -> None:
    words = bound_to(server)
    if wrong == "file":
        words["folder"] = server.drop("a.xlsx", b"x")
    elif wrong == "drive":
        server.files[server.folder]["driveId"] = "0AanotherDrive12345"
    else:
        server.files[server.folder]["trashed"] = True
    binding = GoogleDriveStaging.model_validate({**words, "place": "inbox"})
    with pytest.raises(Misconfigured) as error:
        list(opened_staging(binding, key=key_file).list_items())
    assert code_of(error) == "folder_not_as_bound"


# --- putting --------------------------------------------------------------------------------------


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> int:
    """Uploads in small parts; the size of one."""
    monkeypatch.setattr("connectors.drive_upload.PART", 256 * 1024)
    return 256 * 1024


DATA = bytes(range(256)) * 4000
"""A million bytes: three parts and a piece."""


@pytest.mark.parametrize("cut", [0, 1, 1000, 262_143, 262_144])
def test_an_upload_that_is_cut_goes_on_where_it_was_cut(
    server: DriveState, staging: DriveStaging, parts: int, cut: int
) -> None:
    server.faults.cut_uploads_at = [cut, cut]
    item = staging.put("a.xlsx", DATA)
    assert staging.read(item) == DATA
    assert server.operations.count("upload.status") == 2
    assert server.operations.count("files.create") == 1


def test_only_what_drive_says_that_it_has_counts_as_sent(
    server: DriveState, staging: DriveStaging, parts: int
) -> None:
    server.faults.swallow = [0, 5, 262_143, 100_000]
    assert staging.read(staging.put("a.xlsx", DATA)) == DATA


def test_a_session_that_is_over_is_begun_anew(
    server: DriveState, staging: DriveStaging, parts: int
) -> None:
    server.faults.forget_sessions = 2
    assert staging.read(staging.put("a.xlsx", DATA)) == DATA
    assert len(server.files) == 2
    server.faults.forget_sessions = 9
    with pytest.raises(Unreachable):
        staging.put("b.xlsx", DATA)
    assert len(server.files) == 2


def test_the_lost_answer_to_a_whole_upload_makes_one_file(
    server: DriveState, staging: DriveStaging
) -> None:
    server.faults.only, server.faults.lost = "upload", 1
    assert staging.read(staging.put("a.xlsx", DATA)) == DATA
    assert len(server.files) == 2
    server.faults.only, server.faults.lost = "files.create", 1
    assert staging.read(staging.put("b.xlsx", b"")) == b""
    assert len(server.files) == 3


def test_a_session_that_was_over_when_its_answer_was_lost_makes_one_file(
    server: DriveState, staging: DriveStaging
) -> None:
    server.faults.only, server.faults.lost = "upload", 1
    server.faults.forgets_what_was_lost = True
    assert staging.read(staging.put("a.xlsx", DATA)) == DATA
    assert len(server.files) == 2
    assert server.operations.count("files.create") == 2


def test_google_s_own_program_can_send_to_no_other_address(server: DriveState) -> None:
    line = _Line(f"{server.url}/token", 5)
    with pytest.raises(TransportError):
        line(f"{server.url}/drive/v3/files")
    assert line.failed
    assert server.requests == []


def test_an_upload_that_never_gets_further_ends(
    server: DriveState, staging: DriveStaging, parts: int
) -> None:
    server.faults.swallow = [0] * 50
    with pytest.raises(Unreachable):
        staging.put("a.xlsx", DATA)
    assert len(server.faults.swallow) > 40
    assert len(server.files) == 1


def test_of_two_that_put_one_name_at_once_the_first_stays(
    server: DriveState, staging: DriveStaging
) -> None:
    first = server.add("other", parents=(server.folder,), data=b"first")
    server.faults.after_look = None

    def meanwhile() -> None:
        server.files[first]["name"] = "a.xlsx"

    put = staging._files.put

    def slowly(*arguments: object, **more: object) -> object:
        meanwhile()
        return put(*arguments, **more)  # type: ignore[arg-type]

    staging._files.put = slowly  # type: ignore[method-assign,assignment]
    with pytest.raises(Refused) as error:
        staging.put("a.xlsx", b"second")
    assert code_of(error) == "name_taken"
    assert list(server.content.values()) == [b"first"]


def test_nothing_of_it_stands_in_a_log(
    server: DriveState, staging: DriveStaging, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.drop(NAME, b"x")
    [item] = staging.list_items()
    staging.read(item)
    staging.put("Anna.xlsx", DATA)
    server.faults.cut_uploads_at = [10]
    staging.put("Anna2.xlsx", DATA)
    staging.delete_permanently(item)
    server.faults.down = True
    with pytest.raises(Unreachable):
        list(staging.list_items())
    said = " ".join(record.getMessage() for record in caplog.records) + repr(staging) + repr(item)
    for secret in ("Anna", "ya29", "key-to-the-file", "upload_id", "PRIVATE KEY", server.folder):
        assert secret not in said
