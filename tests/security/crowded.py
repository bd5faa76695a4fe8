"""A campaign that grows: units, published rounds, orders, plans, actions, opinions, and all that hangs on them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Staff, StaffUnit
from app.audit import service as audit
from app.box.models import KeyHolder, Opening, RoundKey
from app.campaigns.models import Unit, VoterGroup
from app.core.acting import Acting
from app.core.db import Database
from app.core.secrets import new_id
from app.inbox import service as inbox
from app.offices.models import Office, RegisteredUnit
from app.opinions import service as opinions
from app.opinions.domain import Kind, Source
from app.opinions.reads import opinion_ids
from app.opinions.service import TypedOpinion, Wish
from app.publication import service as publication
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.tokens import WantedToken
from app.rectification.board.service import STAGES
from app.rectification.ledger.deadlines import run_daily
from app.rectification.models import (
    ActionEntry,
    ActionExtension,
    Attachment,
    BoardDone,
    CampaignBoard,
    EnteredIssue,
    OrderAttempt,
    OrderEntry,
    RemedialAction,
    RemedialOrder,
    SupervisionNotice,
)
from app.rectification.plans import asking, entering
from app.rectification.plans.asking import Request
from app.rectification.plans.entering import TypedIssue
from app.rectification.rules.board import SEED_STAGES
from app.rounds.domain import PaperUnit
from app.rounds.models import Round
from tests.cast import MORNING
from tests.papers import asked
from tests.publication import counted
from tests.rectification.flagged import WU, ZHANG, Flagged, keep_ledger, later, make_action, order, plan_id_of, working

LATE = timedelta(days=90)
SHAPES = len(counted.OPINIONS)
"""Units are marked in so many ways, in turn."""
WEAK, ASKED = 3, 4
"""The way that falls below the line, and one of those that are asked for a plan without an order."""
PEOPLE = ("idzhangsan", "idlisi", "idwujiu", "idzhengshi", "idzhaoliu", "idsunqi", "idzhushi", "idqinshi")


@dataclass
class Crowd:
    """The campaign, and what has been made in it so far."""

    database: Database
    campaign_id: str = ""
    units: int = 0
    round_ids: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)

    def grow(self, units: int, rounds: int) -> None:
        """Grow to so many units, and by so many rounds about all of them; and by as much of all the rest."""
        new = range(self.units, units)
        for _ in range(rounds):
            self._hold_round(units)
        self.orders += [self._remedy(place) for place in new if place % SHAPES == WEAK]
        with self.database.writing() as session:
            acting = Acting(session, MORNING, ZHANG)
            _ask(acting, self.campaign_id, [f"u{place}" for place in new if place % SHAPES == ASKED])
            _collect(acting, self.campaign_id, units)
            _enter(acting, self.campaign_id, units)
            _settle(acting, self.campaign_id, new)
            _work(session, units)
            run_daily(session, MORNING + LATE)

    def _hold_round(self, units: int) -> None:
        names = tuple(f"被测评单位{place + 1}" for place in range(units))
        paper = counted.make_paper(names, {"党代表": 40, "服务对象": 60})
        paper = replace(paper, title=f"第 {len(self.round_ids)} 轮")
        round_id = counted.store_counted(self.database, counted.make_votes(paper, remarks=2))
        with self.database.writing() as session:
            row = session.get_one(Round, round_id)
            if not self.campaign_id:
                self.campaign_id = row.campaign_id
                _set_up(session, row.campaign_id)
            row.campaign_id, row.closed_at = self.campaign_id, counted.AT + timedelta(days=len(self.round_ids))
            _enrol(session, self.campaign_id, names[self.units :], self.units)
            _release(session, round_id, "leaders", "unit", "public")
            _open(session, round_id)
        self.units = units
        self.round_ids.append(round_id)

    def _remedy(self, place: int) -> str:
        found = Flagged(self.round_ids[-1], self.campaign_id, f"u{place}")
        order_id = order(self.database, found, found.unit_id)
        keep_ledger(self.database, order_id, make_action(), make_action(problem="收费不透明"))
        self._retest(order_id, place)
        return order_id

    def _retest(self, order_id: str, place: int) -> None:
        """Hold the retest of an order, which counts as the last one of its unit."""
        name = f"被测评单位{place + 1}"
        rated = asked(counted.make_paper((name,)), units=(PaperUnit(f"u{place}", name),))
        round_id = counted.store_counted(self.database, counted.make_votes(replace(rated, title=f"{name}复测")))
        with self.database.writing() as session:
            session.get_one(Round, round_id).campaign_id = self.campaign_id
            _release(session, round_id, "leaders", "unit")
            session.get_one(OrderAttempt, (order_id, 1)).retest_round_id = round_id

    def places(self) -> dict[str, str]:
        """Return what stands in addresses of this campaign."""
        with self.database.reading() as session:
            row = session.get_one(RemedialOrder, self.orders[0])
            plan_id = plan_id_of(session, row.id)
            own = sa.select(RemedialAction.id).where(RemedialAction.plan_id == plan_id)
            return {
                "campaign_id": self.campaign_id,
                "round_id": self.round_ids[-1],
                "before": self.round_ids[-2],
                "unit_id": row.unit_id,
                "group_id": "g0",
                "order_id": row.id,
                "public_id": row.public_id,
                "plan_id": plan_id,
                "action_id": session.scalars(own.order_by(RemedialAction.position)).first() or "",
                "issue_id": session.scalars(sa.select(EnteredIssue.id)).first() or "",
                "notice_id": session.scalars(sa.select(SupervisionNotice.id)).first() or "",
            }


def _release(session: Session, round_id: str, *scopes: str) -> None:
    for scope in scopes:
        publication.publish(Acting(session, MORNING, ZHANG), round_id, {"scope": scope})


def _open(session: Session, round_id: str) -> None:
    """Have the box been opened by people with their keys, as the log and the minutes tell it."""
    told = {"public_key": bytes(32), "needed": 1, "created_at": MORNING}
    session.add(RoundKey(round_id=round_id, **told))
    session.flush()
    session.add(KeyHolder(round_id=round_id, number=1, name=ZHANG.name, staff_id=ZHANG.id))
    session.add(Opening(round_id=round_id, opened_by=ZHANG.name, present="[]", holders="[1]", envelopes=1))
    for act in ("round.freeze", "round.count"):
        audit.record(session, MORNING, ZHANG, act, round_id)


def _set_up(session: Session, campaign_id: str) -> None:
    for place, name in enumerate(("党代表", "服务对象")):
        group = VoterGroup(id=f"g{place}", campaign_id=campaign_id, position=place + 1, name=name, expected=40)
        session.add(group)
    session.add(CampaignBoard(campaign_id=campaign_id, stages=STAGES.dump_json(SEED_STAGES).decode()))


def _enrol(session: Session, campaign_id: str, names: tuple[str, ...], known: int) -> None:
    """Add units, each with a liaison of its own, for whom others speak as well."""
    for place, name in enumerate(names, start=known):
        unit = Unit(id=f"u{place}", campaign_id=campaign_id, position=place + 1, name=name)
        person = Staff(id=f"s{place}", login=f"s{place}", name=f"联络员{place}", created_at=MORNING)
        person.roles = {"liaison"}
        session.add_all([unit, person])
        session.flush()
        session.add_all(StaffUnit(staff_id=staff_id, unit_id=unit.id) for staff_id in (WU.id, person.id))


def _ask(acting: Acting, campaign_id: str, unit_ids: list[str]) -> None:
    if unit_ids:
        day = working(later(10)) or later(10)
        asking.ask(acting, campaign_id, Request(tuple(unit_ids), day, "先解决反映集中的问题"))


def _collect(acting: Acting, campaign_id: str, many: int) -> None:
    """Collect opinions, and make an issue of every second one."""
    typed = [
        TypedOpinion(Source.SHEET, f"{many}-{number}", f"u{number}", f"意见 {many}-{number}") for number in range(many)
    ]
    opinions.add_opinions(acting, campaign_id, typed, opinions.hiding(acting.session))
    acting.session.flush()
    ids = sorted(opinion_ids(acting.session, campaign_id))
    for number in range(many // 2):
        wish = Wish(Kind.NEW_ISSUE, (ids[number],), words=f"问题 {many}-{number}")
        opinions.do(acting, campaign_id, wish)
        acting.session.flush()


def _enter(acting: Acting, campaign_id: str, many: int) -> None:
    """Enter issues of audits, read by everybody in the campaign; tell people; make tokens, offices and registers."""
    for number in range(many):
        name = f"{many}-{number}"
        issue = TypedIssue("audit", f"账目 {name}", "审计报告", (f"u{number}", f"u{(number + 1) % many}"))
        entering.enter(acting, campaign_id, issue)
        inbox.tell(acting.session, MORNING, PEOPLE, f"第 {name} 条", "/inbox")
        tokens.create(acting, WantedToken(f"程序 {name}", Scope.LEADERS, 90))
        place = 1_000 * many + number
        acting.session.add(Office(id=new_id(), parent_id="root", name=f"机构 {name}", position=place))
        acting.session.add(RegisteredUnit(id=new_id(), office_id="root", name=f"单位 {name}", position=place))


def _settle(acting: Acting, campaign_id: str, places: range) -> None:
    """Tick the first step of the board for these units."""
    step = next(step.key for stage in SEED_STAGES for step in stage.steps)
    told = {"campaign_id": campaign_id, "step": step, "done_on": MORNING.date(), "proof": "会议记录"}
    acting.session.add_all(
        BoardDone(**told, unit_id=f"u{place}", entered_by="张三", entered_at=MORNING) for place in places
    )


def _work(session: Session, many: int) -> None:
    """Write into every action and order, with files and requests for more time."""
    actions, orders = session.scalars(sa.select(RemedialAction.id)), session.scalars(sa.select(RemedialOrder.id))
    for rows in [
        *(_of_action(each, many) for each in actions.all()),
        *(_of_order(each, many) for each in orders.all()),
    ]:
        for row in rows:
            session.add(row)
            session.flush()


def _of_action(action_id: str, many: int) -> Iterator[ActionEntry | Attachment | ActionExtension]:
    by = {"by_id": WU.id, "by_name": WU.name}
    file = {"media_type": "application/pdf", "size": 1, "digest": "0" * 64, "uploaded_by": WU.name}
    asked = {"asked_by": WU.name, "asked_by_id": WU.id, "asked_on": MORNING.date(), "granted": False}
    for number in range(many // 2):
        entry = ActionEntry(id=new_id(), action_id=action_id, at=MORNING, event="progress", text=f"{number}", **by)
        yield entry
        about = {"name": f"{many}-{number}.pdf", "uploaded_at": MORNING, **file}
        yield Attachment(id=new_id(), action_id=action_id, entry_id=entry.id, **about)
        yield ActionExtension(id=new_id(), action_id=action_id, until=later(60), reason="还要等批复", **asked)


def _of_order(order_id: str, many: int) -> Iterator[OrderEntry]:
    for number in range(many // 2):
        told = {"at": MORNING, "by_name": ZHANG.name, "event": "complete", "text": f"{many}-{number}"}
        yield OrderEntry(id=new_id(), order_id=order_id, **told)
