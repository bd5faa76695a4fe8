"""The Chinese sentences of a scheme: formula, rule, gates. One function each; whatever prints a rule prints these.

A number that is reached is 达到……（含）, one to be passed 超过, the others 不足 and 不超过. Never 以上 or 以下, which
leave open on which side the number itself is. In English see app.tally.spoken.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from app.campaigns.domain import Denominator, Item, Measure, Scheme
from app.campaigns.quorum import Quorum
from app.campaigns.ratios import number_text
from app.campaigns.rule import LEFT_OPEN, SHARES, Condition, Plurality, Quantity, Rule, Sign, Step, Tie, Word
from app.campaigns.score import Score
from app.campaigns.weighing import are_weighed, by_points

BASES = {
    Denominator.VALID: "有效评价",
    Denominator.RETURNED: "收回票数",
    Denominator.PRESENT: "到会人数",
    Denominator.EXPECTED: "应参加人数",
}
MEASURES = {
    Measure.SATISFIED_RATE: "满意率",
    Measure.POSITIVE_RATE: "总体满意率",
    Measure.MEAN_SCORE: "综合得分",
}
_SIGNS = {Sign.ABOVE: "超过 {}", Sign.AT_LEAST: "达到 {}（含）", Sign.BELOW: "不足 {}", Sign.AT_MOST: "不超过 {}"}
_TIES = {
    Tie.WORSE: "得票并列的，取较低的等次",
    Tie.BETTER: "得票并列的，取较高的等次",
    Tie.MEETING: "得票并列的，由会议确定",
}
_PERCENT = 100


def share_text(share: Fraction) -> str:
    """Write a share as percent where that is a short number, otherwise as a fraction (1/3)."""
    tenths = share * 1000
    if tenths.denominator != 1:
        return f"{share.numerator}/{share.denominator}"
    whole, rest = divmod(int(tenths), 10)
    return f"{whole}.{rest}%" if rest else f"{whole}%"


def points_text(points: Fraction) -> str:
    """Write a number of points."""
    return f"{number_text(points)} 分"


def _joined(labels: Sequence[str]) -> str:
    return " + ".join(labels)


def quantity_text(scheme: Scheme, condition: Condition) -> str:
    """Name what a condition looks at, by the name it has in the formula where it has one."""
    labels, count = [grade.label for grade in scheme.scale.grades], condition.grades
    if condition.quantity is Quantity.MEAN:
        return MEASURES[Measure.MEAN_SCORE]
    if condition.quantity is Quantity.COMPOSITE:
        return "综合评价得分"
    if condition.quantity is Quantity.FIRST:
        named = {scheme.scale.positives: "总体满意率", scheme.formula.top: "满意率"}
        if scheme.formula.measure is Measure.POSITIVE_RATE:
            named[scheme.scale.positives] = "总体满意率"
        return named.get(count) or f"“{_joined(labels[:count])}”的比例"
    if condition.of_valid:
        return f"“{_joined(labels[-count:])}”占有效评价的比例"
    if count == len(labels) - scheme.scale.positives:
        return "不满意率"
    return f"“{_joined(labels[-count:])}”的比例"


def condition_text(scheme: Scheme, condition: Condition) -> str:
    """Say one condition."""
    number = condition.number
    written = share_text(number) if condition.quantity in SHARES else points_text(number)
    return f"{quantity_text(scheme, condition)}{_SIGNS[condition.sign].format(written)}"


def conditions_text(scheme: Scheme, conditions: Sequence[Condition]) -> str:
    """Say conditions that must all hold."""
    return "，并且".join(condition_text(scheme, condition) for condition in conditions)


def _those(scheme: Scheme, conditions: Sequence[Condition]) -> str:
    said = conditions_text(scheme, conditions)
    return f"{said}的" if said.endswith("）") else f"{said} 的"


def step_text(scheme: Scheme, step: Step) -> str:
    """Say one step of a rule."""
    if not step.conditions:
        return f"其余的为“{step.word.text}”"
    return f"{_those(scheme, step.conditions)}，为“{step.word.text}”"


def rule_text(scheme: Scheme, rule: Rule | None = None) -> str:
    """Say a rule, the scheme's own where none is given, with what follows from each word."""
    rule = rule or scheme.judged_by
    if rule.plurality is not None:
        parts = [_plurality_text(scheme, rule.plurality)]
    else:
        parts = ["；".join(step_text(scheme, step) for step in rule.steps)]
        if len(rule.steps) > 2:  # noqa: PLR2004 - of two only one can come first
            parts.append("从前往后，以先符合的为准")
    parts += [f"{_those(scheme, flag.conditions)}，另注“{flag.text}”" for flag in rule.flags]
    parts += consequence_texts(rule)
    return "".join(f"{part}。" for part in parts)


