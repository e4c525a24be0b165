"""Invented cases on their way to a case system."""

from __future__ import annotations

from connectors.base import CaseKey, CaseRecord
from connectors.payload import canonical_payload

# Official test numbers of the Swedish tax agency.
NATIONAL_IDS = ("189001019802", "189001029819", "189001039800", "189001049817", "189001059808")


def payload_of(number: int = 0, **changes: str) -> bytes:
    identity = {
        "national_id": NATIONAL_IDS[number % len(NATIONAL_IDS)],
        "given_name": f"Förnamn{number}",
        "family_name": f"Efternamn{number}",
    }
    contact = {"phone": "+46 70 000 00 00", "email": f"person{number}@example.se"}
    categories = {"identity": identity, "contact": contact}
    for name, value in changes.items():
        categories["identity" if name in identity else "contact"][name] = value
    return canonical_payload(categories)


def case_of(
    number: int = 0, *, service: str = "Rusta och matcha", project: str = "Nord", **changes: str
) -> CaseRecord:
    return CaseRecord(
        CaseKey(f"{600_000_000 + number}", service),
        project,
        "2026-03-02",
        payload_of(number, **changes),
    )
