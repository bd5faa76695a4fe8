"""Keep versions of results and a ledger of their releases; liaisons, report templates, reader tokens, retests."""

import secrets

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime
from app.slips.codes import new_code

revision = "20261125_0900"
down_revision = "20261124_0901"
branch_labels = None
depends_on = None


def _create_results() -> None:
    op.create_table(
        "result_version",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("round.id", name="fk_result_version_round_id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "version", name="pk_result_version"),
        sa.UniqueConstraint("code", name="uq_result_version_code"),
    )
    op.create_table(
        "result_release",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("unit_ids", sa.Text(), nullable=False),
        sa.Column("reader_ids", sa.Text(), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_result_release"),
        sa.ForeignKeyConstraint(
            ["round_id", "version"],
            ["result_version.round_id", "result_version.version"],
            name="fk_result_release_round_id_version",
        ),
    )
    op.create_index("ix_result_release_round_id", "result_release", ["round_id"])
    op.create_table(
        "result_read",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("round.id", name="fk_result_read_round_id"), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "staff_id", "what", "day", name="pk_result_read"),
    )


def _create_others() -> None:
    op.create_table(
        "report_template",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_report_template"),
    )
    op.create_table(
        "reader_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("unit_ids", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reader_token"),
        sa.UniqueConstraint("token_hash", name="uq_reader_token_token_hash"),
    )
    staff = sa.ForeignKey("staff.id", name="fk_staff_unit_staff_id", ondelete="CASCADE")
    unit = sa.ForeignKey("unit.id", name="fk_staff_unit_unit_id", ondelete="CASCADE")
    op.create_table(
        "staff_unit",
        sa.Column("staff_id", sa.Text(), staff, nullable=False),
        sa.Column("unit_id", sa.Text(), unit, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "unit_id", name="pk_staff_unit"),
    )
    again = sa.ForeignKey("round.id", name="fk_round_retest_round_id")
    first = sa.ForeignKey("round.id", name="fk_round_retest_retest_of")
    op.create_table(
        "round_retest",
        sa.Column("round_id", sa.Text(), again, nullable=False),
        sa.Column("retest_of", sa.Text(), first, nullable=False),
        sa.Column("unit_ids", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_round_retest"),
    )
    op.create_index("ix_round_retest_retest_of", "round_retest", ["retest_of"])


def upgrade() -> None:
    """Move every result into version 1 and every publication into the ledger."""
    _create_results()
    _create_others()
    bind = op.get_bind()
    results = bind.execute(sa.text("SELECT round_id, document, digest, created_at FROM result")).all()
    for row in results:
        values = {**row._asdict(), "code": new_code(secrets.token_bytes)}
        bind.execute(
            sa.text(
                "INSERT INTO result_version (round_id, version, document, digest, code, reason, created_at)"
                " VALUES (:round_id, 1, :document, :digest, :code, '', :created_at)"
            ),
            values,
        )
    bind.execute(
        sa.text(
            "INSERT INTO result_release (id, round_id, version, scope, unit_ids, reader_ids, released_at, released_by,"
            " withdrawn_by, withdrawn_reason) SELECT round_id || scope, round_id, 1, scope, '', '', published_at,"
            " published_by, '', '' FROM publication"
        )
    )
    op.drop_table("publication")
    op.drop_table("result")


def downgrade() -> None:
    """Keep the newest version of each result and, of its releases, the first of each scope."""
    op.create_table(
        "result",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("round.id", name="fk_result_round_id"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_result"),
    )
    op.create_table(
        "publication",
        sa.Column("round_id", sa.Text(), sa.ForeignKey("round.id", name="fk_publication_round_id"), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "scope", name="pk_publication"),
    )
    op.execute(
        "INSERT INTO result (round_id, document, digest, created_at) SELECT round_id, document, digest, created_at"
        " FROM result_version AS newest WHERE version ="
        " (SELECT max(version) FROM result_version WHERE round_id = newest.round_id)"
    )
    op.execute(
        "INSERT INTO publication (round_id, scope, published_at, published_by)"
        " SELECT round_id, scope, min(released_at), min(released_by) FROM result_release"
        " WHERE withdrawn_at IS NULL GROUP BY round_id, scope"
    )
    for table in (
        "round_retest",
        "staff_unit",
        "reader_token",
        "report_template",
        "result_read",
        "result_release",
        "result_version",
    ):
        op.drop_table(table)
