"""Mailboxes that are looked through: every message once, whole, only read, and its key stays."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Iterator

import pytest

from connectors.document_text import document_text
from connectors.documents import Document
from connectors.mail_document import LARGEST_MAIL
from lifecycle.errors import Changed, FileRefused, Misconfigured, Unreachable
from tests.factories.documents import docx, mail, paragraph, protected_zip
from tests.factories.graph_server.mail_http import Trouble
from tests.factories.mail_looked_through import (
    OFFICE,
    TEACHER,
    GraphMailWorld,
    MailWorld,
    TwinWorld,
    graph_mail_world,
)
from tests.factories.odd_names import ODD_NAMES, nothing_written

__all__ = ["nothing_written"]


@pytest.fixture(params=["twin", "graph"])
def world(request: pytest.FixtureRequest) -> Iterator[MailWorld]:
    if request.param == "twin":
        yield TwinWorld()
        return
    with graph_mail_world() as graph:
        yield graph


@pytest.fixture
def graph() -> Iterator[GraphMailWorld]:
    with graph_mail_world() as world:
        yield world


def text_of(document: Document) -> str:
    return document_text(document.read()).text


def test_every_message_of_every_mailbox_is_there_once_to_the_last_page(world: MailWorld) -> None:
    for _ in range(7):
        world.put()
    world.put(box=TEACHER)
    keys = [one.key for one in world.mail.documents()]
    assert len(keys) == len(set(keys)) == 8
    assert world.mail.lasting


def test_subject_text_and_what_is_attached_are_read(world: MailWorld) -> None:
    world.put(
        subject="Angående ☂ ärendet\r\nBcc: x",
        text="Hej, åäö.\nVi ses.",
        files=[
            ("Tuva.docx", docx(paragraph("I dokumentet"))),
            ("brev.eml", mail(("a.txt", b"I brevets bilaga"))),
            ("lista.csv", "namn;ort\r\nTuva;Ort".encode("cp1252")),
        ],
    )
    [document] = world.mail.documents()
    found = document_text(document.read())
    for part in (
        "Angående ☂ ärendet", "Hej, åäö.", "Vi ses.", "I dokumentet", "I brevets bilaga",
        "Tuva;Ort", "Tuva.docx", "lista.csv",
    ):  # fmt: skip
        assert part in found.text
    assert found.unread == 0


@pytest.mark.usefixtures("nothing_written")
def test_odd_names_of_what_is_attached_are_words_and_no_paths(world: MailWorld) -> None:
    # A server that speaks JSON cannot say what is no text.
    names = [n for n in ODD_NAMES if isinstance(world, TwinWorld) or n.isprintable() or "\0" in n]
    world.put(text="Hej", files=[(n, f"I bilaga {k}.".encode()) for k, n in enumerate(names)])
    [document] = world.mail.documents()
    found = document_text(document.read())
    assert len(names) > 35
    assert found.unread == 0
    for number, name in enumerate(names):
        assert f"I bilaga {number}." in found.text
        assert name in found.text or not name.isascii() or not name.isprintable()


def test_what_a_password_protects_or_nobody_can_read_keeps_it_from_being_clean(
    world: MailWorld,
) -> None:
    world.put(text="Hej", files=[("a.zip", protected_zip()), ("b.png", b"\x89PNG\x00\x01\x02" * 9)])
    [document] = world.mail.documents()
    found = document_text(document.read())
    assert found.unread == 2
    assert "Hej" in found.text


def test_a_message_keeps_its_key_when_it_is_moved_and_changes_its_version_when_written_on(
    world: MailWorld,
) -> None:
    name = world.put(text="Utkast")
    [before] = world.mail.documents()
    world.move(name)
    [moved] = world.mail.documents()
    assert (moved.key, moved.version) == (before.key, before.version)
    world.change(name, "Utkast, vidare")
    [after] = world.mail.documents()
    assert after.key == before.key
    assert after.version != before.version
    assert "vidare" in text_of(after)


def test_what_is_deleted_between_the_list_and_the_reading_has_changed(world: MailWorld) -> None:
    name = world.put(text="Hej")
    [document] = world.mail.documents()
    world.remove(name)
    with pytest.raises(Changed):
        document.read()
    assert list(world.mail.documents()) == []


def test_who_cannot_be_reached_is_never_an_empty_mailbox(world: MailWorld) -> None:
    world.put(text="Hej")
    [document] = world.mail.documents()
    world.cut_off(off=True)
    with pytest.raises(Unreachable):
        list(world.mail.documents())
    with pytest.raises(Unreachable):
        document.read()
    world.cut_off(off=False)
    assert "Hej" in text_of(document)


def test_more_than_can_be_opened_is_refused_and_not_called_clean(world: MailWorld) -> None:
    world.put(files=[("a.bin", bytes(LARGEST_MAIL // 2)), ("b.bin", bytes(LARGEST_MAIL // 2 + 1))])
    [document] = world.mail.documents()
    with pytest.raises(FileRefused, match="unpacked_too_large"):
        document.read()


def test_where_it_is_says_mailbox_and_time_and_neither_subject_nor_people(
    world: MailWorld,
) -> None:
    world.put(subject="Tuva Exempelsson är sjuk", text="Hej")
    [document] = world.mail.documents()
    assert document.where == f"{OFFICE} · 2026-06-12 12:00:00"
    assert "Tuva" not in repr(document)
    assert OFFICE not in repr(document)


# --- Graph alone --------------------------------------------------------------------------------


def test_a_mail_within_a_mail_and_a_link_are_not_clean_and_a_logo_is_no_document(
    graph: GraphMailWorld,
) -> None:
    letter = graph.letter(graph.put(text="Hej"))
    letter.others = [("logo.png", "image/png", True)]
    [document] = graph.mail.documents()
    assert document_text(document.read()).unread == 0
    letter.others += [
        ("Vidarebefordrat om Tuva", "#microsoft.graph.itemAttachment", False),
        ("avtal", "#microsoft.graph.referenceAttachment", False),
    ]
    found = document_text(document.read())
    assert found.unread == 2
    assert "Vidarebefordrat om Tuva" in found.text


def test_what_went_from_deleted_items_is_not_looked_at(graph: GraphMailWorld) -> None:
    graph.letter(graph.put()).folder = "recoverableitemsdeletions"
    assert list(graph.mail.documents()) == []


def test_an_attachment_that_goes_while_the_message_is_read_is_met_by_the_next_look(
    graph: GraphMailWorld,
) -> None:
    graph.put(text="Hej", files=[("a.txt", b"x")])
    [document] = graph.mail.documents()
    graph.server.trouble = [Trouble(path="/attachments/", status=404)]
    with pytest.raises(Changed, match="item_changed"):
        document.read()
    assert "Hej" in text_of(document)


def test_busy_and_cut_off_are_tried_again_and_a_missing_right_is_told(
    graph: GraphMailWorld,
) -> None:
    graph.put(text="Hej")
    graph.server.trouble = [
        Trouble(status=429, headers={"Retry-After": "1"}),
        Trouble(status=503),
        Trouble(path="/attachments"),
    ]
    [document] = graph.mail.documents()
    assert "Hej" in text_of(document)
    graph.server.trouble = [Trouble(status=403, times=-1)]
    with pytest.raises(Misconfigured, match="graph_right_missing"):
        list(graph.mail.documents())


def test_a_next_page_elsewhere_gets_no_token(graph: GraphMailWorld) -> None:
    for _ in range(5):
        graph.put()
    graph.server.next_base = "http://127.0.0.1:9/v1.0"
    with pytest.raises(Unreachable, match="system_leads_elsewhere"):
        list(graph.mail.documents())


def test_no_log_has_a_token_an_address_or_a_word_of_a_message(
    graph: GraphMailWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    graph.put(subject="Tuva Exempelsson", text="sjuk", files=[("Tuva.txt", b"sjuk")])
    for document in graph.mail.documents():
        document.read()
    for secret in (graph.server.token, OFFICE, "Tuva", "sjuk"):
        assert secret not in caplog.text


@pytest.mark.long
def test_a_large_mailbox_is_listed_in_the_memory_of_a_page(graph: GraphMailWorld) -> None:
    graph.server.page_size = 500
    for _ in range(5_000):
        graph.put()
    peaks = []
    for _ in range(2):
        tracemalloc.start()
        held = 0
        for _ in graph.mail.documents():
            held += 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert held == 5_000
    assert min(peaks) < 6 << 20
