"""Second factors: a secret shared with the owner's phone, and codes that stand in for it once."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1360"
down_revision = "20261127_1350"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody has a second factor."""
    op.create_table(
        "second_factor",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_second_factor_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_recovery_code_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])


def downgrade() -> None:
    """Undo; whoever had a second factor logs in by password alone."""
    op.drop_index("ix_recovery_code_staff_id", "recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
