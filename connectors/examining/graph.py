"""OneDrive, SharePoint and Outlook: what the app may do there, and whether it can forget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.examination import Finding, PlaceExaminer, State, What, finding_of, looked
from connectors.examining.graph_rights import Need, rights
from connectors.graph_client import GraphClient, asking
from connectors.graph_credentials import Secrets, token_of
from connectors.onedrive import CloudStaging, opened_folder
from connectors.outlook_client import outlook_client
from connectors.outlook_mail import IMMUTABLE, KEPT, Mailbox, marks
from lifecycle.bindings.onedrive import DriveFolder, GraphApp
from lifecycle.errors import GallraError, Misconfigured, NotProven

_MARK = "gallra-probe"


def onedrive(
    binding: DriveFolder, *, name: str, secrets: Secrets, needs: frozenset[Need], puts: bool = True
) -> PlaceExaminer:
    """A folder in OneDrive; `puts`: files are put and deleted there."""
    folder = opened_folder(binding, secrets=secrets, system=name)

    def reach() -> None:
        folder.require()
        next(folder.children(folder.folder), None)

    return PlaceExaminer(
        reach=reach,
        rights=lambda: _rights(binding, secrets=secrets, name=name, needs=needs),
        copies="onedrive_copies",
        staging=CloudStaging(folder, place=name) if puts else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookExaminer:
    """Mailboxes, those that are searched or the one that sends."""

    binding: GraphApp
    name: str
    secrets: Secrets
    mailboxes: tuple[str, ...]
    needs: frozenset[Need]
    puts: bool = True
    """Whether anything is sent or purged there; else it is only read."""

    def examine(self, *, probe: bool) -> Iterator[Finding]:
        """Every mailbox reached; rights by the token; with `probe` a draft in the first one."""
        client = outlook_client(self.binding, secrets=self.secrets, system=self.name)
        reached = looked(What.REACHED, lambda: self._reach(client), code="answers")
        yield reached
        fine = reached.state is State.OK
        try:
            for found in _rights(
                self.binding, secrets=self.secrets, name=self.name, needs=self.needs
            ):
                # No right in the token and no mailbox reached: then Exchange gave none either.
                if fine or found.state is not State.OK:
                    yield found
        except GallraError as error:
            if fine:
                yield finding_of(What.RIGHTS, error)
        if not fine or not self.puts:
            return
        if probe:
            box = Mailbox(client, self.mailboxes[0])
            yield looked(What.DELETION, lambda: self._draft_and_purge(box), code="mail_is_purged")
        else:
            yield Finding(What.DELETION, State.ASK, "deletion_not_tried")
        yield Finding(What.COPIES, State.ASK, "mail_copies")

    def _reach(self, client: GraphClient) -> None:
        with client.session():
            for address in self.mailboxes:
                box = Mailbox(client, address)
                if box.folder("drafts") is None:
                    raise Misconfigured("mailbox_not_found", ref=self.name)
                next(box.every((), at_once=1), None)

    def _draft_and_purge(self, box: Mailbox) -> None:
        """A draft to nobody that says nothing; what a killed look left goes first."""
        with box.client.session():
            left = [str(one["id"]) for one in box.marked(_MARK, exactly=True)]
            body = {
                "subject": _MARK,
                "body": {"contentType": "text", "content": ""},
                "toRecipients": [],
                "singleValueExtendedProperties": marks(_MARK),
            }
            info = asking(box.user.messages, "POST")
            made = box.client.parsed(box.client.send(info, body, headers=IMMUTABLE))
            kept = [box.purge(number).status in KEPT for number in (*left, str(made["id"]))]
            still = any(not box.is_purged(one) for one in box.marked(_MARK, exactly=True))
            if any(kept) or still:
                raise NotProven("deletion_refused", ref=self.name)


def _rights(
    binding: GraphApp, *, secrets: Secrets, name: str, needs: frozenset[Need]
) -> Iterator[Finding]:
    yield from rights(token_of(binding, secrets=secrets, system=name), needs)
    if binding.secret is not None and not binding.on_loopback:
        yield Finding(What.RIGHTS, State.ASK, "graph_secret_not_certificate")
