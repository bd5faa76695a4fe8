"""English names of what voters read, by campaign and Chinese name."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1385"
down_revision = "20261127_1380"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; papers that are frozen already stay as they are."""
    op.create_table(
        "english_name",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("english", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_english_name_campaign_id"),
        sa.PrimaryKeyConstraint("campaign_id", "name", name="pk_english_name"),
    )


def downgrade() -> None:
    """Undo; frozen papers keep their English names."""
    op.drop_table("english_name")
