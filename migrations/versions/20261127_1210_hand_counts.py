"""Hand counts by two: who came, who counted, and what a scrutineer counted beside it."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1210"
down_revision = "20261127_1200"
branch_labels = None
depends_on = None

NUMBERS = ("present", "second_spare", "second_handed_back", "second_present")
NAMES = ("counted_by", "second_by")


def upgrade() -> None:
    """Apply; of earlier counts nobody knows who typed them."""
    for name in NUMBERS:
        op.add_column("slip_count", sa.Column(name, sa.Integer(), nullable=True))
    for name in NAMES:
        op.add_column("slip_count", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    for name in (*NAMES, *NUMBERS):
        op.drop_column("slip_count", name)
