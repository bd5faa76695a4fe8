"""Add opinions, orders, plans, the ledger, supervision, the campaign board and documents of rounds."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261126_0900"
down_revision = "20261125_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "campaign_board",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_board_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_board")),
    )
    op.create_table(
        "holiday",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_holiday_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "opinion_act",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_opinion_act_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_act")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_opinion_act_campaign_id_number")),
    )
    op.create_table(
        "staff_mail",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_mail_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_mail")),
    )
    op.create_table(
        "board_done",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_board_done_campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_board_done_unit_id")),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", "step", name=op.f("pk_board_done")),
    )
    op.create_table(
        "supervision_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_supervision_notice_campaign_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_supervision_notice_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_notice")),
    )
    op.create_index(op.f("ix_supervision_notice_campaign_id"), "supervision_notice", ["campaign_id"], unique=False)

    op.create_table(
        "inbox_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["supervision_notice.id"], name=op.f("fk_inbox_item_notice_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_inbox_item_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_item")),
    )
    op.create_index(op.f("ix_inbox_item_staff_id"), "inbox_item", ["staff_id"], unique=False)

    op.create_table(
        "opinion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("round_id", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_opinion_campaign_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_opinion_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_opinion_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_index(op.f("ix_opinion_campaign_id"), "opinion", ["campaign_id"], unique=False)

    op.create_table(
        "remedial_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("suggestions", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("waived_reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_remedial_order_campaign_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_remedial_order_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_remedial_order_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedial_order")),
        sa.UniqueConstraint("public_id", name=op.f("uq_remedial_order_public_id")),
        sa.UniqueConstraint("round_id", "unit_id", name=op.f("uq_remedial_order_round_id_unit_id")),
    )
    op.create_index(op.f("ix_remedial_order_campaign_id"), "remedial_order", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_remedial_order_unit_id"), "remedial_order", ["unit_id"], unique=False)

    op.create_table(
        "round_document",
        sa.Column("round_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_document_round_id")),
        sa.PrimaryKeyConstraint("round_id", "version", name=op.f("pk_round_document")),
    )
    op.create_table(
        "order_attempt",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("plan_due", sa.Date(), nullable=False),
        sa.Column("remedial_due", sa.Date(), nullable=False),
        sa.Column("retest_due", sa.Date(), nullable=False),
        sa.Column("retest_round_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name=op.f("fk_order_attempt_order_id")),
        sa.ForeignKeyConstraint(["retest_round_id"], ["round.id"], name=op.f("fk_order_attempt_retest_round_id")),
        sa.PrimaryKeyConstraint("order_id", "attempt", name=op.f("pk_order_attempt")),
    )
    op.create_table(
        "order_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name=op.f("fk_order_entry_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_entry")),
    )
    op.create_index(op.f("ix_order_entry_order_id"), "order_entry", ["order_id"], unique=False)

    op.create_table(
        "remedial_action",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column("lead_unit", sa.Text(), nullable=False),
        sa.Column("co_units", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("horizon", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("progress_on", sa.Date(), nullable=True),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=False),
        sa.Column("completed_by_id", sa.Text(), nullable=False),
        sa.Column("completion", sa.Text(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_by_id", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("public_rating", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name=op.f("fk_remedial_action_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedial_action")),
    )
    op.create_index(op.f("ix_remedial_action_order_id"), "remedial_action", ["order_id"], unique=False)

    op.create_table(
        "remedial_plan",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name=op.f("fk_remedial_plan_order_id")),
        sa.PrimaryKeyConstraint("order_id", "attempt", name=op.f("pk_remedial_plan")),
    )
    op.create_table(
        "action_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["remedial_action.id"], name=op.f("fk_action_entry_action_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_entry")),
    )
    op.create_index(op.f("ix_action_entry_action_id"), "action_entry", ["action_id"], unique=False)

    op.create_table(
        "action_extension",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["remedial_action.id"], name=op.f("fk_action_extension_action_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_extension")),
    )
    op.create_index(op.f("ix_action_extension_action_id"), "action_extension", ["action_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["remedial_action.id"], name=op.f("fk_attachment_action_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["action_entry.id"], name=op.f("fk_attachment_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_action_id"), "attachment", ["action_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_attachment_action_id"), "attachment")

    op.drop_table("attachment")
    op.drop_index(op.f("ix_action_extension_action_id"), "action_extension")

    op.drop_table("action_extension")
    op.drop_index(op.f("ix_action_entry_action_id"), "action_entry")

    op.drop_table("action_entry")
    op.drop_table("remedial_plan")
    op.drop_index(op.f("ix_remedial_action_order_id"), "remedial_action")

    op.drop_table("remedial_action")
    op.drop_index(op.f("ix_order_entry_order_id"), "order_entry")

    op.drop_table("order_entry")
    op.drop_table("order_attempt")
    op.drop_table("round_document")
    op.drop_index(op.f("ix_remedial_order_unit_id"), "remedial_order")
    op.drop_index(op.f("ix_remedial_order_campaign_id"), "remedial_order")

    op.drop_table("remedial_order")
    op.drop_index(op.f("ix_opinion_campaign_id"), "opinion")

    op.drop_table("opinion")
    op.drop_index(op.f("ix_inbox_item_staff_id"), "inbox_item")

    op.drop_table("inbox_item")
    op.drop_index(op.f("ix_supervision_notice_campaign_id"), "supervision_notice")

    op.drop_table("supervision_notice")
    op.drop_table("board_done")
    op.drop_table("staff_mail")
    op.drop_table("opinion_act")
    op.drop_table("holiday")
    op.drop_table("campaign_board")
