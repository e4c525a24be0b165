"""The steps of consents under Prefect: given a controller, never a person."""

from __future__ import annotations

from flows.parameters import Controller
from flows.steps import step
from tasks.consents import form_import as consent_import
from tasks.consents import orders as consent_orders
from tasks.consents.form_import import Bound
from tasks.consents.orders import Kept
from tasks.house.wiring import open_house


@step("take in exported forms", minutes=60, tags={"consents"}, tried_again=True)
def import_forms(controller: Controller) -> Bound:
    """Each form that lies where the bindings say; the same file again is nothing new."""
    with open_house(controller) as house:
        return consent_import.import_bound(house)


@step("ask for what is missing", minutes=20, tags={"consents"}, tried_again=True)
def keep_orders(controller: Controller) -> Kept:
    """A work order to each role as long as somebody has not answered."""
    with open_house(controller) as house:
        return consent_orders.keep(house)
