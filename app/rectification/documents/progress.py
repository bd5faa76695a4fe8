"""Where a campaign stands, in words and rows: for pages, and for the documents that the workshop makes of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.acting import Principal
from app.core.chinese import has_chinese
from app.office.language import _, day_of, language_of_file, listed, run_on, said
from app.opinions.reads import count_of, issue_count
from app.rectification.board import service as board_service
from app.rectification.board.service import BoardView
from app.rectification.ledger.reads import picked_rows
from app.rectification.ledger.service import LedgerRow
from app.rectification.orders import reads
from app.rectification.orders.reads import OrderView
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.rules.orders import OrderState, running_deadline
from app.rectification.rules.picks import Pick
from app.rectification.rules.plans import PlanState
from app.rectification.rules.supervision import Mode
from app.rectification.rules.wording import MODES, ORDER_STATES, PLAN_STATES, TASKS

NONE = "—"


def sentence(text: str) -> str:
    """Return what somebody wrote with exactly one full stop behind it."""
    plain = text.strip().rstrip("。；.")
    return plain + ("." if language_of_file() == "en" and not has_chinese(plain[-1:]) else "。")


@dataclass(frozen=True, slots=True)
class Newsletter:
    """What a person writes on 简报; the rest is filled in."""

    masthead: str
    issue: int
    day: date
    office: str
    title: str = ""
    story: str = ""
    sent_to: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What a person writes on 通报; the rest is filled in."""

    title: str
    document_number: str
    addressee: str
    day: date
    office: str
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a campaign stands on a day: orders, plans, their actions, and its board; no figure of any result."""

    orders: Sequence[OrderView]
    plans: Sequence[PlanHead]
    rows: Sequence[LedgerRow]
    board: BoardView
    today: date
    opinions: tuple[int, int] | None = None
    """How many opinions were collected, and into how many issues they were merged; None where that is not told."""

    @property
    def ordered(self) -> Sequence[OrderView]:
        """The units that were ordered, in official order; those waived are not among them."""
        return [order for order in self.orders if order.current is not None]

    @property
    def asked(self) -> Sequence[PlanHead]:
        """The plans that were asked for without an order, units in official order; none that was withdrawn."""
        return [plan for plan in self.plans if not plan.order_id]


def read_progress(session: Session, staff: Principal, today: date, campaign_id: str) -> Progress:
    """Return where a campaign stands for a reader: orders and rows within his reach; no opinions for a liaison."""
    board = board_service.board_of(session, staff, today, campaign_id)
    opinions = None
    if "liaison" not in staff.roles:
        opinions = count_of(session, campaign_id), issue_count(session, campaign_id)
    rows = picked_rows(session, staff, today, Pick(campaign=campaign_id))
    found = reads.orders(session, staff, campaign_id), plan_heads(session, staff, campaign_id)
    return Progress(*found, rows, board, today, opinions)


def order_rows(progress: Progress) -> list[tuple[str, ...]]:
    """Return a row for every order in official order: state, what is due when, supervision, overdue actions."""
    late: dict[str, int] = {}
    for each in progress.rows:
        late[each.plan.order_id] = late.get(each.plan.order_id, 0) + each.is_overdue
    return [
        (
            str(place),
            said(order.unit_name),
            order.current.document_number if order.current else NONE,
            _(ORDER_STATES[order.standing.state]),
            due_words(order, progress.today),
            _(MODES[Mode(order.mode)]) if order.mode else NONE,
            str(late.get(order.id, 0)),
        )
        for place, order in enumerate(progress.ordered, start=1)
    ]


def plan_rows(progress: Progress) -> list[tuple[str, ...]]:
    """Return a row for every plan asked for without an order, in official order: state, last day, its actions."""
    actions = Counter(each.plan.id for each in progress.rows)
    late = Counter(each.plan.id for each in progress.rows if each.is_overdue)
    return [
        (
            str(place),
            said(plan.unit_name),
            _(PLAN_STATES[plan.state]),
            marked(day_of(plan.due), late=_is_late(plan, progress.today)),
            str(actions[plan.id]),
            str(late[plan.id]),
        )
        for place, plan in enumerate(progress.asked, start=1)
    ]


def marked(words: str, *, late: bool) -> str:
    """Return words about a last day, marked where that has passed."""
    return _("%(words)s（已逾期）", words=words) if late else words


def _is_late(plan: PlanHead, today: date) -> bool:
    """Whether the unit still writes a plan whose last day has passed."""
    return plan.is_open and plan.due < today


def running_of(order: OrderView) -> tuple[str, date] | None:
    """Return what an order waits for, and until when; None where it waits for nothing."""
    running = running_deadline(order.standing.state, order.current.dates) if order.current else None
    return None if running is None else (_(TASKS[running[0]]), running[1])


def due_words(order: OrderView, today: date) -> str:
    """Say what an order waits for until when, and whether that day has passed."""
    running = running_of(order)
    if running is None:
        return NONE
    task, last = running
    return marked(_("%(label)s：%(text)s", label=task, text=day_of(last)), late=last < today)


def step_rows(board: BoardView) -> list[tuple[str, ...]]:
    """Return a row for every step of the campaign with the numbers of units."""
    stages = {step.key: stage.name for stage in board.stages for step in stage.steps}
    return [
        (said(stages[count.step.key]), said(count.step.name), str(count.done), str(count.missing), str(count.late))
        for count in board.counts
    ]


def campaign_words(progress: Progress) -> str:
    """Say who holds the campaign in which stages, of how many units is told, and what was collected."""
    board = progress.board
    names = {"organisation": said(board.campaign.organisation), "title": said(board.campaign.title)}
    units = len(board.units)
    if board.stages:
        about = _(
            "%(organisation)s开展“%(title)s”，分%(stages)s %(count)s 个阶段进行，本报告反映 %(units)s 个单位的情况。",
            stages=listed(said(stage.name) for stage in board.stages),
            count=len(board.stages),
            units=units,
            **names,
        )
    else:
        about = _("%(organisation)s开展“%(title)s”，本报告反映 %(units)s 个单位的情况。", units=units, **names)
    return run_on((about, _opinion_words(progress)))


def _opinion_words(progress: Progress) -> str:
    if not progress.opinions or not progress.opinions[0]:
        return ""
    opinions, issues = progress.opinions
    if issues:
        return _("共收集意见 %(opinions)s 条，归并为 %(issues)s 个问题。", opinions=opinions, issues=issues)
    return _("共收集意见 %(opinions)s 条，尚未归并。", opinions=opinions)


def progress_words(progress: Progress) -> str:
    """Say how many plans were asked for, how many units were ordered, and how many of all these are done."""
    overdue = sum(each.is_overdue for each in progress.rows)
    actions = _("整改台账共 %(count)s 项，其中逾期 %(overdue)s 项。", count=len(progress.rows), overdue=overdue)
    words = run_on((_asked_words(progress), _ordered_words(progress), actions))
    return _("截至%(day)s，%(words)s", day=day_of(progress.today), words=words)


def _asked_words(progress: Progress) -> str:
    """Say of how many units a plan was asked, and where these plans stand; empty where none was."""
    if not progress.asked:
        return ""
    states = Counter(plan.state for plan in progress.asked)
    return _(
        "共要求 %(asked)s 个单位报送整改方案，其中待审 %(submitted)s 个，已审定 %(accepted)s 个"
        "（已公示承诺 %(public)s 个），退回修改 %(returned)s 个，尚未报送 %(draft)s 个；"
        "期限已过还在填写的 %(late)s 个。",
        asked=len(progress.asked),
        submitted=states[PlanState.SUBMITTED],
        accepted=states[PlanState.ACCEPTED] + states[PlanState.ANNOUNCED],
        public=states[PlanState.ANNOUNCED],
        returned=states[PlanState.RETURNED],
        draft=states[PlanState.DRAFT],
        late=sum(_is_late(plan, progress.today) for plan in progress.asked),
    )


def _ordered_words(progress: Progress) -> str:
    """Say how many units were ordered, and how far they are; empty where none was, but plans were asked for."""
    ordered = progress.ordered
    if progress.asked and not ordered:
        return ""
    ended = sum(order.standing.state is OrderState.CLOSED for order in ordered)
    late = sum(running is not None and running[1] < progress.today for running in map(running_of, ordered))
    return _(
        "共责令 %(count)s 个单位补课，已办结 %(ended)s 个，有期限已过尚未完成的 %(late)s 个。",
        count=len(ordered),
        ended=ended,
        late=late,
    )