def composite_rule_text(scheme: Scheme) -> str:
    """Say the rule that gives 综合评价得分 its word; empty where there is none."""
    rule = scheme.composite.rule if scheme.composite else None
    return rule_text(scheme, rule) if rule else ""


def _plurality_text(scheme: Scheme, plurality: Plurality) -> str:
    grades = zip(scheme.scale.grades, plurality.words, strict=True)
    named = [f"“{grade.label}”最多的为“{word.text}”" for grade, word in grades]
    return "；".join(["得票最多的等次决定结论", *named, _TIES[plurality.tie]])


def consequence_texts(rule: Rule) -> list[str]:
    """Say what follows from each word that has a consequence; each once."""
    words: Mapping[str, Word] = {word.text: word for word in rule.words if word.consequence and word != LEFT_OPEN}
    return [f"“{text}”：{word.consequence}" for text, word in words.items()]


def formula_text(scheme: Scheme, items: Sequence[Item] = ()) -> str:
    """口径, printed beside every figure; of ``items`` that are answered in points the mean."""
    parts = _points_parts(scheme, items) if by_points(items) else _formula_parts(scheme)
    if any(item.score for item in items):
        parts.append("打分的项只公布人数和平均分")
    if scheme.weights:
        parts.append("先按类别计算，再按权重合计；没有有效评价的类别不计，其权重按比例分给其余类别")
    plain = scheme.formula.denominator is Denominator.VALID and not scheme.weights and not by_points(items)
    has_ranges = scheme.intervals and plain
    ranged = "满意率旁边的范围：全体应参加人员的满意率有 95% 的把握落在其中。" if has_ranges else ""
    return "；".join(parts) + f"。{ranged}单位按机构序列排列，不作排名。少于 {scheme.floor} 份的数据不显示。"


def _points_parts(scheme: Scheme, items: Sequence[Item]) -> list[str]:
    overall = next((item for item in items if item.overall), None)
    mean = f"“{overall.label}”的平均分" if overall else "各项平均分的平均"
    without = "".join(f"“{label}”" for label in (scheme.scale.unknown, scheme.scale.abstain) if label is not None)
    scores = "、".join(f"{grade.label} {grade.score} 分" for grade in scheme.scale.grades)
    graded = overall is None and any(item.score is None for item in items)
    return [
        f"综合得分 = {mean}，折成百分",
        *([f"按等次评的项：{scores}"] if graded else []),
        *([f"平均分不含{without}"] if without else []),
    ]


def _formula_parts(scheme: Scheme) -> list[str]:
    scale, formula, base = scheme.scale, scheme.formula, BASES[scheme.formula.denominator]
    labels = [grade.label for grade in scale.grades]
    best, negative = labels[: formula.top], labels[scale.positives :]
    parts = [f"满意率 =（{_joined(best)}）÷ {base}"]
    without = "".join(f"“{label}”" for label in (scale.unknown, scale.abstain) if label is not None)
    if without and formula.denominator is Denominator.VALID:
        parts.append(f"有效评价不含{without}")
    if negative:
        parts.append(_share_formula("不满意率", negative, base))
    if scheme.judges(Quantity.MEAN):
        scores = "、".join(f"{grade.label} {grade.score} 分" for grade in scale.grades)
        parts.append(f"综合得分为有效评价的平均分（{scores}）")
    if formula.top == scale.positives:
        parts.append("满意率与总体满意率相同")
    elif scheme.judges(Quantity.FIRST, scale.positives):
        parts.append(f"总体满意率 =（{_joined(labels[: scale.positives])}）÷ {base}")
    return parts


def _share_formula(name: str, labels: Sequence[str], base: str) -> str:
    return f"{name} =（{_joined(labels)}）÷ {base}" if len(labels) > 1 else f"{name} = {labels[0]} ÷ {base}"


def quorum_text(quorum: Quorum) -> str:
    """Say how many must be present."""
    said = _SIGNS[quorum.sign].format(share_text(quorum.share)).replace(" ", "应参加人数的 ", 1)
    return f"到会人数{said}，结果方为有效"


