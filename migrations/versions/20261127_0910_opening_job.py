"""Give the opening of a box a process of its own: its row, and the shares sealed to it."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_0910"
down_revision = "20261127_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "opening_job",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("round.id", name="fk_opening_job_round_id"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_opening_job"),
    )
    job = sa.ForeignKey("opening_job.round_id", name="fk_opening_share_round_id")
    op.create_table(
        "opening_share",
        sa.Column("round_id", sa.Text(), job, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "number", name="pk_opening_share"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("opening_share")
    op.drop_table("opening_job")
