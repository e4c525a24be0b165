"""Who is the controller, and whom a person can turn to (art. 13(1)(a, b), A-35)."""

from __future__ import annotations

from lifecycle.notice.facts import Literal, Section, Statement
from lifecycle.notice.parts import says
from lifecycle.policy.model import Policy


def controller(policy: Policy) -> Section:
    """The controller, the companies that decide with it, and how to reach it."""
    who = policy.controller
    said = [says("controller.who", company=Literal(who.company))]
    if who.group is not None and who.group != who.company:
        said.append(
            says("controller.group", company=Literal(who.company), group=Literal(who.group))
        )
    if who.joint:
        joint = tuple(Literal(each.company) for each in who.joint)
        said.append(says("controller.joint", says("controller.joint.any"), companies=joint))
    contact = {
        "email": who.email,
        "phone": who.phone,
        "address": who.address,
        "registration": who.registration,
    }
    said.extend(_line(name, text) for name, text in contact.items() if text is not None)
    return Section("controller", ("13(1)(a)", "14(1)(a)"), tuple(said))


def officer(policy: Policy) -> Section:
    """The data protection officer, or that there is none and who stands in."""
    mailbox = Literal(policy.controller.privacy_mailbox)
    phrase = "officer.none" if policy.controller.dpo is None else "officer.contact"
    return Section("officer", ("13(1)(b)", "14(1)(b)"), (says(phrase, email=mailbox),))


def _line(name: str, text: str) -> Statement:
    return says(f"contact.{name}", listed=True, text=Literal(text))
