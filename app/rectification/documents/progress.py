"""Where a campaign stands, in words and rows: for pages, and for the documents that the workshop makes of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.core.acting import Principal
from app.core.chinese import chinese_day
from app.opinions.reads import count_of, issues_of
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
    return f"{text.strip().rstrip('。；.')}。"


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
        opinions = count_of(session, campaign_id), len(issues_of(session, campaign_id))
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
            order.unit_name,
            order.current.document_number if order.current else NONE,
            ORDER_STATES[order.standing.state],
            due_words(order, progress.today),
            MODES[Mode(order.mode)] if order.mode else NONE,
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
            plan.unit_name,
            PLAN_STATES[plan.state],
            f"{chinese_day(plan.due)}{'（已逾期）' if _is_late(plan, progress.today) else ''}",
            str(actions[plan.id]),
            str(late[plan.id]),
        )
        for place, plan in enumerate(progress.asked, start=1)
    ]


def _is_late(plan: PlanHead, today: date) -> bool:
    """Whether the unit still writes a plan whose last day has passed."""
    return plan.is_open and plan.due < today


def due_words(order: OrderView, today: date) -> str:
    """Say what an order waits for until when, and whether that day has passed."""
    running = running_deadline(order.standing.state, order.current.dates) if order.current else None
    if running is None:
        return NONE
    task, last = running
    return f"{TASKS[task]}：{chinese_day(last)}{'（已逾期）' if last < today else ''}"


def step_rows(board: BoardView) -> list[tuple[str, ...]]:
    """Return a row for every step of the campaign with the numbers of units."""
    stages = {step.key: stage.name for stage in board.stages for step in stage.steps}
    return [
        (stages[count.step.key], count.step.name, str(count.done), str(count.missing), str(count.late))
        for count in board.counts
    ]


def campaign_words(progress: Progress) -> str:
    """Say who holds the campaign in which stages, of how many units is told, and what was collected."""
    board = progress.board
    stages = "、".join(stage.name for stage in board.stages)
    parts = f"分{stages} {len(board.stages)} 个阶段进行，" if board.stages else ""
    units = f"本报告反映 {len(board.units)} 个单位的情况。"
    about = f"{board.campaign.organisation}开展“{board.campaign.title}”，{parts}{units}"
    if not progress.opinions or not progress.opinions[0]:
        return about
    opinions, issues = progress.opinions
    return f"{about}共收集意见 {opinions} 条，{f'归并为 {issues} 个问题' if issues else '尚未归并'}。"


def progress_words(progress: Progress) -> str:
    """Say how many plans were asked for, how many units were ordered, and how many of all these are done."""
    overdue = sum(each.is_overdue for each in progress.rows)
    parts = [part for part in (_asked_words(progress), _ordered_words(progress)) if part]
    return (
        f"截至{chinese_day(progress.today)}，{''.join(parts)}"
        f"整改台账共 {len(progress.rows)} 项，其中逾期 {overdue} 项。"
    )


def _asked_words(progress: Progress) -> str:
    """Say of how many units a plan was asked, and where these plans stand; empty where none was."""
    if not progress.asked:
        return ""
    states = Counter(plan.state for plan in progress.asked)
    accepted = states[PlanState.ACCEPTED] + states[PlanState.ANNOUNCED]
    late = sum(_is_late(plan, progress.today) for plan in progress.asked)
    public, returned = states[PlanState.ANNOUNCED], states[PlanState.RETURNED]
    return (
        f"共要求 {len(progress.asked)} 个单位报送整改方案，其中待审 {states[PlanState.SUBMITTED]} 个，"
        f"已审定 {accepted} 个（已公示承诺 {public} 个），退回修改 {returned} 个，"
        f"尚未报送 {states[PlanState.DRAFT]} 个；期限已过还在填写的 {late} 个。"
    )


def _ordered_words(progress: Progress) -> str:
    """Say how many units were ordered, and how far they are; empty where none was, but plans were asked for."""
    ordered = progress.ordered
    if progress.asked and not ordered:
        return ""
    ended = [order for order in ordered if order.standing.state is OrderState.CLOSED]
    late = [order for order in ordered if "已逾期" in due_words(order, progress.today)]
    return f"共责令 {len(ordered)} 个单位补课，已办结 {len(ended)} 个，有期限已过尚未完成的 {len(late)} 个。"
