"""A checkpoint is mailed to the data protection officer, who keeps it away from this host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connectors.smtp import Mailbox
from lifecycle.checkpoint import Checkpoint
from lifecycle.errors import LedgerFailure, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWitness(Mailbox):
    """A mail to the data protection officer with the checkpoint attached."""

    def take(self, text: str, *, size: int) -> None:
        """Send `text`; returns when the server has taken responsibility for it.

        Never repeated by itself: a second mail would be harmless, a retry loop would not.
        Raises `LedgerFailure`: `checkpoint_malformed`, `witness_without_tls`,
        `witness_tls_failed`, `witness_login`, `witness_refused`, `witness_unreachable`.
        """
        if Checkpoint.parse(text).size != size:
            raise LedgerFailure("checkpoint_malformed")
        message = self.letter(
            subject=f"Gallra: ledger checkpoint {size}", text=_EXPLANATION.format(size=size) + text
        )
        # As bytes: a text part might come out with other line ends than were signed.
        message.add_attachment(
            text.encode(),
            maintype="application",
            subtype="octet-stream",
            filename=f"checkpoint-{size}.txt",
        )
        failure: str | None = None
        try:
            self.send(message)
        except Unreachable as refusal:
            failure = refusal.code
        if failure is not None:
            raise LedgerFailure(failure.replace("mail_", "witness_", 1))


_EXPLANATION: Final = """\
Keep this mail. It shows how long the ledger of personal-data operations was at this moment, and
it holds no personal data. To prove that nothing in the ledger was changed since, save the
attached file and have somebody run:

    gallra ledger verify --checkpoint checkpoint-{size}.txt

"""
