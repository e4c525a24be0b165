"""Least privilege in Microsoft 365: what the app's token says it may do, beside what it needs."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from typing import Any, Final

import orjson

from connectors.examination import Finding, State, What


class Need(StrEnum):
    """What a binding needs an app for."""

    FILES = "files"
    MAIL = "mail"
    READING = "reading"
    """Mail that is only looked through."""
    SENDING = "sending"


NARROW: Final = frozenset(
    {
        "Sites.Selected",
        "Lists.SelectedOperations.Selected",
        "ListItems.SelectedOperations.Selected",
        "Files.SelectedOperations.Selected",
    }
)
"""Nothing, until an administrator names one site, library, folder or file."""
_WHOLE_TENANT: Final = frozenset(
    {"Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"}
)
_NEEDED: Final[dict[Need, frozenset[str]]] = {
    Need.FILES: NARROW,
    Need.MAIL: frozenset({"Mail.ReadWrite"}),
    Need.READING: frozenset({"Mail.Read"}),
    Need.SENDING: frozenset({"Mail.Send"}),
}
_ROLE: Final = re.compile(r"[A-Za-z]{2,40}(\.[A-Za-z-]{2,40}){1,3}", re.ASCII)
_UNNAMED: Final = "…"
"""Stands for a role whose name is unlike Microsoft's: it is not shown."""


def rights(token: Callable[[], str], needs: Collection[Need]) -> Iterator[Finding]:
    """What the token tells. Its signature is not looked at and nothing is decided by it: Graph
    alone judges. `needs`: of every binding with this app. Raises as `token`."""
    claims = _claims(token())
    if claims is None:
        yield Finding(What.RIGHTS, State.ASK, "graph_rights_not_shown")
        return
    roles = _words(claims.get("roles"))
    if claims.get("scp"):
        yield Finding(What.RIGHTS, State.WRONG, "graph_acts_as_a_person")
    missing = list(_missing(roles, needs))
    yield from missing
    extra = roles - frozenset().union(*(_NEEDED[need] for need in needs))
    if extra:
        shown = sorted({role if _ROLE.fullmatch(role) else _UNNAMED for role in extra})
        whole = extra & _WHOLE_TENANT and Need.FILES in needs
        code = "graph_whole_tenant" if whole else "graph_rights_too_many"
        yield Finding(What.RIGHTS, State.WRONG, code, tuple(shown))
    if not missing and not extra:
        shown = sorted(roles)
        yield Finding(What.RIGHTS, State.OK, "graph_rights_fit", tuple(shown))
    if {Need.MAIL, Need.READING, Need.SENDING} & set(needs):
        everywhere = roles & {"Mail.Read", "Mail.ReadWrite", "Mail.Send"}
        # What Exchange itself gives an app (RBAC for Applications) is in no token.
        state, code = (
            (State.ASK, "mailboxes_perhaps_all")
            if everywhere
            else (State.OK, "mailboxes_by_exchange")
        )
        if everywhere or not missing:
            yield Finding(What.RIGHTS, state, code)


def _missing(roles: frozenset[str], needs: Collection[Need]) -> Iterator[Finding]:
    if Need.FILES in needs and not roles & (NARROW | _WHOLE_TENANT):
        yield Finding(What.RIGHTS, State.WRONG, "graph_files_missing")
    if Need.SENDING in needs and "Mail.ReadWrite" in roles and "Mail.Send" not in roles:
        yield Finding(What.RIGHTS, State.WRONG, "graph_sending_missing")
    if Need.MAIL in needs and "Mail.Send" in roles and "Mail.ReadWrite" not in roles:
        yield Finding(What.RIGHTS, State.WRONG, "graph_mail_missing")


def _claims(token: str) -> dict[str, Any] | None:
    """What stands in a token that is a JWT (RFC 7519); None: it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _words(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()
