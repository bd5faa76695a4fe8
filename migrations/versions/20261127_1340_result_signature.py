"""A signature beside every version of a result; results that are there are signed at the next start, outside of SQL."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1340"
down_revision = "20261127_1320"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "result_signature",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id", "version"],
            ["result_version.round_id", "result_version.version"],
            name=op.f("fk_result_signature_round_id_version"),
        ),
        sa.PrimaryKeyConstraint("round_id", "version", name=op.f("pk_result_signature")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("result_signature")
