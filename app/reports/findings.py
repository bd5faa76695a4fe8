"""What a report makes of a result: who needs attention and why, what was said, and what is to be done."""

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from app.campaigns.domain import ANSWERING, Objects
from app.office.language import _, clauses, listed, run_on, said
from app.office.markup import Column, Style, joined, paragraph, paragraphs
from app.publication.domain import units_of_verdict, units_with_remarks
from app.reports.appendix import FEW_TOLD
from app.reports.called import sort_rated
from app.reports.language import about
from app.reports.report_data import reasons_of, remarks_block
from app.reports.ruled import ruled
from app.rounds.ports import Merged
from app.tally.document import Document, Section, Target, every_target
from app.tally.shown import Ruling
from app.tally.verdict import OF_CONCERN, Verdict
from app.tally.words import word_for, word_rows

REMARKS_LISTED, REMARKS_OF_MANY, MOST_HEARD = 10, 3, 20


def units_of_concern(section: Section) -> Markup:
    """Return which words were given how often, and who needs attention."""
    counts = [row for row in word_rows(section) if row["code"] != Verdict.INVALID]
    numbers = _("，").join(_("%(word)s %(count)s 个", word=said(row["label"]), count=row["count"]) for row in counts)
    lines = [
        _("%(word)s：%(names)s。", word=said(word_for(section, verdict)), names=listed(unit["name"] for unit in found))
        for verdict in (*OF_CONCERN, Verdict.TOO_FEW, Verdict.INVALID)
        if (found := units_of_verdict(section, verdict))
    ]
    sort = section["objects"]
    first = "以下单位需要关注，按机构序列列出，不作排名。" if lines else "没有需要关注的单位。"
    has_remarks = any(unit["remarks"]["shown"] for unit in section["targets"])
    heard = _("群众的意见和建议见第三部分，原因见第四部分。") if has_remarks else ""
    words = run_on([about(sort, "各单位结论：%(numbers)s。", numbers=numbers), about(sort, first), heard])
    return joined([paragraph(words), paragraphs(lines)])


def below(unit: Target) -> list[tuple[str, Ruling]]:
    """Return the items that are below lines of their own, by their labels."""
    ruled = [(item["label"], item["verdict"]) for item in unit["items"]]
    return [(item, ruling) for item, ruling in ruled if ruling is not None and ruling["code"] in OF_CONCERN]


def opinions(document: Document, chosen: Sequence[Target], merged: Merged) -> Markup:
    """Return the issues into which opinions were merged, and the remarks to the units."""
    remark_k, every, sort = document["round"]["remark_k"], units_with_remarks(document), sort_rated(document)
    few = len(every) <= FEW_TOLD
    heard = every if few else [unit for unit in chosen if unit["remarks"]["shown"]][:MOST_HEARD]
    blocks = [paragraph(line) for line in _issues(document, merged)]
    for unit in heard if few else ():
        blocks.append(paragraph(unit["name"], Style.SUBHEADING))
        blocks.append(remarks_block(unit, remark_k, REMARKS_LISTED))
    if not few:
        told = "下面每个单位列出 %(count)s 条，全部意见见统计表（Excel）。顺序随机，与任何一张票无关。"
        blocks.append(paragraph(about(sort, told, count=REMARKS_OF_MANY)))
        blocks.append(paragraphs(map(_few_remarks, heard), Style.REMARK))
    if len(every) < sum(1 for _ in every_target(document)):
        rest, none = (
            "其余单位没有意见，或不足 %(k)s 条，为保护匿名不显示。",
            "各单位没有意见，或不足 %(k)s 条，为保护匿名不显示。",
        )
        blocks.append(paragraph(about(sort, rest if every else none, k=remark_k)))
    return joined(blocks)


def _few_remarks(unit: Target) -> str:
    texts = clauses(text.rstrip("。；") for text in unit["remarks"]["texts"][:REMARKS_OF_MANY])
    return _("%(name)s（共 %(count)s 条）：%(texts)s。", name=unit["name"], count=unit["remarks"]["count"], texts=texts)


