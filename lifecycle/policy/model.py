"""Policy is data: one file per controller says all that Gallra does for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PrivateAttr

from lifecycle.configuration.validated import Part
from lifecycle.errors import Misconfigured
from lifecycle.intake.rules import Column, IntakeRules
from lifecycle.policy.access import AccessRule
from lifecycle.policy.consents import Asking, Consent
from lifecycle.policy.controller import Controller, Decision
from lifecycle.policy.data import (
    Category,
    Information,
    NotCollected,
    Purpose,
    SubjectKind,
    System,
)
from lifecycle.policy.erasure import Approvals, Erasure, Role
from lifecycle.policy.free_text import AbsenceRule, FreeTextRule
from lifecycle.policy.incidents import IncidentRules
from lifecycle.policy.informing import AutomatedDecisions, Camera, MustBeGiven, ThirdCountries
from lifecycle.policy.intake import CASE, Intake
from lifecycle.policy.mailings import Mailings
from lifecycle.policy.notices import Notice
from lifecycle.policy.processors import Processor, ProcessorReview, Services
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.policy.rights import RightsRules
from lifecycle.policy.risk import Assessments, Measure
from lifecycle.policy.running import Schedules, Staging
from lifecycle.policy.sharing import Sharing
from lifecycle.policy.staying import Placement
from lifecycle.policy.values import Name


class Policy(Part):
    """A controller's policy, as read from its file. There are no defaults in code."""

    version: Literal[1] = Field(description="of the policy language")
    controller: Controller
    subjects: dict[Name, SubjectKind]
    categories: dict[Name, Category]
    not_collected: tuple[NotCollected, ...] = Field(
        default=(), description="what must be dropped at intake, wherever it comes from"
    )
    purposes: dict[Name, Purpose]
    systems: dict[Name, System]
    information: tuple[Information, ...]
    notices: tuple[Notice, ...] = Field(default=(), description="[]: nobody is given a text")
    third_countries: ThirdCountries | None = Field(
        default=None, description="needed where there are notices"
    )
    automated_decisions: AutomatedDecisions | None = Field(
        default=None, description="needed where there are notices"
    )
    must_be_given: tuple[MustBeGiven, ...] = Field(
        default=(), description="what people have to give: needed for whoever is given a notice"
    )
    cameras: dict[Name, Camera] = Field(
        default={}, description="units that watch with cameras; none: no unit does"
    )
    consents: tuple[Consent, ...] = Field(default=(), description="[]: nobody is asked for one")
    asking: Asking | None = Field(
        default=None, description="none: nobody is reminded of consents that are missing"
    )
    mailings: Mailings | None = Field(default=None, description="none: nothing is mailed to many")
    sharing: Sharing | None = Field(default=None, description="none: nothing is shared")
    processors: dict[Name, Processor] = Field(
        default={}, description="none: nobody processes data on the controller's behalf"
    )
    processor_review: ProcessorReview | None = Field(
        default=None, description="needed where there are processors"
    )
    services: Services | None = Field(
        default=None, description="none: no sentence speaks of apps and learning services"
    )
    security: tuple[Measure, ...] = Field(
        default=(), description="measures of security, for the record of processing"
    )
    assessments: Assessments | None = Field(
        default=None, description="none: risks are weighed outside Gallra"
    )
    placement: Placement | None = Field(
        default=None, description="needed where `may_lie`, free_text or absence is looked for"
    )
    free_text: tuple[FreeTextRule, ...] = Field(
        default=(), description="[]: no sentence restricts free text"
    )
    absence: tuple[AbsenceRule, ...] = Field(
        default=(), description="[]: no sentence restricts how absence is registered"
    )
    access: tuple[AccessRule, ...] = Field(
        default=(), description="[]: no sentence says who may have an account"
    )
    incidents: IncidentRules | None = Field(
        default=None, description="none: no incident can be written down"
    )
    rights: RightsRules | None = Field(
        default=None, description="none: no request can be written down"
    )
    staging: Staging | None = Field(
        default=None, description="the folder where exports land, if there is one"
    )
    intake: Intake | None = Field(
        default=None, description="how an export is read, if any is imported"
    )
    anchors: dict[Name, Anchor]
    retention: tuple[RetentionRule, ...]
    erasure: Erasure
    roles: dict[Name, Role]
    approvals: Approvals
    returning_after_erasure: Literal["accept_as_new", "refuse"] = Field(
        description="an export brings somebody back who was erased: take in anew, or not at all"
    )
    schedules: Schedules
    decisions: tuple[Decision, ...]

    _sha256: str = PrivateAttr(default="")

    @property
    def sha256(self) -> str:
        """Hexadecimal hash of the policy file's bytes; every decision carries it."""
        return self._sha256

    @property
    def id(self) -> str:
        """The controller's id."""
        return self.controller.id

    @property
    def case_system(self) -> str | None:
        """The system that cases are handed over to, if there is one."""
        names = (name for name, system in self.systems.items() if system.role == "case_system")
        return next(names, None)

    def held_of(self, subject: str) -> tuple[str, ...]:
        """The categories that some system holds of this kind of person, in the file's order."""
        held = {name for system in self.systems.values() for name in system.holds.get(subject, ())}
        return tuple(name for name in self.categories if name in held)

    def notice(self, name: str) -> Notice:
        """The notice of that id; raises `Misconfigured("notice_unknown")`."""
        for notice in self.notices:
            if notice.id == name:
                return notice
        raise Misconfigured("notice_unknown", ref=self.id)

    def intake_from(self) -> Intake:
        """How an export is read; raises `Misconfigured("no_intake")` where none is imported."""
        if self.intake is None:
            raise Misconfigured("no_intake", ref=self.id)
        return self.intake

    def residue_in(self, system: str) -> frozenset[str]:
        """Fields that may stay in `system` for good, because they say nothing of a person."""
        return frozenset(
            field
            for rule in self.retention
            if rule.residue is not None and rule.covers.in_system(system)
            for field in rule.residue.fields
        )

    def incident_rules(self) -> IncidentRules:
        """What happens with incidents; raises `Misconfigured("incidents_without_rule")`."""
        if self.incidents is None:
            raise Misconfigured("incidents_without_rule", ref=self.id)
        return self.incidents

    def rights_rules(self) -> RightsRules:
        """How requests are taken care of; raises `Misconfigured("rights_without_rule")`."""
        if self.rights is None:
            raise Misconfigured("rights_without_rule", ref=self.id)
        return self.rights

    def rule(self, name: str) -> RetentionRule:
        """The retention rule of that id; raises `Misconfigured("rule_unknown")`."""
        for rule in self.retention:
            if rule.id == name:
                return rule
        raise Misconfigured("rule_unknown", ref=name)

    def intake_rules(self) -> IntakeRules:
        """What judging an export needs, in a form that the reader's child can take.

        Raises `Misconfigured("no_intake")` where no export is imported.
        """
        intake = self.intake_from()
        columns = tuple(
            Column(
                field=field,
                aliases=column.aliases,
                category=None if column.keep == CASE else column.keep,
            )
            for field, column in intake.columns.items()
        )
        kept = {column.category for column in columns}
        return IntakeRules(
            columns=columns,
            required=intake.required,
            protected_flags=intake.protected.flags,
            flag_negatives=intake.protected.negatives,
            protected_words=intake.protected.words,
            placeholder_names=intake.placeholder_persons,
            categories=tuple(name for name in self.categories if name in kept),
            case_pattern=intake.case_pattern,
            minimum_age=intake.minimum_age,
            earliest_year=intake.earliest_year,
            latest_years_ahead=intake.latest_years_ahead,
            longest_value=intake.longest_value,
        )
