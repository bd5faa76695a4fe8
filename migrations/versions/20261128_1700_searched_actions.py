"""Actions of the ledger carry their texts folded, so that a search finds them however they are spelt."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.core.folding import folded

revision = "20261128_1700"
down_revision = "20261127_1600"
branch_labels = None
depends_on = None

TEXTS = (
    "problem", "source", "goal", "measures", "sponsor", "lead_unit", "co_units", "owner", "commitment", "progress",
    "completion", "explanation", "public_rating", "rules_made",
)  # fmt: skip
PEOPLE = ("sponsor", "owner")
AT_ONCE = 1_000


def upgrade() -> None:
    """Add what is searched and fill it in for the actions there are."""
    for name in ("searched", "searched_people"):
        op.add_column("remedial_action", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    columns = [sa.column(name, sa.Text()) for name in ("id", *TEXTS, "searched", "searched_people")]
    actions, connection = sa.table("remedial_action", *columns), op.get_bind()
    ids = connection.scalars(sa.select(actions.c.id).order_by(actions.c.id)).all()
    change = (
        sa.update(actions)
        .where(actions.c.id == sa.bindparam("of"))
        .values(searched=sa.bindparam("texts"), searched_people=sa.bindparam("people"))
    )
    for start in range(0, len(ids), AT_ONCE):
        some = sa.select(actions).where(actions.c.id.in_(ids[start : start + AT_ONCE]))
        rows = connection.execute(some).mappings().all()
        told = [{"of": row["id"], "texts": _joined(row, TEXTS), "people": _joined(row, PEOPLE)} for row in rows]
        connection.execute(change, told)


def _joined(row: Mapping[Any, Any], names: tuple[str, ...]) -> str:
    return "\n".join(folded(row[name]) for name in names if row[name])


def downgrade() -> None:
    """Leave out what is searched."""
    for name in ("searched", "searched_people"):
        op.drop_column("remedial_action", name)
