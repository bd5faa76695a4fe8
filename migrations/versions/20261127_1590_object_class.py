"""Something rated may be of a class, by which the parts of a composite are weighed."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1590"
down_revision = "20261127_1585"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the class; nothing had one."""
    with op.batch_alter_table("unit") as batch:
        batch.add_column(sa.Column("object_class", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo; classes are forgotten."""
    with op.batch_alter_table("unit") as batch:
        batch.drop_column("object_class")
