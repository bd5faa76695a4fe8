"""Unknown slip codes by the minute, of all nodes of one database."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1460"
down_revision = "20261127_1385"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unknown_code_count",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_unknown_code_count"),
    )


def downgrade() -> None:
    """Undo; the counts of one hour are gone."""
    op.drop_table("unknown_code_count")
