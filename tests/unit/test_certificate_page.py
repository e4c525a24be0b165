"""The certificate as a page: prints, loads nothing from anywhere, and says nobody's name."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from lifecycle.certificate import Certificate, certify
from lifecycle.errors import NotProven, Refused
from records.plans import Plan
from tasks.proving.certificate_page import as_page, as_text
from tasks.proving.certifying import conclude, of_plan
from tests.factories.execution import OMAR, TUVA, Scene, key_of, scene, surroundings
from tests.factories.houses import build, dialect

__all__ = ["build", "dialect", "scene", "surroundings"]
REFERENCE = re.compile(r"\b[SPOWCHR]-[0-9A-Z]{13}\b")


class Page(HTMLParser):
    """Which tags a page has, which addresses it names, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        self.addresses += [v or "" for name, v in attrs if name in {"src", "href", "action"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def plan(scene: Scene) -> Plan:
    """Two people, one of whom is held half-way; a binder that is weeded by hand."""
    scene.by_hand = ("paper-binder",)
    scene.leavers(TUVA, OMAR)
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    scene.run(plan)
    scene.novo.failures.unreachable = False
    scene.hold(OMAR)
    scene.run(plan)
    with pytest.raises(NotProven, match="plan_not_proven"):
        conclude(scene.house(), plan)
    with pytest.raises(Refused, match="not_certified"):
        of_plan(scene.house(), plan.ref)
    scene.office.carry_out(plan)
    return plan


def test_it_says_where_by_which_sentence_who_agreed_and_who_was_given_up(
    scene: Scene, plan: Plan
) -> None:
    certificate = of_plan(scene.house(), plan.ref)
    told, page, text = certificate.statement, as_page(certificate), as_text(certificate)
    first, second = scene.office.enrolled()
    for word in (
        plan.ref,
        *told["people"],
        *told["given_up"],
        "paper-binder",
        "workbuster",
        "novo",
        "participant.six-months",
        "A-71",
        first.ref,
        second.ref,
        "shredded",
        certificate.key,
    ):
        assert word in page, word
        assert word in text, word
    for hash_ in ("plan_hash", "policy_sha256"):
        assert told[hash_] in page
    assert told["ledger"]["link"] in page
    assert len(told["people"]) == len(told["given_up"]) == 1


def test_it_names_nobody(scene: Scene, plan: Plan) -> None:
    """References, words of the policy, dates and counts: not even an officer's handle."""
    certificate = of_plan(scene.house(), plan.ref)
    copy = (scene.house().certificates / f"{plan.ref}.json").read_text("utf-8")
    for shown in (as_page(certificate), as_text(certificate), copy):
        for word in (*TUVA, *OMAR, key_of(TUVA), key_of(OMAR), "1000000001", "chef-test"):
            assert word not in shown, word
        assert "ombud-test" not in shown
        assert REFERENCE.search(shown)


def test_the_page_is_whole_loads_nothing_and_runs_nothing(scene: Scene, plan: Plan) -> None:
    page = Page(as_page(of_plan(scene.house(), plan.ref)))
    assert page.open == []
    assert page.addresses == []
    assert {"script", "link", "img", "iframe", "form"}.isdisjoint(page.tags)
    assert page.tags.count("table") >= 5
    assert "@media print" in "".join(page.words)
    assert "url(" not in "".join(page.words)


def test_whatever_is_in_it_is_shown_and_never_taken_for_the_page(scene: Scene, plan: Plan) -> None:
    statement = of_plan(scene.house(), plan.ref).statement
    nasty = '"><script>alert(1)</script>&amp;'
    statement |= {"company": nasty, "kind": nasty}
    statement["rules"] = {nasty: {"source": nasty, "items": 1}}
    statement["stays"] = {nasty: 1}
    statement["people"] = [nasty]
    for order in statement["work_orders"]:
        order["evidence"] = nasty
    forged: Certificate = certify(statement, signing_key=bytes(32))
    page = Page(as_page(forged))
    assert "script" not in page.tags
    assert page.open == []
    assert "".join(page.words).count(nasty) >= 5
