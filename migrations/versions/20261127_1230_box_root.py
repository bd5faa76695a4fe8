"""The root over the envelopes of a closed box, and the list of their receipts, which outlive the box."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1230"
down_revision = "20261127_1220"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; rounds that were closed before have no root."""
    op.create_table(
        "box_root",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("round.id", name="fk_box_root_round_id"), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("receipts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_box_root"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("box_root")
