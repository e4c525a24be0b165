"""A partner's folder: nothing outside it is followed, and what changes meanwhile is left alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.sftp_packets import Attributes, Status, StatusError
from connectors.sftp_staging import SftpStaging
from connectors.sftp_wire import Wire
from lifecycle.errors import (
    Changed,
    FileRefused,
    GallraError,
    NotProven,
    Refused,
    Unreachable,
)
from tests.factories.odd_names import (
    LEADS_OUT,
    NO_FILE,
    ODD_NAMES,
    as_bytes,
    fits_a_folder,
    nothing_written,
)
from tests.factories.sftp_servers import Server
from tests.factories.sftp_worlds import dropper, sftp_folder, staging_on

__all__ = ["nothing_written"]

FOLLOWED_NOWHERE = [
    b"",
    b"/",
    b"//",
    b"/etc/passwd",
    b"../outside",
    b"../../etc/passwd",
    b"../in/../outside",
    b"./a",
    b"a/b",
    b"a/../b",
    b"a/",
    b"/a",
    b"..//..",
    b"../",
    b"./..",
    b"\0",
    b"a\0",
    b"a\0/../b",
    b"\0../outside",
    b"../\xff",
    *(as_bytes(name) for name in LEADS_OUT),
]
ODD_BUT_NAMES = [
    b". ",
    b".. ",
    b" ..",
    b"a\rb",
    b"\xe5\xe4\xf6.xlsx",
    *(as_bytes(name) for name in ODD_NAMES if fits_a_folder(name)),
]
NO_FILE_AT_ALL = [as_bytes(n) for n in ODD_NAMES if n not in NO_FILE and not fits_a_folder(n)]
"""Longer than any folder of files has them: made up by the server."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Server, Path, SftpStaging]]:
    with sftp_folder("sftp", tmp_path / "server") as (server, inbox):
        (inbox.parent / "outside").write_bytes(b"not ours")
        yield server, inbox, staging_on(server)


World = tuple[Server, Path, SftpStaging]


@pytest.mark.parametrize("name", FOLLOWED_NOWHERE, ids=repr)
def test_a_name_that_leads_out_ends_the_listing_and_is_never_followed(
    world: World, name: bytes
) -> None:
    server, inbox, staging = world
    server.odd_names.append(name)
    with pytest.raises(Unreachable) as odd:
        list(staging.list_items())
    assert str(odd.value) == "listing_malformed inbox"
    assert "opened" not in server.met
    assert (inbox.parent / "outside").read_bytes() == b"not ours"


@pytest.mark.usefixtures("nothing_written")
@pytest.mark.parametrize("kind", ["sftp", pytest.param("sftp_openssh", marks=pytest.mark.long)])
def test_odd_names_are_names_and_lead_nowhere(kind: str, tmp_path: Path) -> None:
    with sftp_folder(kind, tmp_path / "server" / "root") as (server, inbox):
        (inbox.parent / "outside").write_bytes(b"not ours")
        _odd_names_are_names(staging_on(server), inbox)


def _odd_names_are_names(staging: SftpStaging, inbox: Path) -> None:
    for name in ODD_BUT_NAMES:
        Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_bytes(name)
    items = list(staging.list_items())
    assert sorted(staging.read(item) for item in items) == sorted(ODD_BUT_NAMES)
    assert all(item.key.encode() for item in items)  # text that can be kept, whatever the bytes
    for item in items:
        staging.delete_permanently(item)
    assert list(inbox.iterdir()) == []
    assert (inbox.parent / "outside").read_bytes() == b"not ours"


@pytest.mark.parametrize("name", NO_FILE_AT_ALL, ids=len)
def test_a_name_that_no_folder_has_is_told_and_keeps_no_other_waiting(
    world: World, name: bytes
) -> None:
    server, inbox, staging = world
    dropper(inbox)("a.xlsx", b"1")
    server.odd_names.append(name)
    odd, plain = sorted(staging.list_items(), key=lambda item: item.size)
    assert (os.fsencode(odd.name), odd.size, plain.name) == (name, 0, "a.xlsx")
    with pytest.raises(FileRefused, match=r"^not_a_workbook$"):
        staging.read(odd)
    assert "opened" not in server.met
    with pytest.raises(NotProven, match=r"^deletion_refused$"):
        staging.delete_permanently(odd)
    assert staging.read(plain) == b"1"
    staging.delete_permanently(plain)
    assert [item.key for item in staging.list_items()] == [odd.key], "it is no empty folder"
    assert list(inbox.iterdir()) == []


