"""What Prefect does by itself when a run goes wrong: the file's automations are the server's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tasks.house.settings import Settings
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import Place
from tasks.serving.prefect_settings import WORK_POOL
from tasks.serving.processes import read_deployed

OURS: Final = "Gallra: "
"""What our automations' names begin with: others in the same server are left alone."""
TELLS: Final = "tell-operator"
_CONTROLLER: Final = "CONTROLLER"
_WEBHOOK: Final = "gallra-operator"
_PAYLOAD: Final = {
    "run": {
        "flow": "{{ flow.name }}",
        "deployment": "{{ deployment.name }}",
        "state": "{{ event.resource['prefect.state-name'] }}",
        "run": "{{ flow_run.id }}",
        "page": "{{ flow_run|ui_url }}",
    },
    "pool": {"work_pool": "{{ work_pool.name }}", "state": "not ready"},
}
"""Names, states and addresses of ours: nothing that a run was given or said."""
_RESOURCE: Final = {"run": "prefect.flow-run.*", "pool": "prefect.work-pool.*"}


def upsert(place: Place, settings: Settings) -> int:
    """Make the server's automations those of `deployments/automations.yaml`; how many there are.

    Safe to repeat: by name they are made, changed, and removed where the file has them no more.
    Raises `Unreachable("prefect_deploy_failed")`, `Unreachable("prefect_does_not_answer")`,
    `Misconfigured("deployment_file_missing")`.
    """
    api = PrefectApi(place)
    webhook = _webhook(api, settings.operator_webhook)
    wanted = {each["name"]: each for each in _wanted(api, webhook)}
    known: dict[str, str] = {}
    for each in api.filter("automations", {}):
        if not each["name"].startswith(OURS):
            continue
        if each["name"] in wanted and each["name"] not in known:
            known[each["name"]] = each["id"]
        else:
            api.remove(f"/automations/{each['id']}")
    for name, automation in wanted.items():
        if name in known:
            api.change("PUT", f"/automations/{known[name]}", automation)
        else:
            api.change("POST", "/automations/", automation)
    return len(wanted)


def _wanted(api: PrefectApi, webhook: str | None) -> Iterator[dict[str, Any]]:
    deployed = {
        each["name"].removeprefix(f"{TELLS}-"): each["id"]
        for each in api.filter("deployments", {"deployments": {"name": {"like_": f"{TELLS}-"}}})
    }
    for each in read_deployed("automations.yaml")["automations"]:
        of_each = _CONTROLLER in each["name"]
        for controller, tells in sorted(deployed.items()) if of_each else [(None, None)]:
            actions = list(_actions(each, webhook=webhook, tells=tells))
            if actions:
                yield {
                    "name": each["name"].replace(_CONTROLLER, controller or ""),
                    "description": each["description"],
                    "enabled": True,
                    "tags": ["gallra"],
                    "trigger": _trigger(each, controller),
                    "actions": actions,
                    "actions_on_trigger": [],
                    "actions_on_resolve": [],
                }


def _trigger(each: dict[str, Any], controller: str | None) -> dict[str, Any]:
    match = {"prefect.resource.id": _RESOURCE[each["of"]]}
    if each["of"] == "pool":
        match["prefect.resource.name"] = WORK_POOL
    silent_for = each.get("silent_for")
    trigger: dict[str, Any] = {
        "type": "event",
        "match": match,
        "match_related": {},
        "for_each": ["prefect.resource.id"],
        "threshold": 1,
        "posture": "Reactive" if silent_for is None else "Proactive",
        "within": silent_for or 0,
        "after": each.get("after", []),
        # Whatever comes of it: it goes on, it ends, it waits for people.
        "expect": ["prefect.flow-run.*"] if silent_for else each["when"],
    }
    if controller is not None:
        # A deployment's tags are its runs'; the one that tells has another, and calls no other.
        trigger["match_related"] = {
            "prefect.resource.role": "tag",
            "prefect.resource.id": f"prefect.tag.{controller}",
        }
    return trigger


def _actions(
    each: dict[str, Any], *, webhook: str | None, tells: str | None
) -> Iterator[dict[str, Any]]:
    wanted: Sequence[str] = each["actions"]
    if "tell" in wanted and tells is not None:
        yield {"type": "run-deployment", "source": "selected", "deployment_id": tells}
    if "crashed" in wanted:
        yield {
            "type": "change-flow-run-state",
            "state": "CRASHED",
            "name": "Crashed",
            "message": "Nothing was heard of it for two minutes.",
        }
    if "webhook" in wanted and webhook is not None:
        payload = json.dumps(_PAYLOAD[each["of"]])
        yield {"type": "call-webhook", "block_document_id": webhook, "payload": payload}


def _webhook(api: PrefectApi, address: str | None) -> str | None:
    """The block with the operator's address, which the server keeps encrypted; none: it goes."""
    named = f"/block_types/slug/webhook/block_documents/name/{_WEBHOOK}"
    status, found = api.get(named)
    if address is None:
        if status == 200:
            api.remove(f"/block_documents/{found['id']}")
        return None
    data = {
        "method": "POST",
        "url": address,
        "headers": {"Content-Type": "application/json"},
        "allow_private_urls": True,
        "verify": True,
    }
    if status == 200:
        change = {"data": data, "merge_existing_data": False}
        api.change("PATCH", f"/block_documents/{found['id']}", change)
        return str(found["id"])
    kind = api.get("/block_types/slug/webhook")[1]
    wanted = {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}, "limit": 1}
    (schema,) = api.asked("/block_schemas/filter", wanted)
    body = {
        "name": _WEBHOOK,
        "data": data,
        "block_type_id": kind["id"],
        "block_schema_id": schema["id"],
    }
    return str(api.change("POST", "/block_documents/", body)["id"])
