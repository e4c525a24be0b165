"""The words of the record of processing in the controller's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from lifecycle.policy.data import DataClass, LegalBasis, SpecialGround


class Words(NamedTuple):
    """One language."""

    language: str
    title: str
    heads: Mapping[str, str]
    """By the field of an activity's row."""
    bases: Mapping[LegalBasis, str]
    grounds: Mapping[SpecialGround, str]
    classes: Mapping[DataClass, str]
    countries: Mapping[str, str]
    """Ground of a transfer → words."""
    dpo: str
    joint: str
    authority: str
    no_dpo: str
    none: str
    undecided: str
    waits_for: str
    processor: str
    sub_processor: str
    without_system: str
    outside: str
    within_eea: str
    not_said: str
    no_rule: str
    version: str
    drawn_on: str


SV: Final = Words(
    language="sv",
    title="Register över behandling (artikel 30.1)",
    heads={
        "activity": "Behandling",
        "controller": "a) Personuppgiftsansvarig, kontakt och dataskyddsombud",
        "purpose": "b) Ändamål",
        "basis": "Rättslig grund",
        "subjects": "c) Registrerade",
        "categories": "c) Personuppgifter",
        "recipients": "d) Mottagare",
        "third_countries": "e) Överföring till tredjeland och skyddsåtgärder",
        "limits": "f) Tidsfrister för radering",
        "security": "g) Tekniska och organisatoriska säkerhetsåtgärder",
        "systems": "System",
    },
    bases={
        LegalBasis.CONSENT: "samtycke, artikel 6.1 a",
        LegalBasis.CONTRACT: "avtal, artikel 6.1 b",
        LegalBasis.LEGAL_OBLIGATION: "rättslig förpliktelse, artikel 6.1 c",
        LegalBasis.VITAL_INTERESTS: "grundläggande intressen, artikel 6.1 d",
        LegalBasis.PUBLIC_TASK: "allmänt intresse eller myndighetsutövning, artikel 6.1 e",
        LegalBasis.LEGITIMATE_INTERESTS: "berättigat intresse, artikel 6.1 f",
        LegalBasis.UNDECIDED: "inte bestämd",
    },
    grounds={
        SpecialGround.EXPLICIT_CONSENT: "uttryckligt samtycke, artikel 9.2 a",
        SpecialGround.EMPLOYMENT_AND_SOCIAL_LAW: "arbetsrätt och social trygghet, artikel 9.2 b",
        SpecialGround.VITAL_INTERESTS: "grundläggande intressen, artikel 9.2 c",
        SpecialGround.LEGAL_CLAIMS: "rättsliga anspråk, artikel 9.2 f",
        SpecialGround.PUBLIC_INTEREST: "viktigt allmänt intresse, artikel 9.2 g",
        SpecialGround.HEALTH_CARE: "hälso- och sjukvård, artikel 9.2 h",
        SpecialGround.UNDECIDED: "undantag enligt artikel 9 inte bestämt",
    },
    classes={
        DataClass.NON_SENSITIVE: "okänslig",
        DataClass.INTEGRITY_SENSITIVE: "integritetskänslig",
        DataClass.SENSITIVE: "känslig",
    },
    countries={
        "adequacy": "beslut om adekvat skyddsnivå",
        "adequacy_decision": "beslut om adekvat skyddsnivå",
        "standard_clauses": "standardavtalsklausuler",
        "binding_rules": "bindande företagsbestämmelser",
        "binding_corporate_rules": "bindande företagsbestämmelser",
        "derogation": "undantag enligt artikel 49",
        "explicit_consent": "uttryckligt samtycke, artikel 49.1 a",
        "undecided": "grund inte bestämd",
    },
    dpo="dataskyddsombud",
    joint="gemensamt ansvariga",
    authority="tillsynsmyndighet",
    no_dpo="inget dataskyddsombud utsett",
    none="inga",
    undecided="inte bestämt",
    waits_for="väntar på beslut",
    processor="personuppgiftsbiträde",
    sub_processor="underbiträde till {processor}",
    without_system="personuppgiftsbiträde, system inte angivet",
    outside="utanför EU/EES",
    within_eea="nej, inom EU/EES",
    not_said="inte bestämt om uppgifter lämnar EU/EES",
    no_rule="ingen regel",
    version="policyns version",
    drawn_on="framtaget",
)
DA: Final = Words(
    language="da",
    title="Fortegnelse over behandlingsaktiviteter (artikel 30, stk. 1)",
    heads={
        "activity": "Behandlingsaktivitet",
        "controller": "a) Dataansvarlig, kontakt og databeskyttelsesrådgiver",
        "purpose": "b) Formål",
        "basis": "Hjemmel",
        "subjects": "c) Registrerede",
        "categories": "c) Personoplysninger",
        "recipients": "d) Modtagere",
        "third_countries": "e) Overførsel til tredjelande og garantier",
        "limits": "f) Slettefrister",
        "security": "g) Tekniske og organisatoriske sikkerhedsforanstaltninger",
        "systems": "Systemer",
    },
    bases={
        LegalBasis.CONSENT: "samtykke, artikel 6, stk. 1, litra a",
        LegalBasis.CONTRACT: "kontrakt, artikel 6, stk. 1, litra b",
        LegalBasis.LEGAL_OBLIGATION: "retlig forpligtelse, artikel 6, stk. 1, litra c",
        LegalBasis.VITAL_INTERESTS: "vitale interesser, artikel 6, stk. 1, litra d",
        LegalBasis.PUBLIC_TASK: "samfundets interesse eller offentlig myndighed, "
        "artikel 6, stk. 1, litra e",
        LegalBasis.LEGITIMATE_INTERESTS: "legitim interesse, artikel 6, stk. 1, litra f",
        LegalBasis.UNDECIDED: "ikke besluttet",
    },
    grounds={
        SpecialGround.EXPLICIT_CONSENT: "udtrykkeligt samtykke, artikel 9, stk. 2, litra a",
        SpecialGround.EMPLOYMENT_AND_SOCIAL_LAW: "arbejdsret og social sikring, artikel 9, stk. 2, "
        "litra b",
        SpecialGround.VITAL_INTERESTS: "vitale interesser, artikel 9, stk. 2, litra c",
        SpecialGround.LEGAL_CLAIMS: "retskrav, artikel 9, stk. 2, litra f",
        SpecialGround.PUBLIC_INTEREST: "væsentlige samfundsinteresser, artikel 9, stk. 2, litra g",
        SpecialGround.HEALTH_CARE: "sundhedsbehandling, artikel 9, stk. 2, litra h",
        SpecialGround.UNDECIDED: "undtagelse efter artikel 9 ikke besluttet",
    },
    classes={
        DataClass.NON_SENSITIVE: "almindelig",
        DataClass.INTEGRITY_SENSITIVE: "fortrolig",
        DataClass.SENSITIVE: "følsom",
    },
    countries={
        "adequacy": "tilstrækkelighedsafgørelse",
        "adequacy_decision": "tilstrækkelighedsafgørelse",
        "standard_clauses": "standardkontraktbestemmelser",
        "binding_rules": "bindende virksomhedsregler",
        "binding_corporate_rules": "bindende virksomhedsregler",
        "derogation": "undtagelse efter artikel 49",
        "explicit_consent": "udtrykkeligt samtykke, artikel 49, stk. 1, litra a",
        "undecided": "grundlag ikke besluttet",
    },
    dpo="databeskyttelsesrådgiver",
    joint="fælles dataansvarlige",
    authority="tilsynsmyndighed",
    no_dpo="ingen databeskyttelsesrådgiver udpeget",
    none="ingen",
    undecided="ikke besluttet",
    waits_for="afventer beslutning",
    processor="databehandler",
    sub_processor="underdatabehandler hos {processor}",
    without_system="databehandler, system ikke oplyst",
    outside="uden for EU/EØS",
    within_eea="nej, inden for EU/EØS",
    not_said="ikke besluttet, om oplysninger forlader EU/EØS",
    no_rule="ingen regel",
    version="politikkens version",
    drawn_on="udarbejdet",
)


def words_of(country: str) -> Words:
    """The words of a country's language."""
    return DA if country == "DK" else SV
