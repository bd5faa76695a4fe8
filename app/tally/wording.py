"""The Chinese sentences that are frozen with a result: formula, reasons, warnings and notes."""

from fractions import Fraction

from app.campaigns.domain import Denominator, Scheme
from app.tally.verdict import Band, Reason, Verdict

HIDDEN_TEXT = "为保护匿名不显示"
UNIFORM_TEXT = "结果高度一致，建议结合座谈核实"
BREAKDOWN_TEXT = "为保护匿名，本项不按类别列出"

VERDICTS = {
    Verdict.MET: "达标",
    Verdict.ATTENTION: "提醒",
    Verdict.REMEDIAL: "需补课",
    Verdict.TOO_FEW: "样本不足",
    Verdict.INVALID: "结果无效",
}

BANDS = {Band.FROM_90: "90%以上", Band.FROM_80: "80%–90%", Band.FROM_60: "60%–80%", Band.UNDER_60: "60%以下"}

_DENOMINATORS = {
    Denominator.VALID: "有效评价",
    Denominator.RETURNED: "收回票数",
    Denominator.EXPECTED: "应参加人数",
}


def line_text(line: Fraction) -> str:
    """Write a line as percent where that is a short number, otherwise as a fraction (1/3)."""
    tenths = line * 1000
    if tenths.denominator != 1:
        return f"{line.numerator}/{line.denominator}"
    whole, rest = divmod(int(tenths), 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def reason_text(reason: Reason, scheme: Scheme) -> str:
    """Why a unit is not 达标."""
    lines, gates = scheme.lines, scheme.gates
    return {
        Reason.BELOW_REMEDIAL: f"满意率未达到补课线 {line_text(lines.remedial)}",
        Reason.DISSATISFIED_ABOVE: f"不满意率高于 {line_text(lines.dissatisfied)}",
        Reason.BELOW_ATTENTION: f"满意率未达到提醒线 {line_text(lines.attention)}",
        Reason.TOO_FEW: f"有效评价少于 {max(gates.min_valid, scheme.k)} 份，样本不足",
        Reason.RETURN_TOO_LOW: f"回收率低于 {line_text(gates.return_valid)},结果无效",
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
    if scheme.weights:
        parts.append("先按类别计算，再按权重合计；没有有效评价的类别不计，其权重按比例分给其余类别")
    return "；".join(parts) + f"。单位按机构序列排列，不作排名。少于 {scheme.k} 份的数据不显示。"


def low_return_text(scheme: Scheme, *, invalid: bool) -> str:
    """Warn about 回收率."""
    gates = scheme.gates
    if invalid:
        return f"回收率低于 {line_text(gates.return_valid)}，本次结果无效"
    return f"回收率低于 {line_text(gates.return_warning)}，请慎重使用结果"


def unknown_text(scheme: Scheme) -> str:
    """Warn about 不了解率."""
    return f"不了解率高于 {line_text(scheme.gates.unknown_warning)}"
