"""Heads of units sign off plans and completions; a campaign may ask for it. Nothing is asked of those there are."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_1589"
down_revision = "20261127_1587"
branch_labels = None
depends_on = None

SIGNED = ("plan", "remedial_action")


def upgrade() -> None:
    """Add who heads a unit, what a campaign asks for, and the signatures."""
    op.create_table(
        "unit_head",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_head_unit_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_unit_head_staff_id"),
        sa.PrimaryKeyConstraint("unit_id", name="pk_unit_head"),
    )
    op.create_table(
        "signing_rule",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_signing_rule_campaign_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_signing_rule"),
    )
    op.create_table(
        "plan_page",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_page_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_page"),
    )
    op.create_index("ix_plan_page_plan_id", "plan_page", ["plan_id"])
    for table in SIGNED:
        for name in ("signed_how", "signed_by", "signed_by_id"):
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.add_column(table, sa.Column("signed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Undo; who has signed stays in the entries of actions."""
    for table in SIGNED:
        for name in ("signed_on", "signed_by_id", "signed_by", "signed_how"):
            op.drop_column(table, name)
    op.drop_table("plan_page")
    op.drop_table("signing_rule")
    op.drop_table("unit_head")
