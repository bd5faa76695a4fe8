"""The Chinese words of 补课: states, events, gaps, levels, and the suggestions that are recorded."""

from collections.abc import Set as AbstractSet

from app.rectification.rules.board import Cell, CellState, Source, StageProblem
from app.rectification.rules.issues import SOURCES_OF_ACTIONS
from app.rectification.rules.ledger import ActionEvent, ActionState
from app.rectification.rules.orders import OrderEvent, OrderState, Suggestion, Task
from app.rectification.rules.plans import Action, ActionKind, GapCode, Horizon, Origin, PlanEvent, PlanState
from app.rectification.rules.supervision import Level, Mode, SubjectKind

ORDER_STATES = {
    OrderState.FLAGGED: "待确认",
    OrderState.ORDERED: "已责令补课",
    OrderState.PLAN_RETURNED: "方案退回",
    OrderState.PLAN_SUBMITTED: "方案待审",
    OrderState.PLAN_ACCEPTED: "方案已审定",
    OrderState.IN_PROGRESS: "整改中",
    OrderState.COMPLETED: "已报告完成",
    OrderState.RETEST_PLANNED: "已安排复测",
    OrderState.RETESTED: "已复测",
    OrderState.ESCALATED: "复测未达标",
    OrderState.CLOSED: "已办结",
    OrderState.WAIVED: "免于补课",
}
ORDER_EVENTS = {
    OrderEvent.CONFIRM: "责令补课",
    OrderEvent.WAIVE: "免于补课",
    OrderEvent.SUBMIT_PLAN: "报送方案",
    OrderEvent.RETURN_PLAN: "退回方案",
    OrderEvent.ACCEPT_PLAN: "审定方案",
    OrderEvent.BEGIN: "开始整改",
    OrderEvent.COMPLETE: "报告整改完成",
    OrderEvent.SEND_BACK: "退回继续整改",
    OrderEvent.PLAN_RETEST: "安排复测",
    OrderEvent.COUNT_RETEST: "登记复测结果",
    OrderEvent.VOID_RETEST: "复测作废重来",
    OrderEvent.CLOSE: "复测达标、办结",
    OrderEvent.ESCALATE: "复测未达标、升级督办",
    OrderEvent.ORDER_AGAIN: "再次责令补课",
}
NEXT_STEPS = {
    OrderState.ORDERED: "单位填写并报送整改方案",
    OrderState.PLAN_RETURNED: "单位按审定意见修改方案，重新报送",
    OrderState.PLAN_SUBMITTED: "督办员或组织者审定方案",
    OrderState.PLAN_ACCEPTED: "单位公示承诺，开始整改",
    OrderState.IN_PROGRESS: "单位逐项填报进展，完成后报告",
    OrderState.COMPLETED: "组织者安排复测，或者退回继续整改",
    OrderState.RETEST_PLANNED: "组织者进行复测，结果公布后登记",
    OrderState.ESCALATED: "组织者再次责令补课",
}
"""Who does what next; the ends have nothing more to be done."""


def notices_empty(coming: int, *, everything: bool) -> tuple[str, str]:
    """Say why no 督办单 is listed, and what comes next, above ``coming`` matters that are due soon or overdue."""
    first = "还没有发出过督办单" if everything else "没有尚在办理的督办单"
    if coming:
        return (
            first,
            "下面的事项快到期或者已经逾期。每天计算时，或者在本页计算并发出以后，督办单列在这里。",
        )
    return first, "有事项快到期、进度滞后或者逾期时，督办单列在这里。"


def board_empty(roles: AbstractSet[str], waiting: int) -> tuple[str, str]:
    """Say why no unit is ordered, and what comes next, beside ``waiting`` units about which nobody has decided."""
    if "organiser" in roles and waiting:
        return "还没有责令补课的单位", "上面的单位还在等待决定。责令补课或者说明理由以后，列在这里。"
    if "organiser" in roles:
        return "没有需要补课的单位", "结果公布后，低于补课线的单位先列为“等待决定的单位”，由组织者决定是否责令补课。"
    return "还没有责令补课的单位", "组织者对低于补课线的单位作出决定以后，列在这里。"


TASKS = {Task.PLAN: "报送整改方案", Task.REMEDIAL: "完成补课", Task.RETEST: "组织复测"}
SUGGESTIONS = {
    Suggestion.TALK: "建议挂牌督办，并约谈单位主要负责人或者进行诫勉谈话。本条仅为建议，由有权机关研究决定。",
    Suggestion.ORGANISATIONAL: "连续两次以上复测未达标，建议按规定研究组织处理。本条仅为建议，由有权机关研究决定。",
}

