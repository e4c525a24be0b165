"""Whoever agrees to a plan says so in a form, with an officer's one-time code.

A suspended run is a waiting room and no approval: its process has ended, and whoever reaches the
API can resume it. It then runs again from its top, where the answers are taken out of Prefect's
database (they lie there in clear) and handed to `tasks.officers.approvals`, which alone decides. A
resume without an answer approves nothing.

How Prefect 3.8 treats the key of a suspension: the server remembers every key at which a run has
waited (`empirical_policy.pause_keys`), and `suspend_flow_run` under such a key does not wait but
gives back whatever answer still lies there; a retry forgets the keys but keeps the stored forms,
and a form under a known name fails after the run is suspended already. So no key is used twice:
each says which plan was asked about, answers are read by key and deleted before they are used, and
the stored form with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID

import orjson
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError
from prefect.flow_runs import suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import deployment, flow_run
from prefect.states import Cancelled
from pydantic import Field, ValidationError

from flows.pages import Speech
from lifecycle.approval import Reason
from tasks.remedies.every import ENGLISH, remedy_for
from tasks.reporting.headings import Heading
from tasks.reporting.sentences import Sentence

WAITS: Final = timedelta(days=30)
"""Then Prefect ends the run as failed; the plan stays as it is, and the next run asks anew."""
MALFORMED: Final = "answer_malformed"
_MOST: Final = 200
"""What Prefect lists at once."""
_KEY: Final = re.compile(r"approval-(?P<number>[0-9]{1,4})-(?P<plan>p-[0-9a-z]{13})")
_STORED: Final = "suspended-"
"""What Prefect puts before the key of a suspension."""

Decision = Literal["look_again", "approve", "decline"]
Why = Literal["no_reason", "checked", "still_needed", "wrong_people", "wrong_date", "not_now"]


class ApprovalForm(RunInput):
    """What is asked; the server refuses anything else before it is stored.

    One form serves every controller, so its words are in all three languages.
    """

    officer: str = Field(
        default="",
        title=Heading.HANDLE.everywhere(),
        description=Sentence.HANDLE_HINT.everywhere(),
        pattern=r"^([a-z]+(-[a-z]+)*(-[0-9]{1,3})?)?$",
        max_length=32,
    )
    code: str = Field(
        default="",
        title=Heading.CODE.everywhere(),
        description=Sentence.CODE_HINT.everywhere(),
        pattern=r"^([0-9]{3} ?[0-9]{3})?$",
        max_length=7,
    )
    decision: Decision = Field(
        default="look_again",
        title=Heading.DECISION.everywhere(),
        description=Sentence.DECISION_HINT.everywhere(),
    )
    reason: Why = Field(default="no_reason", title=Heading.GROUNDS.everywhere())


class Answer(NamedTuple):
    """What somebody typed; it is shown nowhere."""

    plan: str
    officer: str
    code: str
    decision: str
    reason: Reason
    received_at: datetime
    """When Prefect's server took it: a code is good for a minute, and a worker needs a part."""

    @property
    def decides(self) -> bool:
        """Whether anything was decided in it."""
        return self.decision != "look_again"

    def __repr__(self) -> str:
        return f"Answer({self.plan})"


def taken() -> Iterator[Answer | None]:
    """Every answer given to this run, oldest first, deleted from Prefect's database before the
    first one is handed on; None for one that is not what the form asks.

    What was taken is never handed on again: a run that is killed here asks once more.
    """
    run = _this_run()
    if run is None:
        return
    with get_client(sync_client=True) as client:
        stored = client.filter_flow_run_input(run, f"{_STORED}approval-", _MOST, set())
        for each in stored:
            _forget(client, run, each.key)
    for each in stored:
        if each.key.endswith("-response"):
            yield _answer(each.key, each.value, each.created)


def ask(plan: str, description: str, *, refused: str = "", say: Speech) -> None:
    """End this process until somebody answers; after the answer the flow runs again from its top.

    `refused`: the reason code for which the last answer was not taken, worded by `say`. Returns
    at once in a run without a deployment, which cannot wait, and where another run asks about the
    same plan.
    """
    run = _this_run()
    if run is None or deployment.id is None:
        return
    if any(about == plan for _, about in _waiting_elsewhere()):
        return
    if refused:
        description = f"{why_refused(refused, say)}\n\n{description}"
    with get_client(sync_client=True) as client:
        known = client.read_flow_run(run).empirical_policy.pause_keys or set()
    number = 1 + max([0, *(int(at["number"]) for at in map(_KEY.fullmatch, known) if at)])
    suspend_flow_run(
        wait_for_input=ApprovalForm.with_initial_data(description=description),
        timeout=int(WAITS.total_seconds()),
        key=f"approval-{number}-{plan.lower()}",
    )


def why_refused(code: str, say: Speech) -> str:
    """The three sentences as the office says them, and in English below, in italics."""
    own, english = (" ".join(remedy_for(code, language=each)) for each in (say.language, ENGLISH))
    return f"**{code}**: {own}" + ("" if own == english else f"\n\n*{english}*")


def waiting_elsewhere() -> list[str]:
    """The plans that other runs of this deployment ask about."""
    return [plan for _, plan in _waiting_elsewhere()]


def withdraw(plan: str) -> None:
    """Cancel the other runs that ask about a plan on which nobody can decide any more."""
    with get_client(sync_client=True) as client:
        for run, about in _waiting_elsewhere():
            if about == plan:
                client.set_flow_run_state(run, Cancelled(message=f"{plan} is not open any more."))


def _waiting_elsewhere() -> list[tuple[UUID, str]]:
    """Other runs of this deployment that wait with a form, and the plan of each."""
    if deployment.id is None:
        return []
    wanted = FlowRunFilter.model_validate(
        {"deployment_id": {"any_": [deployment.id]}, "state": {"name": {"any_": ["Suspended"]}}}
    )
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=wanted, limit=_MOST)
        return [
            (run.id, key["plan"].upper())
            for run in runs
            if run.id != _this_run()
            and (key := _key_of(run)) is not None
            and _has_form(client, run.id, key.group())
        ]


def _key_of(run: FlowRun) -> re.Match[str] | None:
    details = run.state.state_details if run.state is not None else None
    return _KEY.fullmatch(details.pause_key or "") if details is not None else None


def _has_form(client: SyncPrefectClient, run: UUID, key: str) -> bool:
    """A run that was killed between suspending and storing its form can never be answered."""
    try:
        client.read_flow_run_input(run, f"{_STORED}{key}-schema")
    except PrefectHTTPStatusError as error:
        if error.response.status_code == 404:
            return False
        raise
    return True


def _answer(key: str, value: str, created: datetime | None) -> Answer | None:
    about = _KEY.fullmatch(key.removeprefix(_STORED).removesuffix("-response"))
    if about is None:
        return None
    try:
        # Whoever reaches the API can store what no form would take.
        given = ApprovalForm.model_validate(orjson.loads(value))
    except (ValidationError, ValueError):
        return None
    return Answer(
        plan=about["plan"].upper(),
        officer=given.officer,
        code=given.code,
        decision=given.decision,
        reason=Reason(given.reason),
        received_at=created or datetime.now(UTC),
    )


def _forget(client: SyncPrefectClient, run: UUID, key: str) -> None:
    try:
        client.delete_flow_run_input(run, key)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != 404:
            raise


def _this_run() -> UUID | None:
    return UUID(flow_run.id) if flow_run.id else None
