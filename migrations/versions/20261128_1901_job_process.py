"""A file that is being made tells by which process, so that another one knows whether it still may come."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_1901"
down_revision = "20261128_1900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; jobs of an earlier version are of processes that are over."""
    op.execute("DELETE FROM job")
    op.add_column("job", sa.Column("process", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Leave it out."""
    op.drop_column("job", "process")
