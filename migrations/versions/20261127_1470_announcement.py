"""What stands beside an announced result, and which object the hall screen shows."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1470"
down_revision = "20261127_1461"
branch_labels = None
depends_on = None

WORDS = ("name", "held_on", "number", "office", "issued_on", "posted_until", "contact")


def upgrade() -> None:
    """Make the table; results of before have nothing beside them."""
    op.create_table(
        "announcement",
        sa.Column("round_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in WORDS),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_announcement_round_id"),
        sa.PrimaryKeyConstraint("round_id", name="pk_announcement"),
    )


def downgrade() -> None:
    """Undo; what was typed is gone."""
    op.drop_table("announcement")
