"""The canonical names of what an export may tell; which of them are kept stands in the policy."""

from __future__ import annotations

from typing import Final

NATIONAL_ID: Final = "national_id"
CASE_REFERENCE: Final = "case_reference"
GIVEN_NAME: Final = "given_name"
FAMILY_NAME: Final = "family_name"
EMAIL: Final = "email"
SERVICE: Final = "service"
START: Final = "start_date"
END: Final = "end_date"
BREAK_OFF: Final = "break_off_date"
EXPORTED_BEFORE: Final = "exported_before"

PROJECT_FIELDS: Final = ("project", "unit", "track_code")
"""A case's project is the first of these columns that the sheet has."""

FIELDS: Final = frozenset(
    {
        CASE_REFERENCE,
        "order_number",
        GIVEN_NAME,
        FAMILY_NAME,
        NATIONAL_ID,
        "street_address",
        "delivery_address",
        "postal_code",
        "city",
        "phone",
        EMAIL,
        SERVICE,
        "level",
        "language_support",
        START,
        END,
        "supplier_id",
        "organisation_number",
        "track_code",
        "unit",
        "interpreter_need",
        "attendance_rate",
        BREAK_OFF,
        EXPORTED_BEFORE,
        "supervisor",
        "extension",
        "final_report",
        "result_report",
        "project",
    }
)
"""Every field name that a policy's column may bear."""