def test_a_long_name_that_could_be_there_and_does_not_answer_is_not_taken_for_made_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _, staging = world
    server.odd_names.append(NO_FILE_AT_ALL[-1])
    look = Wire.look

    def troubled(wire: Wire, path: bytes, *, follow: bool = False) -> Attributes | None:
        if path.endswith(NO_FILE_AT_ALL[-1]):
            raise StatusError(Status.FAILURE)
        return None if len(path) > 255 else look(wire, path, follow=follow)

    monkeypatch.setattr(Wire, "look", troubled)
    with pytest.raises(Unreachable, match=r"^folder_not_answering inbox$"):
        list(staging.list_items())


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_an_odd_name_is_put_as_it_is_or_not_at_all(world: World, name: str) -> None:
    _server, inbox, staging = world
    try:
        item = staging.put(name, b"x")
    except GallraError:
        assert list(inbox.iterdir()) == []
    else:
        assert item.name == name
        [there] = inbox.iterdir()
        assert (os.fsencode(there.name), there.read_bytes()) == (as_bytes(name), b"x")
    assert {path.name for path in inbox.parent.iterdir()} == {"in", "outside"}


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../../outside", "", "\0zz"])
def test_a_key_that_no_listing_gave_is_refused(world: World, key: str) -> None:
    server, inbox, staging = world
    dropper(inbox)("a.xlsx", b"1")
    (item,) = staging.list_items()
    server.met.clear()
    forged = SimpleNamespace(key=key, version=item.version, size=1)
    for use in (staging.read, staging.delete_permanently):
        with pytest.raises(Refused) as refused:
            use(forged)  # type: ignore[arg-type]
        assert refused.value.code == "key_outside_folder"
    assert server.met == []


def test_links_are_items_that_are_not_opened_and_go_alone(world: World) -> None:
    _server, inbox, staging = world
    (inbox / "to_file").symlink_to("../outside")
    (inbox / "to_folder").symlink_to("..")
    items = {item.key: item for item in staging.list_items()}
    assert set(items) == {"to_file", "to_folder"}
    for item in items.values():
        with pytest.raises(FileRefused):
            staging.read(item)
        staging.delete_permanently(item)
    assert list(inbox.iterdir()) == []
    assert (inbox.parent / "outside").read_bytes() == b"not ours"


def test_a_subfolder_that_became_a_link_is_not_followed(world: World) -> None:
    _server, inbox, staging = world
    dropper(inbox)("sub/outside", b"not ours")
    (item,) = staging.list_items()
    (inbox / "sub" / "outside").rename(inbox.parent / "outside")  # the same version, elsewhere
    (inbox / "sub").rmdir()
    (inbox / "sub").symlink_to("..")
    for use in (staging.read, staging.delete_permanently):
        with pytest.raises(Changed):
            use(item)
    assert (inbox.parent / "outside").read_bytes() == b"not ours"


@pytest.mark.parametrize("change", [b"grown!", b"x", b"other"])
def test_a_file_that_changes_while_it_is_read_is_not_read(world: World, change: bytes) -> None:
    server, inbox, staging = world
    drop = dropper(inbox)
    drop("a.xlsx", b"first")
    (item,) = staging.list_items()

    def meanwhile() -> None:
        path = inbox / "a.xlsx"
        path.write_bytes(change)
        os.utime(path, (1, 1))

    server.while_read = meanwhile
    with pytest.raises(Changed):
        staging.read(item)


def test_two_writes_within_one_second_are_two_versions(tmp_path: Path) -> None:
    with sftp_folder("sftp", tmp_path / "server") as (server, inbox):
        staging = SftpStaging(server.binding(), server.login(), place="inbox")
        path = inbox / "a.xlsx"
        while time.time() % 1 > 0.3:
            time.sleep(0.02)
        path.write_bytes(b"first")
        (item,) = staging.list_items()
        path.write_bytes(b"other")
        with pytest.raises(Changed):
            staging.delete_permanently(item)
        assert path.read_bytes() == b"other"


def test_what_comes_during_a_listing_is_seen_and_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, inbox, _ = world
    staging = staging_on(server, settling=0.5)
    drop = dropper(inbox)
    drop("a.xlsx", b"1")

    def meanwhile(_: float) -> None:
        monkeypatch.undo()
        drop("b.xlsx", b"2")

    monkeypatch.setattr("connectors.sftp_staging.time.sleep", meanwhile)
    items = {item.key: item for item in staging.list_items()}
    assert staging.read(items["a.xlsx"]) == b"1"
    for use in (staging.read, staging.delete_permanently):
        with pytest.raises(Changed):
            use(items["b.xlsx"])
    items = {item.key: item for item in staging.list_items()}
    assert staging.read(items["b.xlsx"]) == b"2"


def test_old_files_are_listed_without_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, inbox, _ = world
    (inbox / "a.xlsx").write_bytes(b"1")
    os.utime(inbox / "a.xlsx", (1_700_000_000, 1_700_000_000))
    staging = staging_on(server, settling=0.5)

    def never(_: float) -> None:
        raise AssertionError("it waited")

    monkeypatch.setattr("connectors.sftp_staging.time.sleep", never)
    (item,) = staging.list_items()
    assert item.arrived_at.year == 2023


def test_a_file_that_is_too_large_is_refused_unread(world: World) -> None:
    server, inbox, _ = world
    staging = SftpStaging(
        server.binding(), server.login(), place="inbox", largest_file=3, settling=0.0
    )
    dropper(inbox)("a.xlsx", b"1234")
    (item,) = staging.list_items()
    with pytest.raises(FileRefused):
        staging.read(item)
    assert "opened" not in server.met
