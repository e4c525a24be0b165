"""What the office does for people in a year, played with people whose every value is known."""

from __future__ import annotations

import dataclasses
import random
from datetime import date
from typing import Any

from connectors.text_workbook import write_workbook
from console.sample_rows import HEADER, base_row
from flows import incident_pages, inform, register_pages, rights_request
from lifecycle.bindings.consent_forms import ConsentForm
from lifecycle.consent import Answer
from lifecycle.errors import Unreachable
from lifecycle.incident.words import Consequence, Likelihood, Topic
from lifecycle.rights import Came, Given, Outcome, Right, Shown
from tasks.consents.form_import import import_form
from tasks.consents.registering import give, lines_of, missing, withdraw
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.incidents import people as register
from tasks.incidents.following import stand_letters
from tasks.incidents.form import filled, rendered
from tasks.incidents.letters import complete, write_letters
from tasks.incidents.register import lines as incident_lines
from tasks.incidents.register import show as incident_show
from tasks.incidents.telling import draw_list
from tasks.incidents.who import keep, scope, who
from tasks.informing import informing
from tasks.officers.approvals import approve
from tasks.processors import check as processor_check
from tasks.processors import list_import as processor_import
from tasks.processors import register as processors
from tasks.processors import risk_check
from tasks.processors.page import published_list
from tasks.processors.processing_record import as_page, as_workbook, record_of
from tasks.reporting.accountability import report
from tasks.reporting.page import page
from tasks.rights import daily as rights_daily
from tasks.rights import register as rights
from tasks.rights import steps as rights_steps
from tasks.rights.extract import extract
from tasks.watching.overview import overview
from tasks.work_orders import orders as work_orders
from tests.privacy.cast import full_name, told
from tests.privacy.people_watched import (
    CALLED,
    IN_A_LIST,
    IN_A_TEXT,
    KNOWN,
    NEIGHBOUR,
    TOLD_BY_MAIL,
    UNKNOWN,
    WITHOUT_MAIL,
    Played,
)
from tests.privacy.planted import csv_export

IMAGE, FORM = "image.participant", "participant.first-meeting"
LIST = ("Leverantör", "Typ", "System", "Avtal", "Avtal från", "Land", "Underbiträden", "Kontakt")
CAME = date(2026, 11, 2)


def bring(played: Played) -> None:
    """The cases of three people are imported, one of them without an address for mail."""
    rng = random.Random(7)
    rows = [
        base_row(
            person._replace(mail="") if person is WITHOUT_MAIL else person,
            case=430_000_000 + number,
            start=date(2026, 3, 2),
            rng=rng,
        )
        for number, person in enumerate(KNOWN)
    ]
    house = played.house()
    house.staging.put(f"{full_name(UNKNOWN)}.csv", csv_export(rows, header=HEADER))
    for ref in begin_import(house):
        played.see("import", import_file(house, ref))
    delete_imported(house)


def tell_people(played: Played) -> None:
    """By mail, in a second attempt, and by hand."""
    house = played.house()
    played.desk.mail.answers.append(Unreachable("mail_server_unreachable"))
    informed = {name: informing.inform(house, name) for name in informing.written_to(house)}
    again = {name: informing.inform(house, name) for name in informing.written_to(house)}
    for done in (informed, again):
        played.see("inform", done)
        inform._show(house.controller, done)
    for person in KNOWN:
        played.see("inform", informing.given_to(house, played.ref(person)))
    played.see("inform", informing.standing(house, "standard"), work_orders.lines(house))


