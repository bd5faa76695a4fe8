"""Offices in a tree; accounts, campaigns, templates, tokens and requests belong to one: so far to its root."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_1540"
down_revision = "20261127_1500"
branch_labels = None
depends_on = None

ROOT = "root"
OWNED = ("staff", "campaign", "reader_token", "consent")


def upgrade() -> None:
    """Make the tree with its root, the register of units, and say of each row that it is the root's."""
    office = op.create_table(
        "office",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["office.id"], name="fk_office_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_office"),
    )
    op.create_index("ix_office_parent_id", "office", ["parent_id"])
    op.bulk_insert(office, [{"id": ROOT, "parent_id": None, "name": "本级", "position": 0, "is_closed": False}])
    op.create_table(
        "unit_register",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_unit_register_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_register"),
        sa.UniqueConstraint("office_id", "name", name="uq_unit_register_office_id_name"),
    )
    op.add_column("unit", sa.Column("register_id", sa.Text(), nullable=True))
    for table in OWNED:
        op.add_column(table, sa.Column("office_id", sa.Text(), nullable=False, server_default=ROOT))
    _key_templates(
        f"INSERT INTO report_template ({COLUMNS}, office_id) SELECT {COLUMNS}, '{ROOT}'", "kind", "office_id"
    )


def downgrade() -> None:
    """Undo; which office anything belonged to is forgotten, and of templates only the root's are kept."""
    _key_templates(f"INSERT INTO report_template ({COLUMNS}) SELECT {COLUMNS}", "kind")
    for table in OWNED:
        op.drop_column(table, "office_id")
    op.drop_column("unit", "register_id")
    op.drop_table("unit_register")
    op.drop_table("office")


COLUMNS = "kind, file_name, content, digest, uploaded_at, uploaded_by"


def _key_templates(copy: str, *key: str) -> None:
    """Make the table of templates anew with this primary key, and copy what was there."""
    where = "" if "office_id" in key else f" WHERE office_id = '{ROOT}'"
    op.rename_table("report_template", "report_template_before")
    office = [sa.Column("office_id", sa.Text(), nullable=False, server_default=ROOT)] if "office_id" in key else []
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_report_template", "report_template_before", type_="primary")
    op.create_table(
        "report_template",
        sa.Column("kind", sa.Text(), nullable=False),
        *office,
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_report_template"),
    )
    op.execute(f"{copy} FROM report_template_before{where}")
    op.drop_table("report_template_before")
