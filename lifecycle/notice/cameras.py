"""What people are told at a unit with cameras, when they start there (A-40)."""

from __future__ import annotations

from lifecycle.notice.facts import Length, Section, Term
from lifecycle.notice.parts import basis, says
from lifecycle.policy.informing import Camera
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Period


def watching(name: str, camera: Camera) -> Section:
    """Where, what for, on which basis, and what weighs more than privacy."""
    said = (
        says("camera.where", unit=Term("cameras", f"{name}.called"), text=_term(name, "watches")),
        says("camera.sound" if camera.sound else "camera.no_sound"),
        says("camera.purpose", basis(camera.legal_basis), text=_term(name, "purpose")),
        says("purpose.interest", interest=_term(name, "interest")),
    )
    answers = ("13(1)(c)", "13(1)(d)", "14(1)(c)", "14(1)(d)", "14(2)(b)", "14(2)(f)")
    return Section("cameras", answers, said)


def purpose_of(name: str) -> Term:
    """What a unit's cameras are for."""
    return _term(name, "purpose")


def seen_by(policy: Policy, name: str) -> Section:
    """Who may look at what the cameras see."""
    return Section(
        "recipients",
        ("13(1)(e)", "14(1)(e)"),
        (says("camera.seen_by", text=_term(name, "seen_by")),),
    )


def kept(camera: Camera) -> Section:
    """How long a recording is kept, or that nothing is recorded."""
    if not camera.recorded:
        said = says("camera.not_recorded")
    elif isinstance(camera.kept, Period):
        said = says("camera.kept", period=Length.of(camera.kept))
    else:
        said = says("keep.undecided")
    return Section("retention", ("13(2)(a)", "14(2)(a)"), (said,))


def given() -> Section:
    """Nobody gives anything to a camera."""
    return Section("given", ("13(2)(e)",), (says("camera.given"),))


def _term(name: str, part: str) -> Term:
    return Term("cameras", f"{name}.{part}")
