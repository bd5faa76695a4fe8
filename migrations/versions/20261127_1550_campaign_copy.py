"""A campaign may have been set up like another one."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1550"
down_revision = "20261127_1545"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add which campaign it was, and what was not taken over."""
    op.create_table(
        "campaign_copy",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_campaign_copy_campaign_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["campaign.id"], name="fk_campaign_copy_source_id"),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_campaign_copy"),
    )
    op.create_index("ix_campaign_copy_source_id", "campaign_copy", ["source_id"])


def downgrade() -> None:
    """Undo; which campaign followed which is forgotten."""
    op.drop_index("ix_campaign_copy_source_id", "campaign_copy")
    op.drop_table("campaign_copy")