PLAN_STATES = {
    PlanState.DRAFT: "起草中",
    PlanState.RETURNED: "已退回",
    PlanState.SUBMITTED: "待审",
    PlanState.ACCEPTED: "已审定",
    PlanState.ANNOUNCED: "已公示",
    PlanState.WITHDRAWN: "已撤回",
}
PLAN_EVENTS = {
    PlanEvent.ASK: "要求报送方案",
    PlanEvent.EDIT: "修改",
    PlanEvent.SUBMIT: "报送",
    PlanEvent.RETURN: "退回",
    PlanEvent.ACCEPT: "审定",
    PlanEvent.ANNOUNCE: "公示承诺，开始整改",
    PlanEvent.WITHDRAW: "撤回要求",
    PlanEvent.REDATE: "更改报送期限",
}
ORIGINS_OF_PLANS = {Origin.ORDER: "责令补课", Origin.ASKED: "要求报送"}
PLAN_NEXT = {
    PlanState.DRAFT: "单位填写并报送整改方案",
    PlanState.RETURNED: "单位按审定意见修改方案，重新报送",
    PlanState.SUBMITTED: "督办员或组织者审定方案",
    PlanState.ACCEPTED: "单位公示承诺，开始整改",
    PlanState.ANNOUNCED: "单位逐项填报进展，完成后由他人验收",
}
"""Who does what next about a plan without an order."""
ACTION_KINDS = {ActionKind.AT_ONCE: "立行立改", ActionKind.DATED: "限期整改", ActionKind.LASTING: "长期坚持"}
HORIZONS = {Horizon.SHORT: "近期", Horizon.MEDIUM: "中期", Horizon.LONG: "长期"}
GAPS = {
    GapCode.NO_ACTIONS: "方案中还没有整改事项，请至少填写一项。",
    GapCode.PROBLEM: "第 %(number)s 项没有写明要解决的问题。",
    GapCode.GOAL: "第 %(number)s 项没有写明整改目标。",
    GapCode.KIND: "第 %(number)s 项没有选择立行立改、限期整改或长期坚持。",
    GapCode.DUE: "第 %(number)s 项没有写明完成时限。",
    GapCode.MEASURES: "第 %(number)s 项没有写明整改措施。",
    GapCode.SPONSOR: "第 %(number)s 项没有写明责任领导。",
    GapCode.LEAD_UNIT: "第 %(number)s 项没有写明主办单位。",
    GapCode.OWNER: "第 %(number)s 项没有写明责任人。",
    GapCode.COMMITMENT: "第 %(number)s 项没有写明公开承诺。",
    GapCode.DUE_PAST: "第 %(number)s 项的完成时限已经过去，请改为今天或以后的日期。",
    GapCode.AT_ONCE_TOO_LATE: "第 %(number)s 项列为立行立改，完成时限却在三十天以后，请改时限或改为限期整改。",
    GapCode.LEAD_IS_CO_UNIT: "第 %(number)s 项的主办单位同时列为协办单位，请去掉其中一处。",
    GapCode.DUE_DAY_OFF: "第 %(number)s 项的完成时限是休息日，请改为工作日；之后的第一个工作日是 %(day)s。",
    GapCode.AFTER_ORDER: "第 %(number)s 项的完成时限在补课通知定的完成期限（%(day)s）以后，复测时还办不完。"
    "能提前的，请改早；确实要更长时间的，可以照报。",
}


GAP_FIELDS = {
    **{code: code.value for code in GapCode if code.value in {*Action.__dataclass_fields__}},
    GapCode.NO_ACTIONS: "problem",
    GapCode.DUE_PAST: "due",
    GapCode.AT_ONCE_TOO_LATE: "due",
    GapCode.DUE_DAY_OFF: "due",
    GapCode.AFTER_ORDER: "due",
    GapCode.LEAD_IS_CO_UNIT: "co_units",
}
"""The field of the plan's form in which each gap is to be put right."""


ACTION_STATES = {
    ActionState.DRAFTED: "待制定",
    ActionState.APPROVED: "已审定",
    ActionState.ANNOUNCED: "已公示",
    ActionState.RETURNED: "退回",
    ActionState.IN_PROGRESS: "整改中",
    ActionState.COMPLETED: "待验收",
    ActionState.CLOSED_OUT: "已销号",
    ActionState.LONG_TERM: "转入长期",
    ActionState.EXPLAINED: "暂不具备条件（已向群众说明）",
}
TOLD_WHY = frozenset({ActionState.EXPLAINED.value})
"""States in which the public reads why nothing is done now."""
ACTION_EVENTS = {
    ActionEvent.APPROVE: "审定",
    ActionEvent.ANNOUNCE: "公示",
    ActionEvent.BEGIN: "开始整改",
    ActionEvent.PROGRESS: "填报进展",
    ActionEvent.COMPLETE: "报告完成",
    ActionEvent.RETURN: "退回",
    ActionEvent.ACCEPT: "验收销号",
    ActionEvent.TURN_LONG_TERM: "转入长期",
    ActionEvent.EXPLAIN: "说明暂不具备条件",
    ActionEvent.RESUME: "恢复整改",
}

