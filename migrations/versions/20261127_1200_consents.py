"""What waits for a second person is a table of its own, for acts on rounds and on accounts alike.

Of an account it is known when its last one-time link was made; an installation begins with a link per first role.
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_1200"
down_revision = "20261127_1100"
branch_labels = None
depends_on = None

SHARED = "id, act, request, asked_by, asked_by_name, asked_at, decided_by, decided_at, granted"


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
    ]


def upgrade() -> None:
    """Apply; what waits goes on waiting."""
    op.create_table(
        "consent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        *_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_kind_subject_id"), "consent", ["kind", "subject_id"], unique=False)
    op.execute(f"INSERT INTO consent (kind, subject_id, {SHARED}) SELECT 'round', round_id, {SHARED} FROM approval")
    op.drop_index(op.f("ix_approval_round_id"), table_name="approval")
    op.drop_table("approval")
    op.add_column("staff", sa.Column("linked_at", UtcDateTime(), nullable=True))
    op.add_column("invitation", sa.Column("role", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE invitation SET role = 'organiser' WHERE staff_id IS NULL")


def downgrade() -> None:
    """Undo; requests about accounts are forgotten."""
    op.drop_column("invitation", "role")
    op.drop_column("staff", "linked_at")
    op.create_table(
        "approval",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        *_columns(),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_approval_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_round_id"), "approval", ["round_id"], unique=False)
    op.execute(
        f"INSERT INTO approval (round_id, {SHARED}) SELECT subject_id, {SHARED} FROM consent"
        " WHERE kind = 'round' AND subject_id IN (SELECT id FROM round)"
    )
    op.drop_index(op.f("ix_consent_kind_subject_id"), table_name="consent")
    op.drop_table("consent")
