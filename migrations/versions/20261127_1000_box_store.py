"""Codes and envelopes leave the desk: each box is a store of its own; acts on its gate are written down first.

Refused while a round is open or sealed. Rounds that wait to be opened go back to frozen without slips and keys.
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_1000"
down_revision = "20261127_0910"
branch_labels = None
depends_on = None

UNDER_WAY = "a round is open or sealed: finish it with the version that began it before the schema is changed"
RESET = tuple(
    f"DELETE FROM {table} WHERE round_id IN (SELECT id FROM round WHERE state = 'ready')"
    for table in ("key_holder", "round_key", "slip_count", "slip_batch")
)
USED = (
    "SELECT slip_code.round_id, slip_code.group_id, count(*) FROM slip_code"
    " WHERE slip_code.state = 3 GROUP BY slip_code.round_id, slip_code.group_id"
)


def upgrade() -> None:
    """Apply; RuntimeError while a round is open or sealed."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT count(*) FROM round WHERE state IN ('open', 'sealed')")):
        raise RuntimeError(UNDER_WAY)
    op.add_column("round", sa.Column("slips_void", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "round_intent",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("expects", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_intent_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_intent")),
    )
    rounds = sa.table("round", sa.column("id"), sa.column("state"), sa.column("slips_void", sa.Boolean()))
    printed = sa.select(sa.column("round_id")).select_from(sa.table("slip_batch"))
    op.execute(rounds.update().where(rounds.c.state == "ready", rounds.c.id.in_(printed)).values(slips_void=True))
    for statement in RESET:
        op.execute(statement)
    _keep_used(connection)
    op.drop_index(op.f("ix_slip_code_code_hash"), table_name="slip_code")
    op.drop_table("slip_code")
    op.drop_table("envelope")


def _keep_used(connection: sa.Connection) -> None:
    """Write down how many codes of finished rounds were spent, now that the codes go."""
    known = {tuple(row) for row in connection.execute(sa.text("SELECT round_id, group_id FROM slip_count"))}
    for round_id, group_id, used in connection.execute(sa.text(USED)).all():
        values = {"round": round_id, "group": group_id, "used": used}
        if (round_id, group_id) in known:
            change = "UPDATE slip_count SET used = :used WHERE round_id = :round AND group_id = :group"
        else:
            change = (
                "INSERT INTO slip_count (round_id, group_id, spare, handed_back, used)"
                " SELECT id, :group, 0, 0, :used FROM round WHERE id = :round"
            )
        connection.execute(sa.text(change), values)


def downgrade() -> None:
    """Undo; the codes and envelopes of boxes do not come back."""
    op.create_table(
        "envelope",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "id", name=op.f("pk_envelope")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slip_code",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "code_hash", name=op.f("pk_slip_code")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_slip_code_code_hash"), "slip_code", ["code_hash"], unique=False)
    op.drop_table("round_intent")
    op.drop_column("round", "slips_void")
