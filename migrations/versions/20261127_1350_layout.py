"""How the paper of a round is laid out on the phone."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1350"
down_revision = "20261127_1340"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; rounds that are there get the layout that fits their size, those frozen before keep the list."""
    op.add_column("round", sa.Column("layout", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    op.drop_column("round", "layout")
