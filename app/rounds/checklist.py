"""What is to be in order before a paper is frozen, without any I/O."""

from collections.abc import Iterator, Sequence
from typing import Final

from app.campaigns.composite import Part, Source, every_part
from app.campaigns.disclosure import STEPS, Extent, Hindrance, hindrances
from app.campaigns.domain import Item
from app.campaigns.form_rules import fits_scale
from app.campaigns.rule import may_have_points
from app.campaigns.rules import fits, words_without_points
from app.campaigns.weighing import are_mixed
from app.core.errors import Ours
from app.core.printable import Unprintable, Words, unprintable
from app.rounds.domain import Paper, Section
from app.rounds.limits import limits_of
from app.rounds.promise import points_of
from app.rounds.steps import Step

_NAMED: Final = 8
"""Names that a line of the checklist tells before it breaks off."""


def words_of(paper: Paper) -> Iterator[Words]:
    """Yield what of a paper stands on slips, in briefs and in charts."""
    yield Words(field="组织单位", text=paper.organisation)
    yield Words(field="活动名称", text=paper.campaign)
    yield Words(field="轮次名称", text=paper.title)
    yield from (Words(field="测评表", text=section.form_title) for section in paper.parts)
    yield from (Words(field="分表", text=section.noun) for section in paper.parts)
    yield from (Words(field="单位", text=unit.name) for unit in paper.units)
    yield from (Words(field="参评人员类别", text=group.name) for group in paper.groups)
    for section in paper.sections:
        for item in section.items:
            yield Words(field="所属标题", text=item.heading)
            yield Words(field="指标", text=item.label)
            yield from (Words(field="等次", text=label) for label in item.words)
        yield from (Words(field="等次", text=grade.label) for grade in section.scheme.scale.grades)


def freeze_problems(paper: Paper) -> tuple[Step, ...]:
    """Return the checklist before the freeze: something to rate, someone to rate it, no group too small (SEC-13).

    Groups that slips are given to but that will have no row of their own are named (SEC-84); that is no hindrance.
    """
    small = [group.name for group in paper.groups if not paper.gets_slips(group)]
    alone = [group.name for group in paper.groups if not paper.gets_row(group)]
    unfit = [item.label for section in paper.sections for item in unfit_items(section)]
    idle = [group.name for group in paper.groups if not paper.rated_by(group.id)]
    lacking = unprintable(words_of(paper))
    return (
        Step("units", "列出被测评单位", bool(paper.parts) and all(part.units for part in paper.parts)),
        Step("groups", "列出参评人员类别和人数", bool(paper.groups)),
        Step("items", "测评表至少有一项指标", all(part.items for part in paper.parts)),
        Step("labels", "指标自己的等次，个数与评价等次相合", not unfit, told=tuple(unfit)),
        Step("small", "每个类别的人数够发票", not small, told=tuple(small)),
        Step(
            "rows",
            "每个类别都达到最少公布人数（达不到的只计入合计，不单独显示）",
            not alone,
            told=tuple(alone),
            needed=False,
        ),
        Step("idle", "每个类别至少评一个单位", not idle, told=tuple(idle)),
        Step("signs", "名称里的字都印得出来", not lacking, told=tuple(map(_lacking, lacking)), needed=False),
        *_rule_step(paper),
        *_composite_step(paper),
        *_limit_steps(paper),
        *_shown_steps(paper),
        *_english_step(paper),
    )


def _first(names: Sequence[str]) -> tuple[str, ...]:
    """Return as many names as a line tells, and a sign where there are more."""
    return (*names[:_NAMED], "…") if len(names) > _NAMED else tuple(names)


def _lacking(one: Unprintable) -> Ours:
    return Ours.filled("%(text)s：%(sign)s（%(code)s）", text=one.text, sign=one.sign, code=one.code)


def rule_fits(section: Section) -> bool:
    """Whether the rule of a section fits its form: one that was typed for another scale cannot be put in words."""
    scheme = section.scheme
    return (scheme.is_lined and not are_mixed(section.items)) or fits(scheme, section.items)


def _rule_step(paper: Paper) -> tuple[Step, ...]:
    """Return the line about a rule of one's own."""
    own = any(not section.scheme.is_lined or are_mixed(section.items) for section in paper.sections)
    unfit = [section.form_title for section in paper.sections if not rule_fits(section)]
    return (Step("rule", "判定规则适合每张测评表的等次", not unfit, told=tuple(unfit)),) if own else ()


