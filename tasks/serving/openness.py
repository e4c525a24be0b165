"""Whether the server that runs lets in whom it should not: tried from outside, as they would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import Place

_SOMEBODY_ELSE: Final = "https://somewhere.example"
_HARMLESS: Final = "/flow_runs/filter"
"""A question: should the server answer it without a token, nothing is changed by it."""


def answers(place: Place) -> bool:
    """Whether the server takes our password."""
    return PrefectApi(place, patience=5.0).get("/admin/version")[0] == 200


def openings(place: Place) -> Iterator[str]:
    """What is open, by the setting that would close it; nothing where all is closed."""
    api = PrefectApi(place, patience=5.0)
    if api.unknown("GET", "/admin/version")[0] != 401:
        yield "PREFECT_SERVER_API_AUTH_STRING"
    if api.without_token(_HARMLESS)[0] == 200:
        yield "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"
    if api.allowed_origin(_SOMEBODY_ELSE) in ("*", _SOMEBODY_ELSE):
        yield "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"
