"""Actions of the ledger have a kind （分类）, and name the rules that were made （制度成果）."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1545"
down_revision = "20261127_1540"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both, empty: nobody can tell afterwards of which kind an action is."""
    with op.batch_alter_table("remedial_action") as table:
        table.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("rules_made", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo; 近期/中期/长期 stay, kinds and rules are forgotten."""
    op.drop_column("remedial_action", "rules_made")
    op.drop_column("remedial_action", "kind")
