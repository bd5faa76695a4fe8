"""Something rated may be of a class, by which the parts of a composite are weighed."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1600"
down_revision = "20261127_1595"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the class; nothing had one."""
    op.add_column("unit", sa.Column("object_class", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo; classes are forgotten."""
    op.drop_column("unit", "object_class")
