"""What an operator of the Prefect server can see and do, over its API."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

_LISTED = (
    "flows", "flow_runs", "task_runs", "artifacts", "artifacts/latest", "deployments",
    "variables", "block_documents", "block_types", "work_pools", "automations",
    "v2/concurrency_limits", "concurrency_limits", "work_queues", "saved_searches", "logs",
)  # fmt: skip
_PAGE = 200
_ENDS = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED", "PAUSED"}


class _Patient(httpx.HTTPTransport):
    """A server whose database is busy says 503 and has stored nothing: the same again a moment
    later, as Prefect's own client does."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(20):
            response = super().handle_request(request)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            response.close()
            time.sleep(0.5)
        return response


class Api:
    """Requests with the house's password and a CSRF token."""

    def __init__(self, home: Path) -> None:
        place = home / "prefect"
        port = json.loads((place / "server.json").read_text())["port"]
        user, _, password = (place / "auth").read_text().partition(":")
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api", auth=(user, password), timeout=120,
            trust_env=False, transport=_Patient(),
        )  # fmt: skip
        token = self._client.get("/csrf-token", params={"client": "canary"}).json()["token"]
        self._client.headers.update({"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "canary"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._client.close()

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self._client.post(path, json=body)

    def get(self, path: str) -> Any:
        return self._client.get(path).raise_for_status().json()

    def deploy(self, flow: str, *, entrypoint: str, schema: dict[str, Any]) -> str:
        """A deployment of ours on the house's work pool; its id."""
        flow_id = self.post("/flows/", {"name": flow}).raise_for_status().json()["id"]
        made = self.post("/deployments/", {
            "name": entrypoint, "flow_id": flow_id, "entrypoint": entrypoint,
            "work_pool_name": "gallra", "parameter_openapi_schema": schema,
            "enforce_parameter_schema": False,
        })  # fmt: skip
        return str(made.raise_for_status().json()["id"])

    def deployment(self, name: str) -> str:
        return str(self._client.get(f"/deployments/name/{name}").raise_for_status().json()["id"])

    def start(self, deployment: str, **body: Any) -> str:
        made = self.post(f"/deployments/{deployment}/create_flow_run", body)
        return str(made.raise_for_status().json()["id"])

    def answer(self, run: str, **form: str) -> str:
        """Somebody types that into the form of a run that waits; the server's word about it."""
        told = self.post(f"/flow_runs/{run}/resume", {"run_input": form})
        return str(told.status_code if told.is_error else told.json()["status"])

    def wait(self, run: str, *, seconds: float) -> str:
        """The name of the state in which the run ended, or waits for somebody."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self._client.get(f"/flow_runs/{run}").raise_for_status().json()
            if found["state"]["type"] in _ENDS:
                return str(found["state"]["name"])
            time.sleep(0.5)
        raise AssertionError(f"run still {found['state']['name']}")

    def dump(self, folder: Path) -> dict[str, int]:
        """Everything that can be listed, a file for each kind; how many entries of each."""
        found = {name: self._list(name) for name in _LISTED}
        found["events"] = self._events()
        for kind in ("flow", "task"):
            found[f"{kind}_run_states"] = [
                state
                for run in found[f"{kind}_runs"]
                for state in self._client.get(
                    f"/{kind}_run_states/", params={f"{kind}_run_id": run["id"]}
                ).json()
            ]
        for name, entries in found.items():
            path = folder / f"{name.replace('/', '-')}.json"
            path.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
        return {name: len(entries) for name, entries in found.items()}

    def _list(self, name: str) -> list[Any]:
        entries: list[Any] = []
        while True:
            body = {"limit": _PAGE, "offset": len(entries)}
            answer = self.post(f"/{name}/filter", body)
            if answer.status_code in (404, 405):
                return entries
            page = answer.raise_for_status().json()
            entries += page
            if len(page) < _PAGE:
                return entries

    def _events(self) -> list[Any]:
        page = self.post("/events/filter", {"limit": 50}).raise_for_status().json()
        entries = list(page["events"])
        while page.get("next_page"):
            page = self._client.get(page["next_page"]).raise_for_status().json()
            entries += page["events"]
        return entries
