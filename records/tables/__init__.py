"""Every table: which columns are clear, and which are sealed because they say who a person is."""

from __future__ import annotations

from records.tables import (
    incidents,
    notices,
)
from records.tables.assessments import assessment
from records.tables.barred import barred
from records.tables.base import KEYS, NOBODY, RECORDS, Id
from records.tables.consents import consent, seen_event
from records.tables.disclosures import concerned, disclosure, telling
from records.tables.files import alarm, file_import, handover, lease, staged_file, to_do
from records.tables.findings import finding, scanned
from records.tables.incidents import (
    incident,
    incident_entry,
    incident_report,
    incident_scope,
)
from records.tables.keys import data_key, epoch, named_key
from records.tables.letters import letter
from records.tables.people import blind_index, engagement, erasure_list, holding, shredding, subject
from records.tables.plans import approval, certificate, officer, plan, plan_item, work_order
from records.tables.processors import processor, processor_entry
from records.tables.proof import checkpoint, ledger_event, ledger_head
from records.tables.retention import (
    anchor,
    due,
    held,
    legal_hold,
    placement,
    relation,
    rules_in_force,
)
from records.tables.rights import rights_request, rights_step

__all__ = [
    "KEYS",
    "NOBODY",
    "RECORDS",
    "Id",
    "alarm",
    "anchor",
    "approval",
    "assessment",
    "barred",
    "blind_index",
    "certificate",
    "checkpoint",
    "concerned",
    "consent",
    "data_key",
    "disclosure",
    "due",
    "engagement",
    "epoch",
    "erasure_list",
    "file_import",
    "finding",
    "handover",
    "held",
    "holding",
    "incident",
    "incident_entry",
    "incident_report",
    "incident_scope",
    "incidents",
    "lease",
    "ledger_event",
    "ledger_head",
    "legal_hold",
    "letter",
    "named_key",
    "notices",
    "officer",
    "placement",
    "plan",
    "plan_item",
    "processor",
    "processor_entry",
    "relation",
    "rights_request",
    "rights_step",
    "rules_in_force",
    "scanned",
    "seen_event",
    "shredding",
    "staged_file",
    "subject",
    "telling",
    "to_do",
    "work_order",
]
