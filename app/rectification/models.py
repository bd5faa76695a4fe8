"""Tables of 补课: orders, plans, the ledger, supervision and the campaign board."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Integer, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import OfCampaign
from app.rectification.rules.searched import searched


class Signed:
    """签批: how, by whom and when the head of a unit signed; empty where he has not."""

    signed_how: Mapped[str] = mapped_column(Text, default="", server_default="")
    signed_by: Mapped[str] = mapped_column(Text, default="", server_default="")
    signed_by_id: Mapped[str] = mapped_column(Text, default="", server_default="")
    signed_on: Mapped[date | None] = mapped_column(Date)


class KeptFile:
    """An uploaded file; its content lies in the data folder under its id, outside the web root."""

    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[str] = mapped_column(Text)


class Holiday(Base):
    """A day on which offices are open though the country's table says that they are not, or the other way."""

    __tablename__ = "holiday"
    office_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """The office whose campaigns follow it; empty: the whole installation, the offices' own days on top."""
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)


class RemedialOrder(OfCampaign, Base):
    """责令补课 of one unit after one round, from the flag to its close; ``public_id`` stands in the public address."""

    __tablename__ = "remedial_order"
    __table_args__ = (UniqueConstraint("round_id", "unit_id"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    suggestions: Mapped[str] = mapped_column(Text, default="[]")
    mode: Mapped[str] = mapped_column(Text, default="")
    waived_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OrderAttempt(Base):
    """One order of a unit's row of them: document, dates, retest. A second order has shorter dates of its own."""

    __tablename__ = "order_attempt"
    order_id: Mapped[str] = mapped_column(ForeignKey("remedial_order.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    document_number: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    ordered_on: Mapped[date] = mapped_column(Date)
    ordered_by: Mapped[str] = mapped_column(Text)
    plan_due: Mapped[date] = mapped_column(Date)
    remedial_due: Mapped[date] = mapped_column(Date)
    retest_due: Mapped[date] = mapped_column(Date)
    retest_round_id: Mapped[str | None] = mapped_column(ForeignKey("round.id"))
    outcome: Mapped[str] = mapped_column(Text, default="")


class OrderEntry(Base):
    """What happened to an order, in order of time."""

    __tablename__ = "order_entry"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("remedial_order.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")


class UnitPlan(OfCampaign, Signed, Base):
    """整改方案 of a unit, of an order's attempt or asked for without one; its actions are ``RemedialAction`` rows.

    ``public_id`` stands in the public address of what the unit promised; all plans of one order share it.
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("order_id", "attempt"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, index=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    origin: Mapped[str] = mapped_column(Text)
    order_id: Mapped[str | None] = mapped_column(ForeignKey("remedial_order.id"))
    attempt: Mapped[int | None] = mapped_column(Integer)
    due: Mapped[date] = mapped_column(Date)
    asked_on: Mapped[date] = mapped_column(Date)
    asked_by: Mapped[str] = mapped_column(Text)
    request: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text)
    remarks: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(Text, default="")


class PlanPage(KeptFile, Base):
    """A scanned page on which the head of a unit has signed its plan."""

    __tablename__ = "plan_page"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), index=True)


class UnitHead(Base):
    """主要负责人 of a unit: one of the accounts that speak for it, who signs off its plan and its completions."""

    __tablename__ = "unit_head"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))


class SigningRule(OfCampaign, Base):
    """Whether plans and completions of a campaign are accepted only when the head has signed; without a row: no."""

    __tablename__ = "signing_rule"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True)
    needed: Mapped[bool] = mapped_column(Boolean)


class PlanEntry(Base):
    """What happened to a plan that was asked for without an order, in order of time."""

    __tablename__ = "plan_entry"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")


class EnteredIssue(OfCampaign, Base):
    """问题 that somebody entered with its source; those of opinions are not stored here."""

    __tablename__ = "entered_issue"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    origin: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text, default="")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by: Mapped[str] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EnteredIssueUnit(Base):
    """That an entered issue is one of a unit."""

    __tablename__ = "entered_issue_unit"
    issue_id: Mapped[str] = mapped_column(ForeignKey("entered_issue.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class RemedialAction(Signed, Base):
    """整改事项: a row of the plan and, once the plan is accepted, of the 整改台账."""

    __tablename__ = "remedial_action"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    problem: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    goal: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[str] = mapped_column(Text, default="")
    sponsor: Mapped[str] = mapped_column(Text, default="")
    lead_unit: Mapped[str] = mapped_column(Text, default="")
    co_units: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(Text, default="", server_default="")
    horizon: Mapped[str] = mapped_column(Text, default="")
    due: Mapped[date | None] = mapped_column(Date)
    commitment: Mapped[str] = mapped_column(Text, default="")
    issue_id: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(Text)
    announced_on: Mapped[date | None] = mapped_column(Date)
    extended_to: Mapped[date | None] = mapped_column(Date)
    begun_on: Mapped[date | None] = mapped_column(Date)
    progress_on: Mapped[date | None] = mapped_column(Date)
    progress: Mapped[str] = mapped_column(Text, default="")
    completed_on: Mapped[date | None] = mapped_column(Date)
    completed_by: Mapped[str] = mapped_column(Text, default="")
    completed_by_id: Mapped[str] = mapped_column(Text, default="")
    completion: Mapped[str] = mapped_column(Text, default="")
    rules_made: Mapped[str] = mapped_column(Text, default="", server_default="")
    """制度成果: the names of rules that were made, one a line."""
    accepted_on: Mapped[date | None] = mapped_column(Date)
    accepted_by: Mapped[str] = mapped_column(Text, default="")
    accepted_by_id: Mapped[str] = mapped_column(Text, default="")
    explanation: Mapped[str] = mapped_column(Text, default="")
    public_rating: Mapped[str] = mapped_column(Text, default="")
    searched: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)
    """Its texts, folded (``rules.searched``); written with every change of them."""
    searched_people: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)


def _fold(_mapper: object, _connection: object, row: RemedialAction) -> None:
    for name, text in searched(lambda column: getattr(row, column) or "").items():
        setattr(row, name, text)


for _when in ("before_insert", "before_update"):
    event.listen(RemedialAction, _when, _fold)


class ActionEntry(Base):
    """What was done about an action: progress, completion, return, acceptance."""

    __tablename__ = "action_entry"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    action_id: Mapped[str] = mapped_column(ForeignKey("remedial_action.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[str] = mapped_column(Text)
    by_name: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")


class ActionVote(OfCampaign, Base):
    """That an object of a campaign is an action of the ledger: what a vote says of the one is said of the other."""

    __tablename__ = "action_vote"
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    action_id: Mapped[str] = mapped_column(ForeignKey("remedial_action.id"), index=True)


class ActionExtension(Base):
    """More time that was asked for; ``granted`` is empty until somebody else has decided."""

    __tablename__ = "action_extension"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    action_id: Mapped[str] = mapped_column(ForeignKey("remedial_action.id"), index=True)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[str] = mapped_column(Text)
    asked_on: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    granted: Mapped[bool | None] = mapped_column(Boolean)
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[str] = mapped_column(Text, default="")
    decided_on: Mapped[date | None] = mapped_column(Date)


class Attachment(KeptFile, Base):
    """A file that proves an entry."""

    __tablename__ = "attachment"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    action_id: Mapped[str] = mapped_column(ForeignKey("remedial_action.id"), index=True)
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("action_entry.id"))


class SupervisionNotice(OfCampaign, Base):
    """督办单, computed from dates; its id names subject, level and day, so that no run makes it twice."""

    __tablename__ = "supervision_notice"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text, index=True)
    level: Mapped[str] = mapped_column(Text)
    due: Mapped[date] = mapped_column(Date)
    issued_on: Mapped[date] = mapped_column(Date)


class CampaignBoard(OfCampaign, Base):
    """The campaign's own stages and steps as JSON; without a row it has no board."""

    __tablename__ = "campaign_board"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    stages: Mapped[str] = mapped_column(Text)


class BoardDone(OfCampaign, Base):
    """That a unit has done a step, on which day and by what proof."""

    __tablename__ = "board_done"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    step: Mapped[str] = mapped_column(Text, primary_key=True)
    done_on: Mapped[date] = mapped_column(Date)
    proof: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
