"""Key-holders are persons: each has the public half of a secret of his own, and his part of the key sealed to it.

Refused while a round is open or sealed, whose shares stand on paper. Keys of rounds that wait to be opened go.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1100"
down_revision = "20261127_1010"
branch_labels = None
depends_on = None

UNDER_WAY = "a round is open or sealed: finish it with the version that began it before the schema is changed"
COLUMNS = ("staff_id", sa.Text()), ("public_key", sa.LargeBinary()), ("part", sa.LargeBinary())


def upgrade() -> None:
    """Apply; RuntimeError while a round is open or sealed."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM round WHERE state IN ('open', 'sealed')")):
        raise RuntimeError(UNDER_WAY)
    for table in ("key_holder", "round_key"):
        op.execute(f"DELETE FROM {table} WHERE round_id IN (SELECT id FROM round WHERE state = 'ready')")
    for name, kind in COLUMNS:
        op.add_column("key_holder", sa.Column(name, kind, nullable=True))
    op.drop_column("key_holder", "fingerprint")
    op.add_column("opening_share", sa.Column("checked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("opening_share", sa.Column("problem", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo; what the holders hold opens nothing afterwards."""
    op.drop_column("opening_share", "problem")
    op.drop_column("opening_share", "checked")
    empty = sa.text("x''") if op.get_bind().dialect.name == "sqlite" else sa.text("''::bytea")
    op.add_column("key_holder", sa.Column("fingerprint", sa.LargeBinary(), nullable=False, server_default=empty))
    for name, _ in reversed(COLUMNS):
        op.drop_column("key_holder", name)
