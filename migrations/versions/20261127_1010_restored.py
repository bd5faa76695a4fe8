"""An installation that was restored is marked until two people have accepted what that means."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_1010"
down_revision = "20261127_1000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "restored",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=False),
        sa.Column("backed_up_at", UtcDateTime(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("first_by", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("second_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restored")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("restored")
