"""The real import flow, as a worker loads it, with an error in it that says a lot."""

from __future__ import annotations

from flows.import_af import import_af
from tasks.importing import stock
from tests.privacy.cast import PEOPLE
from tests.privacy.forcing import breaker

__all__ = ["import_af"]

stock.take_stock = breaker("tells everywhere", PEOPLE[10])
