"""The Chinese sentences that are frozen with a result: formula, reasons, warnings and notes."""

from collections.abc import Sequence
from fractions import Fraction

from app.campaigns.domain import Denominator, Item, Lines, Measure, Scheme
from app.campaigns.quorum import Quorum
from app.campaigns.sentences import MEASURES, conditions_text, points_text, quorum_text, share_text
from app.tally.verdict import Band, Edge, Reason, Verdict

HIDDEN_TEXT = "为保护匿名不显示"
WORDS_ONLY_TEXT = "本轮只公布结论，不公布票数"
UNDIVIDED_TEXT = "公开计票，不分类别"
NO_BAND_TEXT = "样本不足或结果无效，不公布"
NOT_TOLD = "—"
"""Stands where the extent of an announced round leaves a figure out."""
UNIFORM_TEXT = "结果高度一致，建议结合座谈核实"
ALIKE_TEXT = "内容相同的测评表较多，建议结合座谈核实"
REST_TEXT = "其余类别合计"
BREAKDOWN_TEXT = "为保护匿名，本项不按类别列出"

NO_GROUP_QUORUM_TEXT = "有类别未达法定人数，整个结果无效"

VERDICTS = {
    Verdict.MET: "达标",
    Verdict.ATTENTION: "提醒",
    Verdict.REMEDIAL: "需补课",
    Verdict.TOO_FEW: "样本不足",
    Verdict.INVALID: "结果无效",
}

CHAIN = {
    "expected": "应参加", "printed": "印制", "voided": "作废", "spare": "剩余", "issued": "发出",
    "returned": "收回", "valid": "有效", "invalid": "无效", "blank": "空白", "handed_back": "退回",
    "missing": "未交回", "present": "到会", "not_voted": "未投票", "return_rate": "回收率",
    "participation_rate": "参评率",
}  # fmt: skip
"""The numbers of the counting chain, 回收率 and 参评率, in their order."""


COUNT_WORDS = {"unit": "个单位", "person": "名同志", "project": "个项目", "document": "份文档"}
"""What is counted, by what is rated."""


def band_label(band: Band, *, points: bool = False) -> str:
    """Write a band: 达到90%（含）, 80%–90%, 不足60%; 超过50% and 不超过50% where an edge itself is below it.

    ``points``: of a mean of points, 达到90分（含）.
    """
    low, high = band.low, band.high
    first, last = (_edge_text(edge, points=points) if edge else "" for edge in (low, high))
    if low is not None and high is not None:
        return f"{first.removesuffix('分')}–{last}"
    if low is not None:
        return f"超过{first}" if low.over else f"达到{first}（含）"
    return "" if high is None else f"不超过{last}" if high.over else f"不足{last}"


def _edge_text(edge: Edge, *, points: bool) -> str:
    return points_text(edge.number * 100).replace(" ", "") if points else share_text(edge.number)


def band_code(band: Band) -> str:
    """Return the code of a band: 90_up, 80_90, under_60."""
    low, high = (share_text(edge.number).removesuffix("%") if edge else "" for edge in (band.low, band.high))
    if low and high:
        return f"{low}_{high}"
    return f"{low}_up" if low else f"under_{high}"


def mark_text(line: Fraction, measure: Measure) -> str:
    """Write a line on its figure: per cent, or points for 综合得分."""
    if measure is not Measure.MEAN_SCORE:
        return share_text(line)
    return points_text(line * 100)


