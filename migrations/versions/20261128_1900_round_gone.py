"""Purged rounds are noted until their box and key part are destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1900"
down_revision = "20261128_1800"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "round_gone",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_round_gone"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("round_gone")