def group_quorum_texts(quorums: Mapping[str, Quorum], names: Mapping[str, str]) -> list[str]:
    """Say how many of voter groups must be present, groups of the same quorum together; ``names`` by id."""
    alike: dict[Quorum, list[str]] = {}
    for key, name in names.items():
        if key in quorums:
            alike.setdefault(quorums[key], []).append(f"“{name}”")
    texts = []
    for quorum, named in alike.items():
        said = _SIGNS[quorum.sign].format(share_text(quorum.share)).replace(" ", "本类别应参加人数的 ", 1)
        texts.append(f"{'、'.join(named)}到会人数{said}，整个结果方为有效")
    return texts


def quorum_texts(scheme: Scheme, names: Mapping[str, str]) -> list[str]:
    """Say every quorum of a scheme; ``names`` are those of the voter groups by id."""
    whole = [] if scheme.quorum is None else [quorum_text(scheme.quorum)]
    return [*whole, *group_quorum_texts(scheme.group_quorums, names)]


def gates_text(scheme: Scheme, names: Mapping[str, str]) -> str:
    """Say when a result is valid and when it is not judged; ``names`` are those of the voter groups by id."""
    returned = [f"回收率不足 {share_text(scheme.gates.return_valid)} 的，结果无效"] if scheme.quorum is None else []
    fewest = f"有效评价少于 {max(scheme.gates.min_valid, scheme.floor)} 份的，样本不足，不作结论"
    return f"{'；'.join([*returned, *quorum_texts(scheme, names), fewest])}。"


def item_rule_texts(scheme: Scheme, items: Sequence[Item]) -> list[str]:
    """Say the rules that items have to themselves; a unit's word is the gravest of all."""
    ruled = [(item, scheme.for_item(item)) for item in items]
    own = [(item, scheme, rule) for item, scheme in ruled if (rule := scheme.item_rule(item.key)) is not None]
    said = ["；".join(step_text(scheme, step) for step in rule.steps) for _, scheme, rule in own]
    return [f"“{item.label}”另有规定：{text}。" for (item, *_), text in zip(own, said, strict=True)]


def item_scale_texts(scheme: Scheme, items: Sequence[Item]) -> list[str]:
    """Say the grades that items have to themselves and what of them counts as satisfied, and how items are weighed."""
    own = [(item, scheme.for_item(item)) for item in items if item.grades or item.top or item.score]
    said = [
        item_points_text(item.label, item.score) if item.score else f"“{item.label}”的等次：{_scale_text(each)}。"
        for item, each in own
    ]
    if not are_weighed(items):
        return said
    weights = "、".join(f"{item.label} {number_text(item.weight)}" for item in items)
    return [*said, f"各项合计是各项的平均，权重：{weights}。"]


def item_points_text(label: str, score: Score) -> str:
    """Say how an item of this name is answered in points."""
    return f"“{label}”{score_text(score)}。"


def score_text(score: Score) -> str:
    """Say how an item is answered in points, and which of them the mean is taken of."""
    said = f"打 0–{score.most} 分{'，可带一位小数' if score.decimals else ''}"
    if not score.trim:
        return f"{said}，取平均分"
    return f"{said}，去掉 {score.trim} 个最高分和 {score.trim} 个最低分后取平均分"


def _scale_text(scheme: Scheme) -> str:
    grades = scheme.scale.grades
    scores = "、".join(f"{grade.label} {grade.score} 分" for grade in grades)
    counted = _joined([grade.label for grade in grades[: scheme.formula.top]])
    return f"{scores}；满意率 = {counted}"


def weights_text(scheme: Scheme, names: Mapping[str, str]) -> str:
    """Say the weights of the voter groups, whose names are given by id; empty where none are used."""
    said = [
        f"{name} {share_text(scheme.weights[key] / _PERCENT)}" for key, name in names.items() if key in scheme.weights
    ]
    return f"类别权重：{'、'.join(said)}。" if said else ""


def scheme_texts(scheme: Scheme, items: Sequence[Item], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return all that is printed of a scheme: on the paper, before the vote, with the result."""
    own, weights = [*item_scale_texts(scheme, items), *item_rule_texts(scheme, items)], weights_text(scheme, names)
    gates = gates_text(scheme, names)
    return tuple(filter(None, [formula_text(scheme, items), rule_text(scheme), *own, weights, gates]))
