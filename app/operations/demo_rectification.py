"""整改 on the demo: opinions merged into issues, plans of all units in different states, and two units ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.core.acting import Acting, Principal
from app.core.chinese import CHINA
from app.opinions import service as opinions
from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.domain import Kind
from app.opinions.reads import collection, issues_of
from app.opinions.service import Wish
from app.rectification.ledger import service as ledger
from app.rectification.orders import service as orders
from app.rectification.orders.reads import flags
from app.rectification.orders.service import Confirmation
from app.rectification.plans import asking, entering
from app.rectification.plans import service as plans
from app.rectification.plans.asking import Request
from app.rectification.plans.entering import TypedIssue
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.plans.service import PlanRow
from app.rectification.rules.issues import IssueOrigin
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.plans import Action, ActionKind, Origin
from app.rectification.rules.workdays import seed_holidays, working_day_from

ISSUES = {
    "A": "窗口服务态度生硬",
    "B": "办事拖沓、环节繁琐",
    "C": "文件会议和检查过多过滥",
    "D": "政务公开和政策宣传不到位",
    "E": "公共文化设施陈旧、开放时间短",
    "F": "干部下基层少、调研不深入",
    "G": "业务能力和人才队伍不足",
}
DEMO_PLACES = "CDBEFAAFFABAABACABFFDBCDDGDCEDCCFEBEGFDFCDGCEBEGEBCDAEGBECAFBGAGAGBEDFABACBEGFBDCABEDG"
"""The issue of each of the demonstration's opinions, in their order."""
ENTERED = TypedIssue(IssueOrigin.INSPECTION.value, "免费开放补助资金支出进度慢", "巡察反馈意见第 3 条", ())
ENTERED_OF = (0, 2)
"""The units, by place, of which the inspection found it."""
REQUEST = "对照归并出来的七个问题，先解决群众反映最集中的。"
DUE_WORKING = 14
REMARKS = "措施写得太笼统，请写明增加哪些场次、由谁负责。"
ORDER_REASON = "满意率低于补课线，责令补课，限期整改。"
RETURNED, FULL, BEGUN = ("return",), ("accept", "announce"), ("accept", "announce", "work")
STEPS: tuple[tuple[str, ...], ...] = (BEGUN, FULL, ("accept",), RETURNED, (), BEGUN)
"""What happened to the plans of the first units after they were submitted; those of the others are not yet."""
FIRST_NUMBER = 8
HALF_WRITTEN = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action of the demonstration: which issue it answers, and what it says; ``days`` from the plan to its end."""

    issue: str
    goal: str
    measures: str
    commitment: str
    days: int = 20
    kind: ActionKind = ActionKind.DATED


WANTED: tuple[tuple[Wanted, ...], ...] = (
    (
        Wanted("E", "周末和晚上都能进馆", "调整排班，周末开放到二十点", "十二月起每个周末开放", 5, ActionKind.AT_ONCE),
        Wanted("A", "窗口投诉减半", "首问负责，每月抽查录像", "来访必有回音"),
        Wanted("G", "乡镇文化员全部轮训一遍", "分三期培训，请专业老师授课", "每期名单和成绩公布", 200),
    ),
    (
        Wanted("E", "借阅时间每周增加二十小时", "错时开放，中午不闭馆", "元旦起中午不闭馆"),
        Wanted("D", "新书目录按月公开", "网站和公示栏同步公布", "每月五日前公布"),
    ),
    (Wanted("E", "三年内更新一半展品", "制定更新计划，分年实施", "每年更新一个展厅", 500, ActionKind.LASTING),),
    (Wanted("F", "每个乡镇全年演出四场", "多安排下乡演出", "演出安排提前一个月公布"),),
    (Wanted("B", "放映预约当天答复", "开通电话预约，专人登记", "当天预约当天答复"),),
    (
        Wanted("C", "检查次数减少三分之一", "联合检查，一次查清", "全年检查安排年初公布"),
        Wanted("G", "执法人员全部持证上岗", "集中学习法规，闭卷考试", "未通过考试的不上岗"),
    ),
)
OF_ORDER = Wanted("A", "执法投诉减半", "文明执法，全程录像，每周抽查", "执法时主动出示证件、说明依据", 25)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts on the demo."""

    organiser: Principal
    supervisor: Principal
    liaison: Principal
    liaison_of: str


