"""The messages of mailboxes are looked through page by page: of those before, nothing is kept but
that they are there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Final

from connectors.documents import Document
from records import findings
from records.engines import reading
from tasks.placing.documents import DocumentScan
from tasks.placing.notes import ScanCount, finish

_PAGE: Final = 100
"""Messages that are looked at before what was found is written down."""


class MessageScan(DocumentScan):
    """A look through a place whose documents keep their keys wherever they are moved.

    A new key is a new document, so nothing has to be known of all of them before the first is
    looked at: a mailbox of any size costs a digest of each message.
    """

    def scan(self) -> ScanCount:
        """Raises `Unreachable`: what was written until then stays, the next look goes on."""
        house, place = self._house, self._place
        with reading(house.engine) as connection:
            ledge = self._ledge(connection)
        count = ScanCount()
        listed: set[bytes] = set()
        waiting = house.scans[place].documents.documents()
        while documents := list(islice(waiting, _PAGE)):
            page = self._page(documents, besides=listed)
            listed |= page.keys()
            with reading(house.engine) as connection:
                before = findings.looked_before(
                    connection, controller=house.controller, place=place, digests=page
                )
            changed, count = self._sorted_out(page, before, count)
            if changed:
                count = self._write(ledge, self._look(changed), count, gone_from=set())
        with reading(house.engine) as connection:
            gone = findings.digests_looked(connection, controller=house.controller, place=place)
            gone = (gone | ledge.digests()) - listed
        if gone:
            # What is moved while a list is read may be missed: nothing is gone by one list.
            gone -= {
                self._digest(document) for document in house.scans[place].documents.documents()
            }
        self._forget(gone)
        return finish(house, place, ledge, count, gone=gone)

    def _page(self, documents: list[Document], *, besides: set[bytes]) -> Mapping[bytes, Document]:
        """The documents of a page by their digests; those met before count once."""
        return {
            digest: document
            for document in documents
            if (digest := self._digest(document)) not in besides
        }
