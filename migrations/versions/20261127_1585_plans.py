"""A plan has an id of its own and may be asked for without an order; issues may be entered with their source."""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "20261127_1585"
down_revision = "20261127_1580"
branch_labels = None
depends_on = None

_TEXTS = ("problem", "source", "goal", "measures", "sponsor", "lead_unit", "co_units", "owner", "owner_id", "horizon")
_MORE = ("commitment", "issue_id", "mode", "state")
_CLASSED = ("kind", "rules_made")
_REPORTED = ("completed_by", "completed_by_id", "completion")
_ACCEPTED = ("accepted_by", "accepted_by_id", "explanation", "public_rating")
_STATED = ("state", "remarks", "submitted_at", "submitted_by", "decided_at", "decided_by")


def _said() -> list[sa.Column[object]]:
    """Return the columns of an action that stay as they are."""
    days = {name: sa.Column(name, sa.Date(), nullable=True) for name in _DAYS}
    texts = {name: sa.Column(name, sa.Text(), nullable=False) for name in (*_TEXTS, *_MORE, "progress")}
    texts |= {name: sa.Column(name, sa.Text(), nullable=False) for name in (*_REPORTED, *_ACCEPTED)}
    texts |= {name: sa.Column(name, sa.Text(), nullable=False, server_default="") for name in _CLASSED}
    return [{**days, **texts}[name] for name in _COLUMNS]


_DAYS = ("due", "announced_on", "extended_to", "begun_on", "progress_on", "completed_on", "accepted_on")
_COLUMNS = (
    *_TEXTS, *_CLASSED, "due", *_MORE, "announced_on", "extended_to", "begun_on", "progress_on", "progress",
    "completed_on", *_REPORTED, "accepted_on", *_ACCEPTED,
)  # fmt: skip


def _plan_state() -> list[sa.Column[object]]:
    times = {name: sa.Column(name, UtcDateTime(), nullable=True) for name in ("submitted_at", "decided_at")}
    texts = {name: sa.Column(name, sa.Text(), nullable=False) for name in _STATED if name not in times}
    return [{**times, **texts}[name] for name in _STATED]


def upgrade() -> None:
    """Make the tables; every plan of an order keeps its state and its actions."""
    _make_plans()
    _make_issues()
    _take_over_plans()
    _hang_on_plans()
    op.drop_table("remedial_plan")


def _make_plans() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        *_plan_state(),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_plan_campaign_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_plan_unit_id"),
        sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name="fk_plan_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint("order_id", "attempt", name="uq_plan_order_id_attempt"),
    )
    for name in ("public_id", "campaign_id", "unit_id"):
        op.create_index(f"ix_plan_{name}", "plan", [name])
    op.create_table(
        "plan_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_entry_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_entry"),
    )
    op.create_index("ix_plan_entry_plan_id", "plan_entry", ["plan_id"])


def _make_issues() -> None:
    op.create_table(
        "entered_issue",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_entered_issue_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entered_issue"),
    )
    op.create_index("ix_entered_issue_campaign_id", "entered_issue", ["campaign_id"])
    op.create_table(
        "entered_issue_unit",
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["entered_issue.id"], name="fk_entered_issue_unit_issue_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_entered_issue_unit_unit_id"),
        sa.PrimaryKeyConstraint("issue_id", "unit_id", name="pk_entered_issue_unit"),
    )


def _take_over_plans() -> None:
    """Give every plan of an order an id; one whose commitments are public says so itself from now on."""
    stated = ", ".join(f"p.{name}" for name in _STATED if name != "state")
    announced = (
        "SELECT 1 FROM remedial_action a WHERE a.order_id = p.order_id AND a.attempt = p.attempt"
        " AND a.announced_on IS NOT NULL"
    )
    op.execute(
        "INSERT INTO plan (id, public_id, campaign_id, unit_id, origin, order_id, attempt, due, asked_on, asked_by,"
        f" request, state, {', '.join(name for name in _STATED if name != 'state')})"
        " SELECT p.order_id || '-' || p.attempt, o.public_id, o.campaign_id, o.unit_id, 'order', p.order_id, p.attempt,"
        " t.plan_due, t.ordered_on, t.ordered_by, '',"
        f" CASE WHEN p.state = 'accepted' AND EXISTS ({announced}) THEN 'announced' ELSE p.state END, {stated}"
        " FROM remedial_plan p JOIN remedial_order o ON o.id = p.order_id"
        " JOIN order_attempt t ON t.order_id = p.order_id AND t.attempt = p.attempt"
    )


