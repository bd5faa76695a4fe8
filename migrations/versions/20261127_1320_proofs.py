"""When the owner of a log-in last proved to be himself."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1320"
down_revision = "20261127_1310"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; whoever is logged in is asked at his next act of weight."""
    op.add_column("staff_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("staff_session", "proved_at")
