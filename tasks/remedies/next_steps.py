"""Whatever is left of a plan, it is said who must act."""

from __future__ import annotations

from typing import Final

WHO: Final = {
    "not_yet_ripe": "nobody: its day has not come",
    "read_back_later": "nobody: it is read again after a while; run this again then",
    "work_order": "the role named: `gallra work-orders list`",
    "needs_a_person": "whoever may anonymise in Workbuster: `gallra status` says how",
    "still_there": "it is erased again by the next run; then the system's administrator",
    "kept": "the system's administrator: the system itself refuses",
    "could_not_look": "run this again; then the system's administrator",
    "overdue": "the role named, at once: the deadline has passed",
    "waits_for_others": "nobody: our own records go last",
}
"""Why an item is not proven yet (`tasks.erasing.execution.Why`) → who must do what."""
