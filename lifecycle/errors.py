"""Bad input gets a clear, typed error that names a reason and a reference, never a person.

Callers choose by type what to do next:

    GallraError
    ├── Refused          the input or the request is not acceptable; nothing was changed
    │   └── FileRefused      a staged file is not readable as an export (intake vocabulary)
    ├── Retryable        nothing is wrong that time does not mend; run again
    │   ├── Busy             somebody else holds the lease
    │   ├── Changed          the outer object is no longer the version we decided on
    │   └── Unreachable      a system did not answer
    ├── NotProven        the effect could not be verified by reading back
    ├── LedgerFailure    the ledger or its witness cannot be written or does not verify
    ├── KeyFailure       a key is missing, unreadable or does not fit
    └── Misconfigured    settings, policy or bindings are wrong; `gallra doctor` says how to mend it
"""

from __future__ import annotations


class GallraError(Exception):
    """The root of every error that Gallra raises on purpose.

    `code` is a lower-case reason code out of a fixed vocabulary. `ref` is an opaque reference
    (`F-…`, `S-…`, `P-…`) or a configuration name. `counts` are numbers. Nothing else may be
    carried: the text of an exception ends in logs and in Prefect's database (design §5).
    """

    def __init__(self, code: str, /, *, ref: str | None = None, **counts: int) -> None:
        self.code = code
        self.ref = ref
        self.counts = counts
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [self.code]
        if self.ref is not None:
            parts.append(self.ref)
        parts.extend(f"{name}={value}" for name, value in sorted(self.counts.items()))
        return " ".join(parts)


class Refused(GallraError):
    """The input or the request is not acceptable; nothing was changed."""


class FileRefused(Refused):
    """A staged file is not readable as an export; `code` is a `FileReason` value."""


class Retryable(GallraError):
    """Nothing is wrong that time does not mend: the same call may succeed later."""


class Busy(Retryable):
    """Somebody else holds the lease on the same thing."""


class Changed(Retryable):
    """The outer object is no longer the version that was decided on; nothing was done to it."""


class Unreachable(Retryable):
    """An outer system did not answer or could not be reached."""


class NotProven(GallraError):
    """An effect was asked for but reading back does not show it."""


class LedgerFailure(GallraError):
    """The ledger or its witness cannot be written, or it does not verify."""


class KeyFailure(GallraError):
    """A key is missing, cannot be read, or does not fit what it should open."""


class Misconfigured(GallraError):
    """Settings, policy or bindings are wrong; `gallra doctor` says how to mend it."""
