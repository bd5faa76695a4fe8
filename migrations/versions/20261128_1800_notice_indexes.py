"""Notices are found by what they are about and by unit without going through all of them."""

from alembic import op

revision = "20261128_1800"
down_revision = "20261128_1700"
branch_labels = None
depends_on = None

COLUMNS = ("subject_id", "unit_id")


def upgrade() -> None:
    """Add the indexes."""
    for name in COLUMNS:
        op.create_index(f"ix_supervision_notice_{name}", "supervision_notice", [name])


def downgrade() -> None:
    """Leave them out."""
    for name in COLUMNS:
        op.drop_index(f"ix_supervision_notice_{name}", "supervision_notice")
