"""Verdicts beside their documents, so that a board of many rounds need not read these whole."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261127_1220"
down_revision = "20261127_1210"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; the verdicts of results that are there are copied out of their documents."""
    made = op.create_table(
        "result_verdict",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id", "version"],
            ["result_version.round_id", "result_version.version"],
            name=op.f("fk_result_verdict_round_id_version"),
        ),
        sa.PrimaryKeyConstraint("round_id", "version", "place", name=op.f("pk_result_verdict")),
    )
    connection = op.get_bind()
    keys = connection.execute(sa.text("SELECT round_id, version FROM result_version")).all()
    for round_id, version in keys:
        rows = list(_verdicts(connection, round_id, version))
        if rows:
            op.bulk_insert(made, rows)


def _verdicts(connection: sa.Connection, round_id: str, version: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of one version; none for a document that does not fit its digest: its pages say so."""
    query = sa.text("SELECT document, digest FROM result_version WHERE round_id = :round AND version = :version")
    text, digest = connection.execute(query, {"round": round_id, "version": version}).one()
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return
    document = json.loads(text)
    sections = [document["units"]] if document["version"] == 1 else [each["targets"] for each in document["sections"]]
    for place, target in enumerate((target for targets in sections for target in targets), start=1):
        ruling = target["verdict"]
        yield {
            "round_id": round_id,
            "version": version,
            "place": place,
            "target_id": target["id"],
            "name": target["name"],
            "verdict": ruling["code"],
            "reasons": json.dumps([reason["text"] for reason in ruling["reasons"]], ensure_ascii=False),
        }


def downgrade() -> None:
    """Undo."""
    op.drop_table("result_verdict")