class Story:
    """What happens in the days after the campaign began; ``start`` is the first of them."""

    def __init__(self, session: Session, start: datetime, cast: Cast, campaign_id: str) -> None:
        self._session = session
        self._start = start
        self._cast = cast
        self._campaign_id = campaign_id

    def _on(self, day: int, who: Principal | None = None) -> Acting:
        return Acting(self._session, self._start + timedelta(days=day), who or self._cast.organiser)

    def _writer(self, plan: PlanHead) -> Principal:
        return self._cast.liaison if plan.unit_name == self._cast.liaison_of else self._cast.organiser

    def _working(self, days: int) -> date:
        day = (self._start + timedelta(days=days)).astimezone(CHINA).date()
        return working_day_from(day, seed_holidays((day.year, day.year + 1)))

    def merge(self) -> None:
        """Merge all opinions into the issues."""
        texts = [text for some in DEMO_OPINIONS.values() for text in some]
        places = dict(zip(texts, DEMO_PLACES, strict=True))
        found: dict[str, list[str]] = {key: [] for key in ISSUES}
        for opinion in collection(self._session, self._campaign_id).opinions:
            found[places[opinion.text]].append(opinion.id)
        for key, title in ISSUES.items():
            wish = Wish(Kind.NEW_ISSUE, tuple(found[key]), words=title)
            opinions.do(self._on(0), self._campaign_id, wish)
            self._session.flush()

    def ask(self, unit_ids: Sequence[str]) -> None:
        """Enter what an inspection found, and ask every unit for its plan."""
        of = tuple(unit_ids[place] for place in ENTERED_OF)
        typed = TypedIssue(ENTERED.origin, ENTERED.title, ENTERED.basis, of)
        entering.enter(self._on(0), self._campaign_id, typed)
        asked = Request(tuple(unit_ids), self._working(DUE_WORKING), REQUEST)
        asking.ask(self._on(0), self._campaign_id, asked)
        self._session.flush()

    def answer(self) -> None:
        """Let the units write, and what was submitted be reviewed, made public and worked on."""
        asked = [head for head in self._heads() if head.origin is Origin.ASKED]
        for plan, wanted, steps in zip(asked, WANTED, STEPS, strict=False):
            self._submit(plan, wanted, 1)
            self._take(plan, steps)
        half = Action(problem=ISSUES["D"], goal="保护范围公布到村", issue_id=self._issue("D"))
        plans.save_plan(self._on(2), asked[HALF_WRITTEN].id, [PlanRow("", half, "")])

    def _issue(self, key: str) -> str:
        """Return the id of an issue."""
        found = issues_of(self._session, self._campaign_id)
        return next(issue.id for issue in found if issue.title == ISSUES[key])

    def _heads(self) -> Sequence[PlanHead]:
        return plan_heads(self._session, self._cast.organiser, self._campaign_id)

    def _submit(self, plan: PlanHead, wanted: Sequence[Wanted], day: int) -> None:
        rows = [PlanRow("", self._action(plan.unit_name, one), "") for one in wanted]
        plans.save_plan(self._on(day, self._writer(plan)), plan.id, rows)
        self._session.flush()
        plans.submit(self._on(day, self._writer(plan)), plan.id)

    def _action(self, unit: str, one: Wanted) -> Action:
        return Action(
            problem=ISSUES[one.issue],
            goal=one.goal,
            kind=one.kind,
            due=self._working(one.days),
            measures=one.measures,
            sponsor="钱副局长",
            lead_unit=unit,
            owner="陈主任",
            commitment=one.commitment,
            issue_id=self._issue(one.issue),
        )

    def _take(self, plan: PlanHead, steps: Sequence[str]) -> None:
        if "return" in steps:
            plans.send_back(self._on(2, self._cast.supervisor), plan.id, REMARKS)
        if "accept" in steps:
            plans.accept(self._on(2, self._cast.supervisor), plan.id)
        if "announce" in steps:
            plans.announce(self._on(3), plan.id)
        self._session.flush()
        if "work" in steps:
            self._work(plan)

    def _work(self, plan: PlanHead) -> None:
        """Report on the first two actions; the second is done and accepted."""
        first, second, *_ = plans.get_plan(self._session, self._cast.organiser, plan.id).rows
        ledger.act(self._on(4), first.id, ActionEvent.PROGRESS, "已排出方案，征求了职工意见")
        ledger.act(self._on(4), second.id, ActionEvent.PROGRESS, "制度已经定下来，开始执行")
        ledger.act(self._on(5), second.id, ActionEvent.COMPLETE, "已经落实，结果张榜公布")
        ledger.act(self._on(6, self._cast.supervisor), second.id, ActionEvent.ACCEPT, "")

    def order(self, round_id: str) -> None:
        """Order the units that the vote found below the line; the last of them is already at work."""
        found = [
            flag for flag in flags(self._session, self._cast.organiser, self._on(1).now) if flag.round.id == round_id
        ]
        made = ""
        for number, flag in enumerate(found, FIRST_NUMBER):
            day = (self._start + timedelta(days=1)).astimezone(CHINA).date()
            dates = orders.proposed_dates(self._session, self._campaign_id, day, 1)
            asked = Confirmation(f"县文发〔{day.year}〕{number}号", ORDER_REASON, dates)
            made = orders.confirm(self._on(1), round_id, flag.unit.target_id, asked)
            self._session.flush()
        for head in [one for one in self._heads() if one.order_id == made]:
            self._obey(head)

    def _obey(self, head: PlanHead) -> None:
        """Submit the plan of an order, accept it, and begin."""
        self._submit(head, (OF_ORDER,), 2)
        plans.accept(self._on(3, self._cast.supervisor), head.id)
        plans.announce(self._on(4), head.id)
        self._session.flush()
        (action,) = plans.get_plan(self._session, self._cast.organiser, head.id).rows
        ledger.act(self._on(5), action.id, ActionEvent.PROGRESS, "执法记录仪已经配齐")


def before_the_vote(story: Story, unit_ids: Sequence[str]) -> None:
    """Merge the opinions, ask all units for their plans, and let some of them answer."""
    story.merge()
    story.ask(unit_ids)
    story.answer()
