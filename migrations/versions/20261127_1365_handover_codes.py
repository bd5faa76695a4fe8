"""Handover codes: a link that two people agreed to opens only with the code that the asker has."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1365"
down_revision = "20261127_1360"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the request and the count of wrong codes; links that wait go on without a code."""
    op.add_column("invitation", sa.Column("consent_id", sa.Text(), nullable=True))
    op.add_column("invitation", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo; links that wait open without a code."""
    op.drop_column("invitation", "tries")
    op.drop_column("invitation", "consent_id")
