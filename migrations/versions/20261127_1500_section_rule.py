"""A section of a campaign may have a judging rule of its own; those there are obey the campaign's."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1500"
down_revision = "20261127_1490"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the rule, as JSON; NULL where it is the campaign's."""
    op.add_column("campaign_section", sa.Column("rule", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo; every section obeys the campaign's rule again."""
    op.drop_column("campaign_section", "rule")