def have_an_incident(played: Played) -> None:
    """Noticed, written about with names, weighed, told to those concerned and to the authority."""
    house = played.house()
    ref = register.open_incident(
        house, kind="mail-to-wrong-person", text=f"Mejl om {full_name(IN_A_TEXT)} till fel skola."
    )
    register.note(house, ref, topic=Topic.DISCOVERED, text=f"{full_name(NEIGHBOUR)} ringde.")
    register.note(house, ref, topic=Topic.DONE, text=f"Ringde {full_name(IN_A_TEXT)}.")
    keep(house, ref, [scope(house, "system", "gallra")])
    weighed: dict[str, Any] = {
        "consequence": Consequence.SEVERE, "likelihood": Likelihood.LIKELY, "sensitive": False,
        "risk": None, "text": f"Om {full_name(IN_A_TEXT)}.",
    }  # fmt: skip
    register.assess(house, ref, **weighed, **played.by("dpo"))
    for topic in (Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES, Topic.PEOPLE_MEASURES):
        register.note(house, ref, topic=topic, text="Ett mejl gick till fel skola.")
    plan = draw_list(house, ref, **played.by("dpo"))
    for role in ("dpo", "verksamhetschef"):
        approve(house, plan.ref, decision="approve", **played.by(role))
    played.see("incident", write_letters(house), complete(house), stand_letters(house))
    played.see("incident", incident_lines(house), incident_show(house, ref), plan)
    played.see("incident", who(house, [scope(house, "system", "gallra")]))
    incident_pages.show(house.controller, incident_lines(house))
    played.see(
        "page", *(incident_pages.told(house.controller, one) for one in incident_lines(house))
    )
    form = filled(house, ref, **played.by("dpo"))
    played.shown["form"] = [rendered(house, form, "text"), rendered(house, form, "html")]
    played.see("incident", repr(form))
    wrong: dict[str, Any] = {"kind": full_name(UNKNOWN), "text": told(UNKNOWN)}
    played.fails(lambda: register.open_incident(house, **wrong))
    played.fails(lambda: register.note(house, ref, text=told(UNKNOWN) * 999))
    played.fails(lambda: register.note(house, ref, text=f"Om {told(UNKNOWN)}."))
    played.fails(lambda: register.note(
        house, ref, topic=Topic.DONE, text=f"Ringde {UNKNOWN.phone}, {UNKNOWN.mail}."))  # fmt: skip
    played.fails(lambda: register.note(house, told(UNKNOWN), text=told(UNKNOWN)))
    played.fails(lambda: register.open_incident(
        house, kind="mail-to-wrong-person", text=f"{told(UNKNOWN)}\x00"))  # fmt: skip


def take_in_lists(played: Played) -> None:
    """A list of processors with people in its cells, and pages of what came of it."""
    house, path = played.house(), played.office / f"{full_name(IN_A_LIST)}.xlsx"
    firm = [f"{full_name(CALLED)} AB", "biträde", "onedrive", "Eget", "2025-01-01", "", ""]
    person, name = told(IN_A_LIST), full_name(IN_A_LIST)
    rows = [
        [*firm, name],
        ["Fel AB", "biträde", "", "Eget", name, "", "", ""],
        ["Fel igen AB", "biträde", name, "", "", "", "", ""],
        ["Fel tre AB", name, "", "", "", "", "", ""],
        ["Fel fyra AB", "biträde", "", "", "", name, "", ""],
        ["Fel fem AB", "biträde", "", "Eget", "2025-01-01", "", "", person],
        [IN_A_LIST.national_id, "biträde", "", "", "", "", IN_A_LIST.mail, ""],
    ]
    path.write_bytes(write_workbook(LIST, rows))
    done = processor_import.import_list(house, path, **played.by("dpo"))
    # "Kontakt" is no column of the register: what stands there is not read at all.
    assert (done.added, len(done.quarantined)) == (2, 5)
    played.see("processors", done, processors.lines(house), processors.services(house))
    for name, content in (
        ("inget.xlsx", person.encode()),
        ("inget.csv", f"Namn;Nummer\r\n{person};1\r\n".encode()),
        ("trasig.xlsx", path.read_bytes()[:-300]),
    ):
        (played.office / name).write_bytes(content)
        played.fails(
            lambda name=name: processor_import.import_list(  # type: ignore[misc]
                house, played.office / name, **played.by("dpo")
            )
        )
    seen = processor_check.check(house)
    played.see(
        "processors", seen, *(register_pages.told(house.controller, one) for one in seen.asked)
    )
    register_pages.show_processors(house.controller, seen)
    register_pages.show_risks(house.controller, risk_check.check_risks(house))
    record = record_of(house)
    played.shown["list"] = [published_list(house), as_page(house, record), as_workbook(record)]