def reason_text(reason: Reason, scheme: Scheme, lines: Lines | None = None, items: Sequence[Item] = ()) -> str:
    """Why a unit or an item is not 达标; ``lines`` are the item's own, ``items`` those that are below theirs."""
    lines, gates, measure = lines or scheme.lines, scheme.gates, scheme.formula.measure
    name, half = MEASURES[measure], scheme.formula.denominator is Denominator.EXPECTED
    below = "、".join(f"“{item.label}”" for item in items)
    return {
        Reason.BELOW_REMEDIAL: f"{name}{_missed(half, lines.remedial)}补课线 {mark_text(lines.remedial, measure)}",
        Reason.DISSATISFIED_ABOVE: f"不满意率高于 {share_text(lines.dissatisfied)}",
        Reason.BELOW_ATTENTION: f"{name}{_missed(half, lines.attention)}提醒线 {mark_text(lines.attention, measure)}",
        Reason.TOO_FEW: f"有效评价少于 {max(gates.min_valid, scheme.floor)} 份，样本不足",
        Reason.RETURN_TOO_LOW: f"回收率低于 {share_text(gates.return_valid)}，结果无效",
        Reason.WITHHELD: "合计为保护匿名不显示，不作结论",
        Reason.ONE_DECIDES: "评价几乎一致，结论只取决于其中一人；为保护匿名，不作结论",
        Reason.VEILED_DECIDE: "结论取决于份数为保护匿名不显示的类别，不作结论",
        Reason.ITEM_REMEDIAL: f"{below}未达到本项的补课线",
        Reason.ITEM_ATTENTION: f"{below}未达到本项的提醒线",
        Reason.STEP: "",
        Reason.NO_GROUP_QUORUM: NO_GROUP_QUORUM_TEXT,
        Reason.NO_QUORUM: "" if scheme.quorum is None else no_quorum_text(scheme.quorum),
    }[reason]


def _missed(of_all: bool, line: Fraction) -> str:
    """Say that a line was missed; half of all members must be passed."""
    return "未超过" if of_all and line == Fraction(1, 2) else "未达到"


def step_reason(scheme: Scheme, place: int | None) -> str:
    """Say why the step of a rule at a place gave its word, or that no step before 其余 did."""
    rule = scheme.judged_by
    if rule.plurality is not None:
        return "得票最多的等次不止一个" if place is None else f"“{scheme.scale.grades[place].label}”得票最多"
    conditions = () if place is None else rule.steps[place].conditions
    return conditions_text(scheme, conditions) if conditions else "不符合前面各档的条件"


def sum_text(printed: str) -> str:
    """Note that shares, each rounded by itself, print another sum than the whole."""
    return f"各项合计 {printed}（分别四舍五入，不作凑整）"


def low_return_text(scheme: Scheme, *, invalid: bool) -> str:
    """Warn about 回收率."""
    gates = scheme.gates
    if invalid:
        return f"回收率低于 {share_text(gates.return_valid)}，本次结果无效"
    return f"回收率低于 {share_text(gates.return_warning)}，请慎重使用结果"


def no_quorum_text(quorum: Quorum) -> str:
    """Say that too few people were present."""
    return f"未达法定人数（{quorum_text(quorum)}），结果无效"


def no_group_quorum_text(names: Sequence[str]) -> str:
    """Name the voter groups of which too few were present, as far as they may be named."""
    return f"未达法定人数的类别：{'、'.join(names)}，整个结果无效" if names else NO_GROUP_QUORUM_TEXT


def more_than_expected_text(names: Sequence[str]) -> str:
    """Name where more ballots came back than people were expected."""
    return f"收回多于应参加人数（{'、'.join(names)}）：按应参加计算的比率改按收回份数计算，请核对名册"


def unknown_text(scheme: Scheme) -> str:
    """Warn about 不了解率."""
    return f"不了解率高于 {share_text(scheme.gates.unknown_warning)}"


def left_out_text(labels: Sequence[str]) -> str:
    """Say which items of too few answers are no part of the sum of all."""
    return f"各项合计不含有效评价不足的指标：{'、'.join(labels)}"


def uneven_text(names: Sequence[str]) -> str:
    """Note voter groups that came in a proportion unlike that of the people expected."""
    return f"{'、'.join(names)}占收回票数的比例与其占应参加人数的比例相差较大"
