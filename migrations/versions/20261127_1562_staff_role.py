"""An account has a set of roles; those there are keep the one they have."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1562"
down_revision = "20261127_1550"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move each account's role into a table of its own, and note when an account is given one."""
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_role_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", "role", name="pk_staff_role"),
    )
    op.execute("INSERT INTO staff_role (staff_id, role) SELECT id, role FROM staff")
    op.drop_column("staff", "role")
    op.add_column("staff", sa.Column("roles_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo; of several roles an account keeps the one that stands last here: an office's before organising."""
    op.add_column("staff", sa.Column("role", sa.Text(), nullable=False, server_default=""))
    for role in ("leader", "liaison", "supervisor", "scrutineer", "organiser", "auditor", "sysadmin", "secadmin"):
        op.execute(
            f"UPDATE staff SET role = '{role}' WHERE id IN (SELECT staff_id FROM staff_role WHERE role = '{role}')"
        )
    op.drop_column("staff", "roles_at")
    op.drop_table("staff_role")