def ask_for_consent(played: Played) -> None:
    """A form with people whom nobody knows, answers by hand, and one taken back."""
    path = played.office / "samtycken.xlsx"
    form = ConsentForm(
        path=str(path),  # type: ignore[arg-type]
        persons={"national_id": "Personnummer", "email": "E-post"},
        answers={"Bild": (IMAGE,)},
        given_on="Datum",
        giver="participant",
        yes=("ja",),
        no=("nej",),
        then="keep",
    )
    house = dataclasses.replace(played.house(), forms={"blankett": form})
    first, second, _ = KNOWN
    header = ["Personnummer", "E-post", "Datum", "Bild", f"Anteckning {full_name(UNKNOWN)}"]
    rows = [
        [first.national_id, "", "2026-10-01", "ja", told(UNKNOWN)],
        ["", second.mail, "2026-10-01", "nej", told(UNKNOWN)],
        [UNKNOWN.national_id, UNKNOWN.mail, "2026-10-01", "ja", told(UNKNOWN)],
        [first.national_id, second.mail, "2026-10-01", "ja", ""],
        [first.national_id, "", told(UNKNOWN), "ja", ""],
        [first.national_id, "", "2026-10-01", told(UNKNOWN), ""],
        [told(UNKNOWN), "", "2026-10-01", "ja", ""],
    ]
    path.write_bytes(write_workbook(header, rows))
    played.see("consents", import_form(house, "blankett"))
    given: dict[str, Any] = {"answer": Answer.YES, "on": date(2026, 10, 2), "giver": "participant"}
    played.see("consents", give(house, played.ref(second), FORM, **given, **played.by("chef")))
    played.see("consents", withdraw(house, played.ref(first), IMAGE), missing(house))
    for person in KNOWN:
        played.see("consents", lines_of(house, played.ref(person)))
    path.write_bytes(write_workbook([told(UNKNOWN), "E-post", "Datum", "Bild", "x"], rows))
    played.fails(lambda: import_form(house, "blankett"))
    played.fails(lambda: import_form(house, "blankett", played.office / told(UNKNOWN)))
    played.fails(lambda: import_form(house, full_name(UNKNOWN)))
    played.fails(lambda: withdraw(house, played.ref(first), full_name(UNKNOWN)))


def answer_requests(played: Played) -> None:
    """A complaint about a neighbour, and somebody who wants to see everything."""
    house, about = played.house(), played.ref(TOLD_BY_MAIL)
    came: dict[str, Any] = {"came": Came.MAIL, "received_on": CAME, "about": about}
    text = f"Ni skrev till min granne {told(NEIGHBOUR)}. Hälsar {told(TOLD_BY_MAIL)}"
    complaint = rights.open_request(house, Right.COMPLAINT, text=text, **came)
    rights_steps.note(house, complaint.ref, f"Ringde {told(NEIGHBOUR)}", **played.by("dpo"))
    access = rights.open_request(house, Right.ACCESS, text=text, **came)
    rights_steps.identify(house, access.ref, Shown.E_ID, **played.by("dpo"))
    made = extract(house, access.ref, **played.by("dpo"))
    played.see("requests", made._replace(password=""))
    played.shown["texts"] = [
        text for _, text in rights_steps.read(house, complaint.ref, **played.by("dpo"))
    ]
    played.see("requests", rights_daily.look(house), rights.show(house, complaint.ref))
    rights_request._show(house.controller, rights.lines(house))
    answered: dict[str, Any] = {"given": Given.MAIL, "text": f"Svar om {told(NEIGHBOUR)}"}
    played.see("requests", rights_steps.answer(
        house, complaint.ref, Outcome.GRANTED, **answered, **played.by("dpo")))  # fmt: skip
    played.fails(lambda: rights.open_request(
        house, Right.COMPLAINT, text=text, **{**came, "about": told(UNKNOWN)}))  # fmt: skip
    played.fails(lambda: rights_steps.note(
        house, f"{told(UNKNOWN)}", told(UNKNOWN), **played.by("dpo")))  # fmt: skip


def report_all(played: Played) -> None:
    """What an inspector and the operator get."""
    from connectors.containers.report_page import report_pdf

    house = played.house()
    made = report(house)
    played.see("report", made, page(made), report_pdf(made, head=made.company, nothing="–"))
    played.see("report", overview(house))


PARTS = (tell_people, have_an_incident, take_in_lists, ask_for_consent, answer_requests, report_all)
