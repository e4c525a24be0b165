"""`gallra policy show`: every name that commands ask for, in one place, and what is bound to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import failures, print_json, printable, say, table

if TYPE_CHECKING:
    from lifecycle.bindings.load import Bindings
    from lifecycle.policy.model import Policy

_HEADS = {
    "purposes": ("name", "called", "about", "legal_basis"),
    "subjects": ("name", "called"),
    "categories": ("name", "called", "data_class"),
    "recipients": ("name", "called", "desks"),
    "channels": ("name", "called", "bound"),
    "systems": ("name", "called", "bound"),
    "questions": ("name", "called", "about"),
    "mailings": ("name", "called"),
    "roles": ("name", "called"),
}


def register(app: typer.Typer) -> None:
    """Add the command to the group `policy`."""
    app.command("show")(show)


def show(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show a controller's contacts and every name that options ask for: purposes (`--purpose`),
    categories, recipients and their desks, channels, systems, questions, mailings, roles.

    What is bound stands beside it; the desks' addresses stay in the bindings.

    Example:  gallra policy show -c tommerup
    """
    from tasks.house.settings import Settings
    from tasks.house.wiring import has_bindings, read_bindings, read_policy

    with failures(as_json=as_json):
        settings = Settings.from_environment()
        policy = read_policy(settings, controller)
        bound = read_bindings(settings, policy) if has_bindings(settings, controller) else None
        found = names_of(policy, bound)
        if as_json:
            print_json(found)
            return
        for what, value in found["contacts"].items():
            say(f"{what.replace('_', ' ')}: {printable(value)}")
        for part, heads in _HEADS.items():
            rows = [[printable(_cell(each[head])) for head in heads] for each in found[part]]
            table(part.capitalize(), [head.replace("_", " ") for head in heads], rows)


def names_of(policy: Policy, bound: Bindings | None) -> dict[str, Any]:
    """The names by part of the policy; `bound`: what the systems are, if that is written down."""
    who, sharing = policy.controller, policy.sharing
    contacts = {
        "company": who.company,
        "email": who.email,
        "phone": who.phone,
        "address": who.address,
        "privacy_mailbox": who.privacy_mailbox,
        "authority": f"{who.authority.name}, {who.authority.web}",
    }
    desks = {} if bound is None else bound.recipients
    mailings = policy.mailings.lists if policy.mailings is not None else {}
    return {
        "controller": policy.id,
        "contacts": {what: said for what, said in contacts.items() if said is not None},
        "purposes": [
            {"name": name, "called": one.called, "about": list(one.subjects or ()),
             "legal_basis": str(one.legal_basis)}
            for name, one in policy.purposes.items()
        ],
        "subjects": _called(policy.subjects),
        "categories": [
            {"name": name, "called": one.called, "data_class": str(one.data_class)}
            for name, one in policy.categories.items()
        ],
        "recipients": [
            {"name": name, "called": one.called, "desks": list(desks.get(name, ()))}
            for name, one in (sharing.recipients if sharing else {}).items()
        ],
        "channels": _bound(sharing.channels if sharing else {}, bound, "channels"),
        "systems": _bound(policy.systems, bound, "systems"),
        "questions": [
            {"name": one.id, "called": one.called, "about": [one.subject]}
            for one in policy.consents
        ],
        "mailings": _called(mailings),
        "roles": _called(policy.roles),
    }  # fmt: skip


def _called(parts: Any) -> list[dict[str, Any]]:
    return [{"name": name, "called": one.called} for name, one in parts.items()]


def _bound(parts: Any, bound: Bindings | None, kind: str) -> list[dict[str, Any]]:
    listed = [
        {"name": name, "called": one.called, "bound": _kind(one, name, bound, kind)}
        for name, one in parts.items()
    ]
    # A way for passwords alone is bound without being a way of the policy's.
    own = {} if bound is None else getattr(bound, kind)
    listed += [
        {"name": name, "called": "-", "bound": str(one.kind)}
        for name, one in own.items()
        if name not in parts
    ]
    return listed


def _kind(part: Any, name: str, bound: Bindings | None, kind: str) -> str:
    """Which connector stands there; "" where none does."""
    role = getattr(part, "role", None)
    if role is not None and role == "records":
        return "gallra"
    if bound is None:
        return ""
    special = {"staging": bound.staging, "case_system": bound.case_system}
    found = special.get(str(role)) or getattr(bound, kind).get(name)
    return "" if found is None else str(found.kind)


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value) or "-"
