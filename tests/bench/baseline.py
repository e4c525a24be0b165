"""What a capable developer in a hurry would write for the same job: pandas with openpyxl, a row
loop, Fernet on each field, one ORM object per row, and a look at what arrived before deleting.

It is a yardstick, so it is written fairly: sessions are committed in batches, known people are
held in a dict rather than queried for, and reading back is one query per batch.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from cryptography.fernet import Fernet
from personnummer import personnummer
from sqlalchemy import ForeignKey, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

BATCH = 1000
FIELDS = (
    "national_id",
    "first_name",
    "last_name",
    "address",
    "postcode",
    "town",
    "phone",
    "email",
)


class Base(DeclarativeBase):
    """Our records."""


class Participant(Base):
    """One person; every field that says who it is is encrypted."""

    __tablename__ = "participant"
    id: Mapped[int] = mapped_column(primary_key=True)
    national_id: Mapped[bytes]
    first_name: Mapped[bytes]
    last_name: Mapped[bytes]
    address: Mapped[bytes]
    postcode: Mapped[bytes]
    town: Mapped[bytes]
    phone: Mapped[bytes]
    email: Mapped[bytes]
    cases: Mapped[list[Case]] = relationship(back_populates="participant")


class Case(Base):
    """One order of one person."""

    __tablename__ = "case_"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String, unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    participant: Mapped[Participant] = relationship(back_populates="cases")
    service: Mapped[str]
    started: Mapped[date]
    ends: Mapped[date | None]
    level: Mapped[bytes]
    language_support: Mapped[bytes]
    interpreter: Mapped[bytes]
    frequency: Mapped[bytes]
    supervisor: Mapped[bytes]


class Workbuster(DeclarativeBase):
    """The other system."""


class WorkbusterCase(Workbuster):
    """A case as the case system keeps it; the personal part is encrypted there too."""

    __tablename__ = "workbuster_case"
    reference: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str]
    started: Mapped[date]
    national_id: Mapped[bytes]
    first_name: Mapped[bytes]
    last_name: Mapped[bytes]
    address: Mapped[bytes]
    postcode: Mapped[bytes]
    town: Mapped[bytes]
    phone: Mapped[bytes]
    email: Mapped[bytes]


def clean_row(row: dict[str, str]) -> dict[str, str]:
    """Check and normalise one row; raises ValueError."""
    number = row["Personnummer"].replace(" ", "").replace("-", "")
    if not personnummer.valid(number):
        raise ValueError("personnummer")
    row["Personnummer"] = personnummer.parse(number).format(True)
    if not row["Förnamn"].strip() or not row["Efternamn"].strip():
        raise ValueError("name")
    if not row["Genomförandereferens"].isdigit():
        raise ValueError("case")
    datetime.strptime(row["Startdatum"], "%Y-%m-%d")  # noqa: DTZ007 -- a date without a time
    return {name: value.strip() for name, value in row.items()}


def import_export(path: Path, folder: Path) -> dict[str, int]:
    """Read, check, encrypt, store, hand over, compare, delete."""
    fernet = Fernet(Fernet.generate_key())

    def seal(text: str) -> bytes:
        return fernet.encrypt(text.encode())

    def opened(token: bytes) -> str:
        return fernet.decrypt(token).decode()

    frame = pd.read_excel(path, engine="openpyxl", dtype=str).fillna("")
    ours = create_engine(f"sqlite:///{folder / 'records.db'}")
    theirs = create_engine(f"sqlite:///{folder / 'workbuster.db'}")
    Base.metadata.create_all(ours)
    Workbuster.metadata.create_all(theirs)

    refused = 0
    people: dict[str, int] = {}
    seen: set[str] = set()
    with Session(ours) as session:
        for position, (_, raw) in enumerate(frame.iterrows(), start=1):
            try:
                row = clean_row(raw.to_dict())
            except ValueError:
                refused += 1
                continue
            reference = row["Genomförandereferens"]
            if reference in seen:
                refused += 1
                continue
            seen.add(reference)
            number = row["Personnummer"]
            if number not in people:
                person = Participant(
                    national_id=seal(number),
                    first_name=seal(row["Förnamn"]),
                    last_name=seal(row["Efternamn"]),
                    address=seal(row["Folkbokföringsadress"]),
                    postcode=seal(row["Postnummer"]),
                    town=seal(row["Postort"]),
                    phone=seal(row["Telefon"]),
                    email=seal(row["Mail"]),
                )
                session.add(person)
                session.flush()
                people[number] = person.id
            ends = row["Slutdatum"]
            session.add(
                Case(
                    reference=reference,
                    participant_id=people[number],
                    service=row["Tillhörande tjänst"],
                    started=date.fromisoformat(row["Startdatum"]),
                    ends=date.fromisoformat(ends) if ends else None,
                    level=seal(row["Nivå"]),
                    language_support=seal(row["Språkstöd"]),
                    interpreter=seal(row["Tolkbehov"]),
                    frequency=seal(row["Deltagandefrekvens"]),
                    supervisor=seal(row["Handledare"]),
                )
            )
            if position % BATCH == 0:
                session.commit()
        session.commit()

    verified = hand_over(ours, theirs, seal, opened)
    if verified != len(seen):
        raise RuntimeError("not everything arrived")
    path.unlink()
    return {"accepted": len(seen), "refused": refused, "verified": verified}


def hand_over(ours, theirs, seal, opened) -> int:  # type: ignore[no-untyped-def]
    """Put every case into the other system and compare each with what it holds afterwards."""
    verified = 0
    with Session(ours) as source, Session(theirs) as target:
        total = source.query(Case).count()
        for offset in range(0, total, BATCH):
            page = source.scalars(
                select(Case)
                .options(joinedload(Case.participant))
                .order_by(Case.id)
                .offset(offset)
                .limit(BATCH)
            ).all()
            sent: dict[str, dict[str, str]] = {}
            for case in page:
                plain = {name: opened(getattr(case.participant, name)) for name in FIELDS}
                sent[case.reference] = plain
                target.add(
                    WorkbusterCase(
                        reference=case.reference,
                        service=case.service,
                        started=case.started,
                        **{name: seal(value) for name, value in plain.items()},
                    )
                )
            target.commit()
            target.expire_all()
            stored = target.scalars(
                select(WorkbusterCase).where(WorkbusterCase.reference.in_(list(sent)))
            )
            for other in stored:
                held = {name: opened(getattr(other, name)) for name in FIELDS}
                verified += held == sent[other.reference]
    return verified


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(import_export(Path(sys.argv[1]), Path(scratch)))
