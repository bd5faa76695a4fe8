"""The kind of vote that a campaign is of, and whether it is an example; what there is already is no example."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1490"
down_revision = "20261127_1480"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; every campaign so far is of the kind of the product's source."""
    op.add_column("campaign", sa.Column("kind", sa.Text(), nullable=False, server_default="campaign"))
    op.add_column("campaign", sa.Column("is_example", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Undo."""
    op.drop_column("campaign", "is_example")
    op.drop_column("campaign", "kind")
