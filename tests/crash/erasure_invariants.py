"""What must hold of an approved erasure after a kill at any point, and when it has run again.

Nothing goes that nobody approved; nothing is called gone that is still there; our own records go
last; and the certificate says what is true.
"""

from __future__ import annotations

from lifecycle.ledger import EventKind
from tests.crash.evidence import Evidence
from tests.crash.scene import Approved, Scene
from tests.crash.seen_plans import SeenPlan

OURS, CASES = "gallra", "workbuster"
_DONE = {"acted", "proven"}


def at_any_time(scene: Scene, seen: Evidence) -> list[str]:
    """Guarantees broken in what lies there now."""
    approved = scene.approved
    if approved is None:
        return []
    plan, other = seen.plans[approved.plan], seen.plans[approved.other]
    left = still_there(scene, approved, seen)
    found = _nothing_else(approved, seen)
    found += _intended(approved, seen, left)
    for item in plan.items:
        if item.state in _DONE and (item.person, item.system) in left:
            found.append(f"{item.state} in {item.system}, and still there")
    for number, ref in scene.without.items():
        elsewhere = {system for who, system in left if who == ref and system != OURS}
        if number not in seen.people:
            if elsewhere:
                found.append("our own records went before the others")
            if ref not in plan.intended:
                found.append("forgotten, and not in the journal")
        if (number not in seen.people) != bool(seen.of(EventKind.ERASURE_DONE, ref=ref)):
            found.append("erasure and ledger disagree")
    if (plan.certificate or plan.filed or plan.state == "proven") and left:
        found.append("a false certificate")
    if (plan.certificate is not None) != (plan.state == "proven"):
        found.append("plan and certificate disagree")
    if other.state != "drawn" or {item.state for item in other.items} != {"planned"}:
        found.append("a plan that nobody approved was begun")
    if other.certificate or other.filed or other.intended:
        found.append("a plan that nobody approved is told of")
    return found


def after_rerun(scene: Scene, seen: Evidence) -> list[str]:
    """Guarantees broken after the same command has run again."""
    approved = scene.approved
    if approved is None:
        return []
    plan = seen.plans[approved.plan]
    found = [f"still in {system}" for _, system in still_there(scene, approved, seen)]
    found += _certificate(scene, approved, plan)
    if {item.state for item in plan.items} != {"proven"} or len(plan.items) != approved.items:
        found.append("not every item is proven")
    if plan.unfinished:
        found.append("the journal has a line that is not done")
    for kind in (EventKind.PLAN_BEGUN, EventKind.PLAN_PROVEN):
        if len(seen.of(kind, ref=approved.plan)) != 1:
            found.append(f"{kind} not once")
    if len(seen.of(EventKind.CERTIFICATE_ISSUED)) != 1:
        found.append("not one certificate")
    proofs = [
        (event.ref, event.facts["system"])
        for event in seen.of(EventKind.ITEM_PROVEN)
        if event.facts["plan"] == approved.plan
    ]
    if len(proofs) != sum(item.system != OURS for item in plan.items):
        found.append("an item proven twice, or not in the ledger")
    for ref in scene.without.values():
        if len(seen.of(EventKind.ERASURE_DONE, ref=ref)) != 1:
            found.append("an erasure that is not told once")
        if not seen.of(EventKind.ERASURE_VERIFIED, ref=ref):
            found.append("an erasure that is not proven")
    return found


def still_there(scene: Scene, approved: Approved, seen: Evidence) -> set[tuple[str, str]]:
    """(person, system) of those who are to go and are really still there."""
    left = {(ref, key[0]) for key, ref in approved.goes.items() if key in seen.outside}
    left |= {(ref, OURS) for number, ref in scene.without.items() if number in seen.people}
    left |= {
        (ref, CASES)
        for key, ref in approved.cases.items()
        if ref in scene.without.values() and key in seen.register
    }
    return left


def _nothing_else(approved: Approved, seen: Evidence) -> list[str]:
    """Whoever is not on the approved plan is where and as he or she was."""
    found = []
    for key, content in approved.records.items():
        if seen.outside.get(key, content if key in approved.goes else None) != content:
            found.append(f"changed in {key[0]}, and nobody approved it")
    if not seen.outside.keys() <= approved.records.keys():
        found.append("somebody new in an outer system")
    goes = set(approved.goes.values())
    for case, ref in approved.cases.items():
        if ref not in goes and seen.register.get(case, ("", "", None))[2] is None:
            found.append("anonymised, and nobody approved it")
        if ref not in goes and case not in seen.cases:
            found.append("a case lost its person, and nobody approved it")
    refs = set(seen.refs.values())
    if not {ref for ref in approved.cases.values() if ref not in goes} <= refs:
        found.append("forgotten, and nobody approved it")
    return found


def _intended(approved: Approved, seen: Evidence, left: set[tuple[str, str]]) -> list[str]:
    """Nothing went without an intent that names the approved plan's hash."""
    plan = seen.plans[approved.plan]
    told = {
        event.facts["system"]
        for event in seen.of(EventKind.ITEM_INTENDED, ref=approved.plan)
        if event.facts["approved"] == approved.hash
    }
    return [
        f"gone from {item.system} without its ledger entry"
        for item in plan.items
        if item.system not in told and (item.person, item.system) not in left
        if item.system in (OURS, CASES) or item.system in {system for system, _ in approved.goes}
    ]


def _certificate(scene: Scene, approved: Approved, plan: SeenPlan) -> list[str]:
    told = plan.certificate
    if plan.state != "proven" or told is None:
        return ["no certificate"]
    found = []
    if plan.filed != told:
        found.append("the certificate beside the witness is not the same")
    if set(told["people"]) != set(scene.without.values()) or told["given_up"]:
        found.append("the certificate is about other people")
    if told["items"]["proven"] != approved.items or told["items"]["given_up"]:
        found.append("the certificate counts other items")
    if set(told["systems"]) != approved.systems:
        found.append("the certificate names other systems")
    if (told["plan"], told["plan_hash"]) != (approved.plan, approved.hash):
        found.append("the certificate is of another plan")
    return found