MODES = {
    Mode.LISTED: "挂牌督办",
    Mode.TIME_LIMITED: "限时办结",
    Mode.ON_SITE: "现场会办",
    Mode.TRACKED: "立项督查",
}
LEVELS = {Level.BLUE: "蓝色（即将到期）", Level.YELLOW: "黄色（进度滞后）", Level.RED: "红色（已经逾期）"}
LEVEL_SENTENCES = {
    Level.BLUE: "在“%(campaign)s”中，你单位的下列事项即将到期，请按时办理。",
    Level.YELLOW: "在“%(campaign)s”中，你单位的下列事项临近到期，或者时间过半还没有进展，请抓紧办理。",
    Level.RED: "在“%(campaign)s”中，你单位的下列事项已经逾期，请立即办理，并说明原因。",
}
NOTICE_TOLD = {
    Level.BLUE: "蓝色督办：{unit}，{title}，期限{due}，即将到期，请按时办理。",
    Level.YELLOW: "黄色督办：{unit}，{title}，期限{due}，已经临近，或者时间过半还没有进展，请抓紧办理。",
    Level.RED: "红色督办：{unit}，{title}，期限{due}，已经逾期，请立即办理，并说明原因。",
}
"""What inboxes say of a notice."""
ACTION_TITLE = "整改事项“{problem}”"
EXTENSION_ASKED = "申请延期至{until}：{reason}"
EXTENSION_GRANTED, EXTENSION_REFUSED = "同意延期", "不同意延期"
MODE_REMARK = "督办方式由“{before}”改为“{after}”：{reason}"
DUE_REMARK = "报送方案的期限由{before}改为{due}：{reason}"
SCORE_DECIDED, VOTES_DECIDED = "{word}；综合评价：{score}", "{word}；综合评价：{score}；按测评结论认定"
"""What the history of an order says of a retest with a score of which a word is known, or none."""
OF_ANOTHER = "得分用到没有向本单位公布的结果，这里不写"
"""Stands in the place of a score that the unit does not know."""
SIGNED_ON_PAGE = "签字页"
"""How the signature of a head is shown whose scanned page was attached."""
STORED = (
    *NOTICE_TOLD.values(),
    ACTION_TITLE,
    *SOURCES_OF_ACTIONS.values(),
    EXTENSION_ASKED,
    MODE_REMARK,
    DUE_REMARK,
    SCORE_DECIDED,
    VOTES_DECIDED,
    OF_ANOTHER,
    SIGNED_ON_PAGE,
)
"""Sentences that are stored with their values; see ``app.web.letters``."""
SUBJECT_KINDS = {
    SubjectKind.PLAN: "整改方案",
    SubjectKind.REMEDIAL: "补课",
    SubjectKind.RETEST: "复测",
    SubjectKind.ASKED_PLAN: "整改方案",
    SubjectKind.ACTION: "整改事项",
}

CELL_STATES = {
    CellState.DONE: "已完成",
    CellState.DUE: "进行中",
    CellState.LATE: "已逾期",
    CellState.NOT_DUE: "未到时间",
}
AFTER_DUE, LEFT_OUT = "逾期完成", "漏项"


def cell_words(cell: Cell) -> tuple[str, str]:
    """Say where a unit stands with a step, and what has to be said beside it."""
    if cell.after_due:
        return AFTER_DUE, ""
    if not cell.left_out:
        return CELL_STATES[cell.state], ""
    return (CELL_STATES[cell.state], LEFT_OUT) if cell.state is CellState.LATE else (LEFT_OUT, "")


def cell_tone(cell: Cell) -> str:
    """Return the class of the tag beside these words."""
    if cell.state is CellState.DONE:
        return "tag-good"
    return "tag-bad" if cell.state is CellState.LATE or cell.left_out else ""


SOURCES = {
    Source.HAND: "由人登记",
    Source.OPINIONS: "征求到意见即完成",
    Source.REVIEW: "评议结果公布即完成",
    Source.PLAN: "整改方案审定即完成",
    Source.LEDGER: "台账事项全部办结即完成",
    Source.ROUND: "测评结果公布即完成",
}
"""What fills a step."""
STAGE_PROBLEMS = {
    StageProblem.NO_STEPS: "这个阶段还没有环节，请至少填写一个。",
    StageProblem.NAME_MISSING: "名称没有填写。",
    StageProblem.KEY_TWICE: "标识重复，请换一个。",
    StageProblem.ENDS_BEFORE_START: "结束日期早于开始日期。",
    StageProblem.DUE_DAY_OFF: "截止日期是休息日，请改为工作日；之后的第一个工作日是 %(day)s。",
}
