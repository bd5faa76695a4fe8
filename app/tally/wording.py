"""The Chinese sentences that are frozen with a result: formula, reasons, warnings and notes."""

from collections.abc import Sequence
from fractions import Fraction

from app.campaigns.domain import Denominator, Item, Lines, Measure, Scheme
from app.tally.verdict import Band, Reason, Verdict

ON_LINE, HALF_FAILS = "恰在线上不算低于。", "恰为半数的算低于（须过半数），其余恰在线上不算低于。"
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
    "missing": "未交回", "return_rate": "回收率", "participation_rate": "参评率",
}  # fmt: skip
"""The numbers of the counting chain, 回收率 and 参评率, in their order."""


_DENOMINATORS = {
    Denominator.VALID: "有效评价",
    Denominator.RETURNED: "收回票数",
    Denominator.EXPECTED: "应参加人数",
}


COUNT_WORDS = {"unit": "个单位", "person": "名同志", "project": "个项目", "document": "份文档"}
"""What is counted, by what is rated."""


def line_text(line: Fraction) -> str:
    """Write a line as percent where that is a short number, otherwise as a fraction (1/3)."""
    tenths = line * 1000
    if tenths.denominator != 1:
        return f"{line.numerator}/{line.denominator}"
    whole, rest = divmod(int(tenths), 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def band_label(band: Band) -> str:
    """Write a band: 90%以上, 80%–90%, 60%以下; 超过50% and 不超过50% where an edge itself is below it."""
    low, high = band.low, band.high
    if low is not None and high is not None:
        return f"{line_text(low.number)}–{line_text(high.number)}"
    if low is not None:
        return f"超过{line_text(low.number)}" if low.over else f"{line_text(low.number)}以上"
    return "" if high is None else f"不超过{line_text(high.number)}" if high.over else f"{line_text(high.number)}以下"


def band_code(band: Band) -> str:
    """Return the code of a band: 90_up, 80_90, under_60."""
    low, high = (line_text(edge.number).removesuffix("%") if edge else "" for edge in (band.low, band.high))
    if low and high:
        return f"{low}_{high}"
    return f"{low}_up" if low else f"under_{high}"


def half_fails(denominator: str, lines: Sequence[str]) -> bool:
    """Whether a line, as the document words it, is half of all members, whom exactly half is no majority of."""
    return denominator == Denominator.EXPECTED and not {"50%", "50 分"}.isdisjoint(lines)


def on_line_text(denominator: str, lines: Sequence[str]) -> str:
    """Say what becomes of a figure exactly on a line."""
    return HALF_FAILS if half_fails(denominator, lines) else ON_LINE


def measure_text(measure: Measure) -> str:
    """Name the figure that lines are drawn on."""
    return {
        Measure.SATISFIED_RATE: "满意率",
        Measure.POSITIVE_RATE: "总体满意率",
        Measure.MEAN_SCORE: "综合得分",
    }[measure]


def mark_text(line: Fraction, measure: Measure) -> str:
    """Write a line on its figure: per cent, or points for 综合得分."""
    if measure is not Measure.MEAN_SCORE:
        return line_text(line)
    points = line * 100
    return f"{float(points):g} 分"


def reason_text(reason: Reason, scheme: Scheme, lines: Lines | None = None, items: Sequence[Item] = ()) -> str:
    """Why a unit or an item is not 达标; ``lines`` are the item's own, ``items`` those that are below theirs."""
    lines, gates, measure = lines or scheme.lines, scheme.gates, scheme.formula.measure
    name = measure_text(measure)
    below = "、".join(f"“{item.label}”" for item in items)
    return {
        Reason.BELOW_REMEDIAL: f"{name}未达到补课线 {mark_text(lines.remedial, measure)}",
        Reason.DISSATISFIED_ABOVE: f"不满意率高于 {line_text(lines.dissatisfied)}",
        Reason.BELOW_ATTENTION: f"{name}未达到提醒线 {mark_text(lines.attention, measure)}",
        Reason.TOO_FEW: f"有效评价少于 {max(gates.min_valid, scheme.floor)} 份，样本不足",
        Reason.RETURN_TOO_LOW: f"回收率低于 {line_text(gates.return_valid)}，结果无效",
        Reason.WITHHELD: "合计为保护匿名不显示，不作结论",
        Reason.ONE_DECIDES: "评价几乎一致，结论只取决于其中一人；为保护匿名，不作结论",
        Reason.ITEM_REMEDIAL: f"{below}未达到本项的补课线",
        Reason.ITEM_ATTENTION: f"{below}未达到本项的提醒线",
    }[reason]


def formula_text(scheme: Scheme) -> str:
    """口径, printed beside every figure."""
    scale, formula = scheme.scale, scheme.formula
    best = " + ".join(grade.label for grade in scale.grades[: formula.top])
    parts = [f"满意率 =（{best}）÷ {_DENOMINATORS[formula.denominator]}"]
    without = "".join(f"“{label}”" for label in (scale.unknown, scale.abstain) if label is not None)
    if without:
        parts.append(f"有效评价不含{without}")
    negative = " + ".join(grade.label for grade in scale.grades if not grade.positive)
    if negative:
        parts.append(f"不满意率 =（{negative}）÷ 有效评价" if "+" in negative else f"不满意率 = {negative} ÷ 有效评价")
    if scheme.formula.measure is Measure.MEAN_SCORE:
        scores = "、".join(f"{grade.label} {grade.score} 分" for grade in scale.grades)
        parts.append(f"综合得分为有效评价的平均分（{scores}）")
    if scheme.formula.measure is Measure.POSITIVE_RATE:
        positive = " + ".join(grade.label for grade in scale.grades if grade.positive)
        parts.append(f"总体满意率 =（{positive}）÷ {_DENOMINATORS[formula.denominator]}")
    if scheme.weights:
        parts.append("先按类别计算，再按权重合计；没有有效评价的类别不计，其权重按比例分给其余类别")
    has_ranges = scheme.intervals and formula.denominator is Denominator.VALID and not scheme.weights
    ranged = "满意率旁边的范围：全体应参加人员的满意率有 95% 的把握落在其中。" if has_ranges else ""
    return "；".join(parts) + f"。{ranged}单位按机构序列排列，不作排名。少于 {scheme.floor} 份的数据不显示。"


def low_return_text(scheme: Scheme, *, invalid: bool) -> str:
    """Warn about 回收率."""
    gates = scheme.gates
    if invalid:
        return f"回收率低于 {line_text(gates.return_valid)}，本次结果无效"
    return f"回收率低于 {line_text(gates.return_warning)}，请慎重使用结果"


def more_than_expected_text(names: Sequence[str]) -> str:
    """Name where more ballots came back than people were expected."""
    return f"收回多于应参加人数（{'、'.join(names)}）：按应参加计算的比率改按收回份数计算，请核对名册"


def unknown_text(scheme: Scheme) -> str:
    """Warn about 不了解率."""
    return f"不了解率高于 {line_text(scheme.gates.unknown_warning)}"


def uneven_text(names: Sequence[str]) -> str:
    """Note voter groups that came in a proportion unlike that of the people expected."""
    return f"{'、'.join(names)}占收回票数的比例与其占应参加人数的比例相差较大"
