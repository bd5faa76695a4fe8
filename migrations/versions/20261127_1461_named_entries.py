"""Named scores, points and awards of a round: who entered what, and when."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1461"
down_revision = "20261127_1460"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "named_entry",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_named_entry_round_id"),
        sa.PrimaryKeyConstraint("round_id", "object_id", "part", name="pk_named_entry"),
    )


def downgrade() -> None:
    """Undo; the log keeps who entered what."""
    op.drop_table("named_entry")
