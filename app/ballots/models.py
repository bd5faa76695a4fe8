"""The three tables of a box store, all on the ballot side (SEC-06). They stand apart from the desk's tables.

The schema name is replaced by the box's own: ``main`` of its SQLite file, ``box_<round>`` on PostgreSQL.
"""

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

SCHEMA = "box"
METADATA = MetaData(schema=SCHEMA)

GATE = Table(
    "gate",
    METADATA,
    Column("round_id", Text, primary_key=True),
    Column("format", Integer, nullable=False),
    Column("state", Integer, nullable=False),
    Column("closes_at", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Column("groups", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("paper_hash", Text, nullable=False),
    Column("paper", Text, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""One row. ``closes_at``: ISO 8601, empty for none; ``counts``: ``domain.pack_counts`` in the order of ``groups``;
``tag``: see ``Tags.gate``."""
TAGGED = tuple(
    GATE.c[name]
    for name in ("round_id", "format", "state", "closes_at", "intent", "groups", "public_key", "paper_hash", "counts")
)
"""What the gate's tag is made of, in this order; the last, the counts, only of a box that is closed."""

CODE = Table(
    "code",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("group_id", Text, nullable=False),
    Column("batch_id", Text, nullable=False),
    Column("state", Integer, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A one-time code, only as its HMAC. ``state``: see ``domain.CodeState``."""

ENVELOPE = Table(
    "envelope",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("group_id", Text, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A sealed ballot. Its id is the voter's receipt."""