def _hang_on_plans() -> None:
    """Let every action know its plan, instead of order and attempt."""
    if op.get_bind().dialect.name == "sqlite":
        _set_aside()
        _make_actions(
            sa.Column("plan_id", sa.Text(), nullable=False),
            sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_remedial_action_plan_id"),
        )
        _bring_back("plan_id", "p.id", "JOIN plan p ON p.order_id = a.order_id AND p.attempt = a.attempt")
    else:
        op.add_column("remedial_action", sa.Column("plan_id", sa.Text(), nullable=True))
        op.execute(
            "UPDATE remedial_action a SET plan_id = p.id FROM plan p"
            " WHERE p.order_id = a.order_id AND p.attempt = a.attempt"
        )
        op.alter_column("remedial_action", "plan_id", nullable=False)
        op.create_foreign_key("fk_remedial_action_plan_id", "remedial_action", "plan", ["plan_id"], ["id"])
        op.drop_column("remedial_action", "order_id")
        op.drop_column("remedial_action", "attempt")
    op.create_index("ix_remedial_action_plan_id", "remedial_action", ["plan_id"])


def _set_aside() -> None:
    """Empty the place of the actions; what points to them is checked once they are back, when all is committed."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE action_before AS SELECT * FROM remedial_action")
    op.drop_table("remedial_action")


def _make_actions(*hung: sa.schema.SchemaItem) -> None:
    op.create_table(
        "remedial_action",
        sa.Column("id", sa.Text(), nullable=False),
        *hung,
        sa.Column("position", sa.Integer(), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("id", name="pk_remedial_action"),
    )


def _bring_back(hung: str, found: str, join: str) -> None:
    names = ", ".join(f"a.{name}" for name in ("id", "position", *_COLUMNS))
    op.execute(
        f"INSERT INTO remedial_action (id, position, {', '.join(_COLUMNS)}, {hung})"
        f" SELECT {names}, {found} FROM action_before a {join}"
    )
    op.drop_table("action_before")


def downgrade() -> None:
    """Undo; plans that were asked for without an order are gone with their actions, and entered issues too."""
    _forget_asked()
    op.create_table(
        "remedial_plan",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *_plan_state(),
        sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name="fk_remedial_plan_order_id"),
        sa.PrimaryKeyConstraint("order_id", "attempt", name="pk_remedial_plan"),
    )
    rest = ", ".join(name for name in _STATED if name != "state")
    op.execute(
        f"INSERT INTO remedial_plan (order_id, attempt, state, {rest}) SELECT order_id, attempt,"
        f" CASE WHEN state = 'announced' THEN 'accepted' ELSE state END, {rest} FROM plan"
    )
    _hang_on_orders()
    for table in ("plan_entry", "plan", "entered_issue_unit", "entered_issue"):
        op.drop_table(table)


def _forget_asked() -> None:
    actions = "SELECT a.id FROM remedial_action a JOIN plan p ON p.id = a.plan_id WHERE p.order_id IS NULL"
    for table in ("attachment", "action_entry", "action_extension"):
        op.execute(f"DELETE FROM {table} WHERE action_id IN ({actions})")
    op.execute(f"DELETE FROM remedial_action WHERE id IN ({actions})")
    op.execute("DELETE FROM plan_entry")
    op.execute("DELETE FROM plan WHERE order_id IS NULL")


def _hang_on_orders() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _set_aside()
        _make_actions(
            sa.Column("order_id", sa.Text(), nullable=False),
            sa.Column("attempt", sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["order_id"], ["remedial_order.id"], name="fk_remedial_action_order_id"),
        )
        _bring_back("order_id, attempt", "p.order_id, p.attempt", "JOIN plan p ON p.id = a.plan_id")
    else:
        op.add_column("remedial_action", sa.Column("order_id", sa.Text(), nullable=True))
        op.add_column("remedial_action", sa.Column("attempt", sa.Integer(), nullable=True))
        op.execute(
            "UPDATE remedial_action a SET order_id = p.order_id, attempt = p.attempt FROM plan p WHERE p.id = a.plan_id"
        )
        for name in ("order_id", "attempt"):
            op.alter_column("remedial_action", name, nullable=False)
        op.create_foreign_key("fk_remedial_action_order_id", "remedial_action", "remedial_order", ["order_id"], ["id"])
        op.drop_column("remedial_action", "plan_id")
    op.create_index("ix_remedial_action_order_id", "remedial_action", ["order_id"])
