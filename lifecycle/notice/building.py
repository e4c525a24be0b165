"""A notice is built from the policy: what it says of the rules is the rules."""

from __future__ import annotations

from lifecycle.errors import Misconfigured
from lifecycle.notice import cameras, how_long, rights, to_whom, who, why
from lifecycle.notice.facts import Facts, Literal, Section
from lifecycle.notice.parts import says
from lifecycle.policy.model import Policy


def facts_for(policy: Policy, notice: str, subject: str) -> Facts:
    """What a person of this kind is told about their data.

    Raises `Misconfigured("notice_unknown")`, `Misconfigured("notice_not_for_them")`,
    `Misconfigured("notice_about_cameras")`: such a notice is built by `facts_for_camera`.
    """
    named = policy.notice(notice)
    if subject not in named.subjects:
        raise Misconfigured("notice_not_for_them", ref=policy.id)
    if named.about == "cameras":
        raise Misconfigured("notice_about_cameras", ref=policy.id)
    uses = rights.uses_of(policy, subject)
    sections = (
        who.controller(policy),
        who.officer(policy),
        why.purposes(policy, subject),
        why.data(policy, subject),
        why.origin(policy, subject),
        to_whom.recipients(policy, subject),
        to_whom.third_countries(policy, subject),
        how_long.retention(policy, subject),
        rights.rights(policy, uses),
        rights.objection(uses),
        rights.consent(policy, subject),
        rights.complaint(policy),
        rights.must_be_given(policy, subject),
        rights.automated(policy),
        _language(policy),
    )
    return Facts(policy.id, notice, subject, sections)


def facts_for_camera(policy: Policy, notice: str, subject: str, unit: str) -> Facts:
    """What a person of this kind is told about the cameras of a unit (A-40).

    Raises `Misconfigured("notice_unknown")`, `Misconfigured("notice_not_for_them")`,
    `Misconfigured("no_such_camera")` where the policy names no such unit or the notice is about
    something else.
    """
    named = policy.notice(notice)
    if subject not in named.subjects:
        raise Misconfigured("notice_not_for_them", ref=policy.id)
    if named.about != "cameras" or unit not in policy.cameras:
        raise Misconfigured("no_such_camera", ref=policy.id)
    camera = policy.cameras[unit]
    uses = (rights.Use(cameras.purpose_of(unit), camera.legal_basis),)
    sections = (
        who.controller(policy),
        who.officer(policy),
        cameras.watching(unit, camera),
        cameras.seen_by(policy, unit),
        to_whom.third_countries(policy, subject),
        cameras.kept(camera),
        rights.rights(policy, uses),
        rights.objection(uses),
        Section("consent", ("13(2)(c)", "14(2)(d)"), (says("consent.none"),)),
        rights.complaint(policy),
        cameras.given(),
        rights.automated(policy),
        _language(policy),
    )
    return Facts(policy.id, f"{notice}.{unit}", subject, sections)


def _language(policy: Policy) -> Section:
    """Who needs the text in another language turns to the officer (A-38)."""
    mailbox = Literal(policy.controller.privacy_mailbox)
    return Section("language", (), (says("language.other", email=mailbox),))
