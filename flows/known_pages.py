"""Which pages there are: the UI shows nothing at all under an address where no run has written."""

from __future__ import annotations

from typing import Final

from prefect import get_client
from prefect.context import FlowRunContext

_MOST: Final = 200


def newest(controller: str) -> dict[str, str]:
    """The controller's pages: each key, and what is said about its newest version. Raises what
    keeps the server from answering."""
    with get_client(sync_client=True) as client:
        answer = client._client.post(
            "/artifacts/latest/filter",
            json={"artifacts": {"key": {"like_": f"%-{controller}"}}, "limit": _MOST},
        )
        answer.raise_for_status()
        return {one["key"]: one["description"] or "" for one in answer.json()}


def there(controller: str) -> frozenset[str]:
    """Their keys; none outside a run, or where the server does not say."""
    if FlowRunContext.get() is None:
        return frozenset()
    try:
        return frozenset(newest(controller))
    except Exception:  # noqa: BLE001 -- a link less: the page is written all the same, and masked
        return frozenset()
