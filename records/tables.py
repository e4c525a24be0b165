"""Every table: which columns are clear, and which are sealed because they say who a person is.

Two databases. `RECORDS` holds references, anchors and sealed holdings; `KEYS` holds the wrapped
data keys, so that a backup of the records holds no key (design §4). A column that carries
personal data says so: `info={"sealed": True}`; a keyed digest says `info={"keyed": True}`.
Instants are UTC ISO 8601 texts with microseconds, dates are ISO texts: both databases compare
them alike.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""63 bits; on SQLite the plain INTEGER that makes a primary key the row id itself."""

NOBODY = 0
"""The subject of a case whose person was erased: number, date and project stay (A-108)."""

RECORDS = MetaData()
KEYS = MetaData()

# --- people ---------------------------------------------------------------------------------

subject = Table(
    "subject",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

blind_index = Table(
    "blind_index",
    RECORDS,
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("kind", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    PrimaryKeyConstraint("digest", "kind", "subject_id"),
    Index("blind_index_subject", "subject_id"),
    sqlite_with_rowid=False,
)
"""Lookup by national id or e-mail; the controller is part of the digest."""

engagement = Table(
    "engagement",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("started_on", Text, nullable=False),
    Column("ends_on", Text),
    Column("broke_off_on", Text),
    UniqueConstraint("controller", "case_reference", "service", name="engagement_case"),
    Index("engagement_subject", "subject_id"),
)
"""A case × service: clear, because case number, date and project are what may stay (A-108)."""

holding = Table(
    "holding",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("subject_id", Id, nullable=False),
    Column("engagement_id", Id),
    Column("category", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Index("holding_subject", "subject_id"),
)
"""The unit of sealing and shredding: one subject × one category (× one case). `digest` is keyed
and bound to the subject: it tells "unchanged" without opening."""

shredding = Table(
    "shredding",
    RECORDS,
    Column("holding_id", Id, primary_key=True, autoincrement=False),
)
"""Holdings whose row is gone and whose key must still be destroyed: emptied by recovery."""

erasure_list = Table(
    "erasure_list",
    RECORDS,
    Column("digest", LargeBinary, primary_key=True, info={"keyed": True}),
    Column("erased_at", Text, nullable=False),
)
"""Keyed hashes of national ids that outlive the person: replayed after a restore, checked at
import."""

# --- files and hand-over --------------------------------------------------------------------

staged_file = Table(
    "staged_file",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("item_digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("version", Text, nullable=False),
    Column("sealed_name", LargeBinary, info={"sealed": True}),
    Column("size", BigInteger, nullable=False),
    Column("arrived_at", Text, nullable=False),
    Column("first_seen_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("sha256", Text),
    Column("import_id", Id),
    Column("deleted_at", Text),
    Column("occupied_since", Text),
    Column("first_version_id", Id),
    UniqueConstraint("place", "item_digest", "version", name="staged_file_item"),
    Index("staged_file_state", "state"),
)
"""One appearance of a file in a staging folder. States: seen → judged → deleting → deleted.
A file that is overwritten is a new version and keeps `occupied_since` and `first_version_id` of
the first: since then something has lain under this name without a gap."""

file_import = Table(
    "file_import",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("stored_at", Text, nullable=False),
    Column("verified_at", Text),
    Column("counts", LargeBinary, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    UniqueConstraint("controller", "sha256", name="file_import_bytes"),
)
"""The import of certain bytes, once and for all. States: stored → waiting → verified.
`rows`: the report's row outcomes, compressed; no value in it."""

handover = Table(
    "handover",
    RECORDS,
    Column("import_id", Id, ForeignKey("file_import.id"), nullable=False),
    Column("engagement_id", Id, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "engagement_id"),
    sqlite_with_rowid=False,
)
"""Intent: this case of this file must be in the case system. `pending` (new or changed) or
`unchanged` (only look), then `verified`."""

lease = Table(
    "lease",
    RECORDS,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

to_do = Table(
    "to_do",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    UniqueConstraint("controller", "kind", "ref", name="to_do_once"),
)
"""What a person must do: `export_again`, `quarantined_rows`, `import_into_workbuster`,
`not_verified`, `anonymise_in_workbuster`, `incident_draft`, `restored_without_key`."""

alarm = Table(
    "alarm",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("cleared_at", Text),
    Column("telling_at", Text),
    Column("told_at", Text),
    Index(
        "alarm_standing",
        "controller",
        "kind",
        "ref",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
)
"""`telling_at`: when a mail about it was about to be sent; `told_at`: when the server took it."""

# --- retention --------------------------------------------------------------------------------

placement = Table(
    "placement",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Column("categories", Text, nullable=False),
    Column("active_on", Text),
    Column("seen_at", Text, nullable=False),
    UniqueConstraint("controller", "system", "digest", name="placement_record"),
    Index("placement_subject", "subject_id"),
)
"""One record about one person in one outer system (A-75), as the last inventory saw it. `sealed`:
the system's own key of the record; `kind`: as what the person stands there; `categories`: words
apart by blanks, sorted; `active_on`: when the person last did something there."""

relation = Table(
    "relation",
    RECORDS,
    Column("subject_id", Id, nullable=False),
    Column("to_id", Id, nullable=False),
    PrimaryKeyConstraint("subject_id", "to_id"),
    Index("relation_to", "to_id"),
    sqlite_with_rowid=False,
)
"""`subject_id` is known only because of `to_id`: a parent because of a pupil (H-84)."""

anchor = Table(
    "anchor",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("placement_id", Id, nullable=False),
    Column("event", Text, nullable=False),
    Column("on_date", Text),
    PrimaryKeyConstraint("subject_id", "placement_id", "event"),
    sqlite_with_rowid=False,
)
"""Events that time is counted from. `placement_id` 0: of the person, the latest of all sources;
without a date as long as one source has none. -1: of those through whom a relative is known."""

due = Table(
    "due",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("anchor_on", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("placement_id", Id, nullable=False),
    Column("done_at", Text),
    PrimaryKeyConstraint("subject_id", "placement_id", "rule"),
    Index(
        "due_open",
        "controller",
        "rule",
        "anchor_on",
        "subject_id",
        "placement_id",
        "done_at",  # always NULL here; without it SQLite looks every row up to see that
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    sqlite_with_rowid=False,
)
"""What a rule will ask for, by the date it counts from: finding what is due costs what is due."""

rules_in_force = Table(
    "rules_in_force",
    RECORDS,
    Column("controller", Text, primary_key=True),
    Column("policy_sha256", Text, nullable=False),
)
"""The policy that `due` was written for: another one means that it is written anew."""

legal_hold = Table(
    "legal_hold",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("placed_at", Text, nullable=False),
    Column("review_on", Text, nullable=False),
    Column("released_at", Text),
    Column("released_by", Text),
)
"""Why something is kept longer, who decided it, and when that is looked at again (A-73, A-74)."""

held = Table(
    "held",
    RECORDS,
    Column("hold_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("category", Text, nullable=False),
    PrimaryKeyConstraint("hold_id", "subject_id", "category"),
    Index("held_subject", "subject_id"),
    sqlite_with_rowid=False,
)
"""What a hold keeps: a person's category, or all of them (`*`)."""

officer = Table(
    "officer",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Column("last_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
    Column("added_at", Text, nullable=False),
    Column("removed_at", Text),
    UniqueConstraint("controller", "handle", name="officer_handle"),
)
"""Who may approve. `sealed`: the secret of the one-time codes; `last_step`: the newest time step
whose code was used, so that none is used twice."""

plan = Table(
    "plan",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("policy_sha256", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("approvals", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("closed_at", Text),
    Column("about_id", Id, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Index("plan_state", "controller", "state"),
)
"""States: drawn → approved → executing → proven; or declined, void, superseded. `about_id`: the
one person of a request, else 0; `counts`: canonical JSON, numbers only."""

plan_item = Table(
    "plan_item",
    RECORDS,
    Column("plan_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("placement_id", Id, nullable=False),
    Column("system", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("stays", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("ripe_on", Text),
    Column("last_day", Text),
    Column("reason", Text),
    Column("state", Text, nullable=False),
    Column("acted_at", Text),
    Column("answer", Text),
    Column("proven_at", Text),
    Column("digest", LargeBinary, info={"keyed": True}),
    PrimaryKeyConstraint("plan_id", "number"),
    Index("plan_item_subject", "subject_id"),
    Index("plan_item_state", "plan_id", "state", "system"),
    sqlite_with_rowid=False,
)
"""One person × one system × what goes there (or stays, and why). States of what goes: planned →
intended → acted → proven. After the person is gone the reference says nothing any more. `digest`:
of what a disclosure takes from an outer system, under a key that goes with the disclosure."""

approval = Table(
    "approval",
    RECORDS,
    Column("plan_id", Id, nullable=False),
    Column("officer_id", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("plan_hash", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    PrimaryKeyConstraint("plan_id", "officer_id"),
    sqlite_with_rowid=False,
)
"""One person's yes or no to exactly the plan with that hash; no person twice."""

work_order = Table(
    "work_order",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("plan_id", Id, nullable=False),
    Column("system", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("sealed", LargeBinary, info={"sealed": True}),
    Column("reminded_on", Text),
    Column("done_at", Text),
    Column("done_by", Text),
    Column("evidence", Text),
    Column("confirmed_at", Text),
    Column("confirmed_by", Text),
    UniqueConstraint("plan_id", "system", name="work_order_once"),
)
"""What a person must weed by hand, until when, with which evidence (SHA-256 of a file, or a word),
and who looked a second time. `sealed`: whose papers they are, under a key of its own that goes when
the order is confirmed."""

certificate = Table(
    "certificate",
    RECORDS,
    Column("plan_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("issued_at", Text, nullable=False),
)
"""Exists only when every item of the plan is proven. Canonical JSON, free of personal data."""

# --- disclosures ------------------------------------------------------------------------------

disclosure = Table(
    "disclosure",
    RECORDS,
    Column("plan_id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("contact_digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("channel", Text, nullable=False),
    Column("password_by", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("categories", Text, nullable=False),
    Column("cases", Text),
    Column("purpose", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("until_on", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sealed", LargeBinary, info={"sealed": True}),
    Column("sealed_handle", LargeBinary, info={"sealed": True}),
    Column("sent_at", Text),
    Column("password_at", Text),
    Column("ended_at", Text),
    Column("ended_by", Text),
    Column("reminded_on", Text),
    Index("disclosure_stage", "controller", "stage"),
)
"""What a disclosure's approval is bound to beside its items, and where it stands. `contact_digest`:
of the addresses, which stand in the bindings alone. `sealed`: what the password is made of, until
it has arrived; `sealed_handle`: where the channel put it; `attempt`: how often a person found out
that something had not arrived, so that a channel does not take the next one for the same. `cases`:
of people who were chosen by case the only ones of which anything is disclosed."""

telling = Table(
    "telling",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("disclosure_id", Id, nullable=False),
    Column("cause_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("done_at", Text),
    Column("done_by", Text),
    Column("because", Text, nullable=False, server_default="erased"),
    Column("how", Text),
    UniqueConstraint("disclosure_id", "cause_id", name="telling_once"),
)
"""A recipient must be told that data of people of a disclosure was erased by a plan, rectified by
an import, or rectified or restricted as somebody says (art. 19). `cause_id`: the plan, the import,
or a number of its own; `number`: how many people; `how`: by letter or by a person, once a run has
seen to it."""

concerned = Table(
    "concerned",
    RECORDS,
    Column("telling_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("categories", Text, nullable=False),
    PrimaryKeyConstraint("telling_id", "subject_id"),
    sqlite_with_rowid=False,
)
"""Whom a telling of a rectification or a restriction is about, and which categories of what was
disclosed. Of an erasure its plan says that."""

# --- where data lies, and who has access ---------------------------------------------------------

finding = Table(
    "finding",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("bytes_digest", LargeBinary, info={"keyed": True}),
    Column("sealed", LargeBinary, info={"sealed": True}),
    Column("sign", Text, nullable=False),
    Column("worth", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_seen_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cleared_at", Text),
    Column("order_id", Id, nullable=False, server_default="0"),
    Column("agreed_at", Text),
    Column("agreed_by", Text),
    UniqueConstraint("controller", "place", "digest", "sign", name="finding_once"),
    Index("finding_state", "controller", "state", "place"),
)
"""Something of a kind (`sign`) that may not be where it is, `number` times: in a document, in a
field of a record, or an account that should not be. `worth`: the class of the data; `sealed`: the
path, or the system's key, dropped when it is cleared; `bytes_digest`: knows a document again that
was moved; `order_id`: the work order that mends it, 0 before there is one; `agreed_by`: the officer
who agreed that the account is removed. States: open → cleared; an account also open → agreed →
intended → cleared."""

scanned = Table(
    "scanned",
    RECORDS,
    Column("controller", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, info={"keyed": True}),
    Column("version", Text, nullable=False),
    Column("policy_sha256", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("shows", Text),
    PrimaryKeyConstraint("controller", "place", "digest"),
    sqlite_with_rowid=False,
)
"""Which version of a document was looked at under which policy and words: it is not opened again
until either changes. `outcome`: `looked`, or why nobody could look; `shows`: signs of a person, or
`unread`: then with whom it is shared is asked each time; "" or none: nothing."""

# --- proof ----------------------------------------------------------------------------------

ledger_event = Table(
    "ledger_event",
    RECORDS,
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
)
"""`body`: canonical JSON, free of personal data; `link`: HMAC of the previous link and the body."""

ledger_head = Table(
    "ledger_head",
    RECORDS,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    RECORDS,
    Column("size", BigInteger, nullable=False),
    Column("sink", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("witnessed_at", Text, nullable=False),
    PrimaryKeyConstraint("size", "sink", "witnessed_at"),
)
"""Checkpoints that a witness took. A convenience: proof is what lies with the witness."""

# --- keys (the other database) --------------------------------------------------------------

epoch = Table(
    "epoch",
    KEYS,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("destroyed_at", Text),
)
"""Epochs of the key-encryption key: current → retiring → destroyed."""

data_key = Table(
    "data_key",
    KEYS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One data key per holding, wrapped (AES-KW) by the KEK of its epoch."""

named_key = Table(
    "named_key",
    KEYS,
    Column("name", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Keys of the house, wrapped likewise: `index`, `ledger`, `signing`, `names`."""
