"""Failed log-ins are counted per account and device and slow the next try; no account is locked any more."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1310"
down_revision = "20261127_1230"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; locks that run end."""
    op.create_table(
        "login_try",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "device", name="pk_login_try"),
    )
    op.create_index("ix_login_try_failed_at", "login_try", ["failed_at"])
    op.drop_column("staff", "locked_until")
    op.drop_column("staff", "failures")


def downgrade() -> None:
    """Undo; nothing that was counted is kept."""
    op.add_column("staff", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("staff", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_login_try_failed_at", "login_try")
    op.drop_table("login_try")
