"""What a withdrawal makes due goes by the ordinary plan, the answers with their proof; nobody is
asked about it again before the next start (A-51, A-57)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lifecycle.barred import Use
from lifecycle.consent import Answer, State
from lifecycle.references import SUBJECT, from_reference
from records.engines import reading
from records.tables import consent, data_key, holding
from tasks.consents.gates import consents_for
from tasks.consents.registering import give, missing, withdraw
from tests.factories import planning
from tests.factories.execution import TUVA, Scene, scene, surroundings
from tests.factories.houses import build, dialect

__all__ = ["build", "dialect", "scene", "surroundings"]

IMAGE, FORM = "image.participant", "participant.first-meeting"


def test_the_plan_weeds_what_ended_and_keeps_what_stands(scene: Scene) -> None:
    scene.bring(planning.case("1000000001", TUVA))
    house = scene.house()
    officer, _ = scene.office.enrolled()
    for question in (IMAGE, FORM):
        give(
            house, scene.ref(TUVA), question, answer=Answer.YES, on=date(2026, 10, 1),
            giver="participant", officer=officer.handle, code=officer.fresh(),
        )  # fmt: skip
    tuva = from_reference(SUBJECT, scene.ref(TUVA))
    with reading(house.engine) as connection:
        [proof] = connection.execute(
            select(holding.c.id).where(holding.c.category == "consent-proof")
        ).scalars()
    assert withdraw(house, scene.ref(TUVA), IMAGE)
    plan = scene.approved()
    scene.run(plan)
    house = scene.house(anew=True)
    with reading(house.engine) as connection:
        left = connection.execute(select(consent.c.question)).scalars().all()
        categories = set(connection.execute(select(holding.c.category)).scalars())
    with reading(house.keyring.engine) as connection:
        assert proof not in set(connection.execute(select(data_key.c.id)).scalars())
    # The form of the first meeting has a proof of its own, which stays.
    assert left == [FORM]
    assert "consent-proof" not in categories
    assert {"identity", "approval-form"} <= categories
    use = Use("marketing", frozenset({"image"}))
    assert consents_for(house, [tuva], use) == {tuva: State.MISSING}
    assert missing(house) == []
    scene.later(days=1)
    scene.bring(planning.case("1000000009", TUVA, start="2026-11-03"))
    assert {one.question for one in missing(scene.house())} == {IMAGE, FORM}
