"""The documents of a place are looked through, each version once under the same rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from hashlib import sha256
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from connectors.document_text import document_text
from connectors.documents import Document
from lifecycle.errors import FileRefused, Misconfigured, Retryable, Unreachable
from lifecycle.intake.outcomes import FileReason
from lifecycle.ledger import EventKind
from lifecycle.placement.allowed import misplaced
from lifecycle.placement.reach import UNREAD
from lifecycle.placement.showing import Reader
from lifecycle.placement.wording import FOLDER
from lifecycle.policy.data import DataClass
from lifecycle.policy.placement import Sign
from records import findings
from records.engines import reading
from records.findings import Ledge, Seen
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.placing.notes import LOOKED, Part, ScanCount, finish, with_noted, with_outcomes
from tasks.placing.shared import look_with_whom

_PART: Final = 100
"""Documents that are looked at before what was found is written down."""
_NOBODY_SHOULD: Final = frozenset({FileReason.PASSWORD_PROTECTED, FileReason.EMPTY_FILE})
"""Of these it is as it should be that nobody can look: with whom they are shared tells nothing."""
_TRY_AGAIN: Final = frozenset({FileReason.READER_CRASHED, FileReason.READER_TIMEOUT})


class DocumentScan:
    """A look through the documents of one place."""

    def __init__(self, house: House, place: str, reader: Reader) -> None:
        self._house = house
        self._place = place
        self._reader = reader
        self._today = local_today(house)
        self._rules = sha256(
            house.policy.sha256.encode()
            + b"".join(
                path.read_bytes()
                for path in sorted((house.settings.policies / FOLDER).glob("*.yaml"))
            )
        ).hexdigest()

    def scan(self) -> ScanCount:
        """Raises `Unreachable`."""
        house, place = self._house, self._place
        # The whole list first: what is not in it is gone, and a new name may be an old document.
        listed = {
            self._digest(document): document
            for document in house.scans[place].documents.documents()
        }
        with reading(house.engine) as connection:
            ledge = self._ledge(connection)
            before = findings.looked_before(connection, controller=house.controller, place=place)
        changed, count = self._sorted_out(listed, before, ScanCount())
        gone = ledge.digests() - listed.keys()
        waiting = iter(changed)
        while batch := list(islice(waiting, _PART)):
            count = self._write(ledge, self._look(batch), count, gone_from=gone)
        self._forget(before.keys() - listed.keys())
        failure: Misconfigured | None = None
        try:
            count = look_with_whom(house, place, listed, self._reader.wording, count)
        except Misconfigured as error:
            failure = error  # what was found in the documents is ordered to be mended all the same
        count = finish(house, place, ledge, count, gone=ledge.digests() - listed.keys())
        if failure is not None:
            raise failure
        return count

    def _ledge(self, connection: Connection) -> Ledge:
        house = self._house
        return Ledge(connection, controller=house.controller, place=self._place, signs=set(Sign))

    def _sorted_out(
        self,
        listed: Mapping[bytes, Document],
        before: Mapping[bytes, tuple[str, str, str]],
        count: ScanCount,
    ) -> tuple[list[tuple[bytes, Document]], ScanCount]:
        """What has to be looked at, and the count with what was looked at before."""
        changed = {
            digest: document
            for digest, document in listed.items()
            if before.get(digest, ("", "", ""))[:2] != (document.version, self._rules)
            or before[digest][2] in _TRY_AGAIN
        }
        count = count._replace(
            found=count.found + len(listed),
            unchanged=count.unchanged + len(listed) - len(changed),
        )
        kept = Counter(before[digest][2] for digest in listed.keys() - changed.keys())
        return list(changed.items()), with_outcomes(count, kept)

    def _forget(self, gone: Collection[bytes]) -> None:
        """That documents which are gone were looked at."""
        if not gone:
            return
        house, place = self._house, self._place
        with house.work() as work:
            findings.forget_looked(
                work.connection, sorted(gone), controller=house.controller, place=place
            )
            work.record(EventKind.FINDINGS_NOTED, facts={"place": place}, documents_gone=len(gone))
            work.commit()

    def _digest(self, document: Document) -> bytes:
        return self._house.vault.index_digest(f"document.{self._place}", document.key)

    def _look(self, batch: list[tuple[bytes, Document]]) -> Part:
        part = Part()
        for digest, document in batch:
            outcome, shows = LOOKED, [UNREAD]
            try:
                data = document.read()
                text = document_text(data)
            except Unreachable:
                raise
            except Retryable:
                continue  # another version by now, or gone: the next look meets it
            except FileRefused as refused:
                outcome = refused.code
                if outcome in _NOBODY_SHOULD:
                    shows = []
            else:
                # A part that nobody could read keeps the whole from being called clean.
                if text.unread:
                    outcome = FileReason.NOT_A_WORKBOOK
                shown = self._reader.shows(text.text, today=self._today)
                shows = [*self._protected(shown), *([UNREAD] if text.unread else [])]
                known = self._house.vault.fingerprint(data)
                part.seen += [
                    Seen(digest, each.sign, each.data_class, each.rule, each.times, known)
                    for each in misplaced(
                        self._house.policy, self._place, shown, self._reader.wording
                    )
                ]
            part.looked.append((digest, document.version, outcome, " ".join(shows)))
            part.keys[digest] = document.where
        return part

    def _protected(self, shown: Mapping[Sign, int]) -> list[str]:
        """What of it is worth protecting."""
        class_of = self._reader.wording.class_of
        return [
            sign for sign in Sign if shown.get(sign) and class_of(sign) != DataClass.NON_SENSITIVE
        ]

    def _write(
        self, ledge: Ledge, part: Part, count: ScanCount, *, gone_from: set[bytes]
    ) -> ScanCount:
        house, place = self._house, self._place
        outcomes = Counter(outcome for _, _, outcome, _ in part.looked)
        # A document that cannot be opened now keeps what was found in it before, unless a password
        # is why: then it is as it should be, or nobody can tell.
        readable = [
            digest
            for digest, _, outcome, _ in part.looked
            if outcome in {LOOKED, FileReason.PASSWORD_PROTECTED, FileReason.EMPTY_FILE}
        ]
        with house.work() as work:
            noted = ledge.note(
                work.connection,
                looked=readable,
                seen=part.seen,
                gone_from=gone_from,
                at=house.at(),
                seal=lambda number, digest: house.vault.seal_name(number, part.keys[digest]),
            )
            findings.note_looked(
                work.connection,
                part.looked,
                controller=house.controller,
                place=place,
                rules=self._rules,
                at=house.at(),
            )
            work.record(
                EventKind.FINDINGS_NOTED,
                found=len(part.seen),
                facts={"place": place},
                documents=len(part.looked),
                new=noted.new,
                moved=noted.moved,
                cleared=noted.cleared,
            )
            work.commit()
        count = with_outcomes(count._replace(looked=count.looked + len(part.looked)), outcomes)
        return with_noted(count, noted)