def _issues(document: Document, merged: Merged) -> Iterator[str]:
    """Yield into which issues opinions were merged, each with the number of its opinions and its units."""
    if not merged.issues:
        return
    rest = _("，%(count)s 条尚未归并", count=merged.unsorted) if merged.unsorted else ""
    rest += _("，%(count)s 条经研究未采纳", count=merged.aside) if merged.aside else ""
    begin = "共征求到意见和建议 %(opinions)s 条，归并为以下 %(issues)s 个问题%(rest)s。"
    yield _(begin, opinions=merged.opinions, issues=len(merged.issues), rest=rest)
    for place, issue in enumerate(merged.issues, start=1):
        names = listed(unit["name"] for unit in every_target(document) if unit["id"] in issue.units)
        whose = _("，涉及%(names)s", names=names) if names else ""
        yield _(
            "%(place)s．%(title)s（%(count)s 条%(whose)s）",
            place=place,
            title=issue.title,
            count=issue.opinions,
            whose=whose,
        )


def problems(section: Section) -> Markup:
    """Return every reason once, with the units that it holds of."""
    found: dict[str, list[str]] = {}
    for unit in (*(unit for verdict in OF_CONCERN for unit in units_of_verdict(section, verdict)), *_rest(section)):
        told = [reasons_of(unit["verdict"])] if unit["verdict"]["code"] in OF_CONCERN else []
        for reason in [
            *told,
            *(_("“%(item)s”%(why)s", item=item, why=reasons_of(ruling)) for item, ruling in below(unit)),
        ]:
            found.setdefault(reason.removesuffix(_("。").strip()), []).append(unit["name"])
    lines = [
        about(
            section["objects"],
            "%(reason)s（%(count)s 个单位）：%(names)s。",
            reason=reason,
            count=len(names),
            names=listed(names),
        )
        for reason, names in found.items()
    ]
    return paragraphs(lines or [about(section["objects"], "没有单位或指标低于规定的线。")])


def _rest(section: Section) -> list[Target]:
    return [unit for unit in section["targets"] if unit["verdict"]["code"] not in OF_CONCERN]


def next_steps(section: Section) -> Markup:
    """Return what is to be done; of who does not answer to 补课 the rule says what follows from a word."""
    sort = section["objects"]
    remedial, attention = ([unit["name"] for unit in units_of_verdict(section, verdict)] for verdict in OF_CONCERN)
    blocks: list[Markup] = []
    if Objects(sort) not in ANSWERING:
        return paragraphs(_consequences(section))
    if remedial:
        words = (
            "对结论为“%(word)s”的单位，建议责令补课、限期整改，"
            "整改后由原类别人员复测。整改方案应明确内容、目标和时限、措施、责任，并作出公开承诺。时限由组织单位审定后填写。"
        )
        blocks += [
            paragraph(about(sort, words, word=said(word_for(section, Verdict.REMEDIAL)))),
            _deadlines(sort, remedial),
        ]
    if attention:
        words = "对结论为“%(word)s”的单位，建议对照测评结果和群众意见自查整改：%(names)s。"
        given = said(word_for(section, Verdict.ATTENTION))
        blocks.append(paragraph(about(sort, words, word=given, names=listed(attention))))
    if not blocks:
        blocks.append(paragraph(about(sort, "各单位继续对照群众的意见和建议改进工作，防止盲目攀比、片面追求高分。")))
    return joined(blocks)


def _consequences(section: Section) -> Iterator[str]:
    """Yield each word that was given to anybody who needs attention, with what follows from it."""
    for verdict in OF_CONCERN:
        units = list(units_of_verdict(section, verdict))
        for word in dict.fromkeys(unit["verdict"]["label"] for unit in units):
            named = [unit for unit in units if unit["verdict"]["label"] == word]
            names, follows = listed(unit["name"] for unit in named), said(named[0]["verdict"].get("consequence", ""))
            told = _("结论为“%(word)s”的：%(names)s。", word=word, names=names)
            yield run_on([told, f"{follows}{_('。').strip()}" if follows else ""])


def _deadlines(sort: str, names: Iterable[str]) -> Markup:
    heads = ("整改方案报送时限", "整改完成时限", "复测时间", "责任领导")
    columns = [Column(about(sort, "单位"), 0, Style.CELL), *(Column(_(head), 27) for head in heads)]
    return ruled(_("补课安排"), columns, ([name, *("" for _ in heads)] for name in names))
