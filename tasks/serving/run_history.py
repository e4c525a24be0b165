"""What the orchestrator remembers of runs goes when the policy's time is over, and that is seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from lifecycle.errors import GallraError
from lifecycle.ledger import EventKind
from lifecycle.policy.load import SUFFIX, load_policy
from lifecycle.policy.running import SHORTEST_HISTORY
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import list_policies
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import place_of
from tasks.serving.prefect_settings import WORK_POOL

TIDYING_MAY_TAKE: Final = timedelta(days=2)
"""Prefect's own tidying looks every hour for runs and every day for what they left behind."""
_OVER: Final = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
_BEFORE_ALL: Final = "1970-01-01T00:00:00+00:00"


class Remembered(NamedTuple):
    """What a server remembers of one kind of thing."""

    oldest: datetime | None
    """None: nothing at all."""
    is_over: bool
    """Whether the oldest should be gone by now."""


History = Mapping[str, Remembered]
"""By kind: runs, pages, logs, events."""


class Forgotten(NamedTuple):
    """What a look came to."""

    never_ended: int
    """Runs that were older than the limit and never ended: removed."""
    history: History
    keep: timedelta


def limit(settings: Settings) -> timedelta:
    """How long a server that serves all these controllers remembers: the shortest of their times.

    A policy that cannot be read says nothing here: its own runs say what is wrong with it. Where
    none can be read it is the shortest that a policy may name.
    """
    found = []
    for name in list_policies(settings):
        try:
            found.append(load_policy(settings.policies / f"{name}{SUFFIX}"))
        except GallraError:
            continue
    return min((one.schedules.run_history.keep.exact for one in found), default=SHORTEST_HISTORY)


def forget_runs(house: House) -> Forgotten | None:
    """Remove runs that never ended and are older than the policy says, and see what is left.

    Prefect itself tidies what has ended; a run that waits, or that was killed, it would keep for
    ever. Safe to repeat. None: there is no server. Raises `Unreachable`, `LedgerFailure`,
    `Misconfigured`.
    """
    place = place_of(house.settings)
    if place is None:
        return None
    api, keep = PrefectApi(place), limit(house.settings)
    now = house.now()
    never_ended = _remove_unended(api, before=now - keep, of_our_pool=not place.here)
    seen = history(api, now=now, keep=keep)
    with house.work() as work:
        work.record(
            EventKind.RUNS_FORGOTTEN,
            acted=never_ended,
            days=keep // timedelta(days=1),
            left=sum(one.is_over for one in seen.values()),
        )
        work.commit()
    return Forgotten(never_ended, seen, keep)


def history(api: PrefectApi, *, now: datetime, keep: timedelta) -> History:
    """How far back the server remembers. Raises `Unreachable("prefect_does_not_answer")`."""
    oldest = {
        "runs": _oldest_run(api),
        "pages": _oldest_page(api),
        "logs": _oldest_log(api),
        "events": _oldest_event(api, now=now),
    }
    end = now - keep - TIDYING_MAY_TAKE
    return {
        kind: Remembered(moment, moment is not None and moment < end)
        for kind, moment in oldest.items()
    }


def _remove_unended(api: PrefectApi, *, before: datetime, of_our_pool: bool) -> int:
    """On this machine's own server all of them; on one that others may use too, only ours."""
    wanted: dict[str, Any] = {
        "flow_runs": {
            "state": {"type": {"not_any_": list(_OVER)}},
            "expected_start_time": {"before_": before.isoformat()},
        }
    }
    if of_our_pool:
        wanted["work_pools"] = {"name": {"any_": [WORK_POOL]}}
    old = api.filter("flow_runs", wanted)
    for run in old:
        api.remove(f"/flow_runs/{run['id']}")  # each controller's run may look at the same time
    return len(old)


def _oldest_run(api: PrefectApi) -> datetime | None:
    # Without a start: a run that was put off or called off before it began.
    started = api.asked("/flow_runs/filter", {"sort": "START_TIME_ASC", "limit": 1})
    return _moment(started, "start_time") or _moment(started, "expected_start_time")


def _oldest_page(api: PrefectApi) -> datetime | None:
    number = int(api.asked("/artifacts/count", {}))
    if not number:
        return None
    last = {"sort": "CREATED_DESC", "limit": 1, "offset": number - 1}
    return _moment(api.asked("/artifacts/filter", last), "created")


def _oldest_log(api: PrefectApi) -> datetime | None:
    first = {"sort": "TIMESTAMP_ASC", "limit": 1}
    return _moment(api.asked("/logs/filter", first), "timestamp")


def _oldest_event(api: PrefectApi, *, now: datetime) -> datetime | None:
    occurred = {"since": _BEFORE_ALL, "until": now.astimezone(UTC).isoformat()}
    body = {"filter": {"occurred": occurred, "order": "ASC"}, "limit": 1}
    return _moment(api.asked("/events/filter", body)["events"], "occurred")


def _moment(found: list[dict[str, Any]], name: str) -> datetime | None:
    if not found or not found[0].get(name):
        return None
    return datetime.fromisoformat(str(found[0][name]).replace("Z", "+00:00"))