def _composite_step(paper: Paper) -> tuple[Step, ...]:
    """Return the line about the composite score, for a paper that has one.

    Its voter groups may have been deleted, and objects may be of other classes than when its weights were typed: those
    would be weighed as if they had none.
    """
    if paper.scheme.composite is None:
        return ()
    groups, classes = {"", *(group.id for group in paper.groups)}, {unit.object_class for unit in paper.units}
    every = list(every_part(paper.scheme.composite.parts))
    gone: list[str] = [part.label for part in every if part.group not in groups]
    gone += [
        Ours.filled("%(part)s（%(of)s）", part=part.label, of=name)
        for part in every
        for name in part.by_class
        if name not in classes
    ]
    found = Step("composite", "综合评价所用的参评人员类别和对象类别都在", not gone, told=tuple(gone))
    return (found, *_points_step(paper, every))


def _points_step(paper: Paper, parts: Sequence[Part]) -> tuple[Step, ...]:
    """Return the lines about rules and words without points, where these are a part of the composite score."""
    if not any(part.source is Source.RULE for part in parts):
        return ()
    named = list(_words_without_points(paper))
    bare, of_items = (dict.fromkeys(name for of_item, name in named if of_item is which) for which in (False, True))
    most = [section.form_title for section in paper.sections if not may_have_points(section.scheme.judged_by)]
    return (
        Step(
            "stepped",
            "综合评价要用分值的测评表都是逐档判定（按得票最多判定的没有分值）",
            not most,
            told=tuple(most),
        ),
        Step("points", "综合评价要用的判定用语都有分值", not bare, told=tuple(bare)),
        Step(
            "item_points",
            "指标自己的线判出的用语也有分值（没有的，请删去这项指标自己的线，或在判定规则里加一档同名的用语并写分值）",
            not of_items,
            told=tuple(of_items),
        ),
    )


def _words_without_points(paper: Paper) -> Iterator[tuple[bool, Ours]]:
    """Yield the words that are worth nothing, and whether they are of an item with lines of its own."""
    for section in paper.sections:
        labels = {item.key: item.label for item in section.items}
        for key, word in words_without_points(section.scheme, labels):
            yield bool(key), _worth_nothing(section.form_title, labels.get(key, ""), word.text)


def _worth_nothing(form: str, item: str, word: str) -> Ours:
    if form and item:
        return Ours.filled("%(form)s，%(item)s“%(word)s”", form=form, item=item, word=word)
    return Ours.filled("%(of)s“%(word)s”", of=form or item, word=word)


def _shown_steps(paper: Paper) -> Iterator[Step]:
    """Yield what hinders an announced round, and the units of which nothing would be shown even if everybody came."""
    if paper.scheme.disclosure.announced:
        groups, weighted = [(group.name, group.expected) for group in paper.groups], bool(paper.scheme.weights)
        unsummed = points_of(paper) if paper.scheme.disclosure.extent is Extent.SUM else ()
        every = hindrances(groups, remarks=paper.remarks, weighted=weighted, unsummed=unsummed)
        found = {one.code: one for one in every}
        for code, label in STEPS.items():
            yield _hindered(code, label, found.get(code))
    least = max(paper.scheme.floor, paper.scheme.gates.min_valid)
    bare = [unit.name for unit in paper.units if paper.groups and paper.raters_of(unit.id) < least]
    label = "人人都来时，每个单位的结果都有数字（否则只写“样本不足”）"
    yield Step("figures", label, not bare, told=_first(bare), needed=False)


def _hindered(code: str, label: str, found: Hindrance | None) -> Step:
    if found is None:
        return Step(code, label, done=True)
    return Step(code, label, done=False, told=found.told, advice=found.example)


def _limit_steps(paper: Paper) -> Iterator[Step]:
    """Yield what is wrong with limits: of fewer than one object nobody could be given the grade at all."""
    limits = [limit for section in paper.sections for limit in limits_of(section)]
    if limits:
        small = [
            Ours.filled("%(grades)s：%(count)s 个里不足 1 个", grades=limit.words, count=limit.objects)
            for limit in limits
            if limit.most < 1
        ]
        yield Step("limits", "票内限额至少是 1 个", not small, told=tuple(small))


def left_over_step(names: list[str] | None) -> list[Step]:
    """Return the line on objects that stand in no section, for a round of sections; that is no hindrance."""
    if names is None:
        return []
    return [Step("left", "每个对象都在一张分表里（不在的不参评）", not names, told=_first(names), needed=False)]


def unfit_items(section: Section) -> Iterator[Item]:
    """Yield the items whose own words are not as many as the grades, or whose own grades are more."""
    grades = len(section.scheme.scale.grades)
    yield from (item for item in section.items if not fits_scale(item, grades))


def _english_step(paper: Paper) -> tuple[Step, ...]:
    """Return the line about English names, for a paper that has any of its own."""
    if not paper.is_translated():
        return ()
    missing = paper.untranslated
    return (Step("english", "名称都有英文（没有的照印中文）", not missing, told=_first(missing), needed=False),)
