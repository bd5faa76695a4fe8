"""An object of a campaign may be an action of the ledger, so that a vote says what people think of it."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1587"
down_revision = "20261127_1585"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "action_vote",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_action_vote_unit_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_action_vote_campaign_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["action_id"], ["remedial_action.id"], name="fk_action_vote_action_id"),
        sa.PrimaryKeyConstraint("unit_id", name="pk_action_vote"),
    )
    op.create_index("ix_action_vote_campaign_id", "action_vote", ["campaign_id"])
    op.create_index("ix_action_vote_action_id", "action_vote", ["action_id"])


def downgrade() -> None:
    """Undo; results of such votes stay, their actions are forgotten."""
    op.drop_table("action_vote")
