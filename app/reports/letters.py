"""反馈函: one Word letter for each unit, with its own result and the campaign's band, never with another unit's."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from app.office.language import _, blank, run_on, said
from app.office.markup import Pictures, joined, one_line, paragraph, paragraphs
from app.office.zips import packed
from app.publication.domain import Scope, notes_for
from app.publication.editions import Published
from app.reports.chain_block import chain_sentence
from app.reports.fields import ReportKind
from app.reports.language import about
from app.reports.report_data import (
    Figures,
    common_values,
    groups_table,
    items_table,
    method_block,
    reasons_of,
    remarks_block,
)
from app.reports.templates import fill_template, template_in_words
from app.tally.document import Document, Target, only_section, parts_of
from app.tally.headed import head_of
from app.tally.own_words import is_own
from app.tally.sectioned import ballot_texts
from app.tally.shown import Ruling
from app.tally.verdict import Verdict

REMARKS_LISTED = 300
Beside = Mapping[str, Sequence[str]]
"""What stands beside the votes of each unit, in sentences."""
NOTHING: Beside = MappingProxyType({})

_UNSAFE = re.compile(r'[\\/:*?"<>|.\s]+')
_NAME_LENGTH = 40
DEMANDS: Final = {
    Verdict.MET: "请继续听取群众意见，巩固和改进工作。",
    Verdict.ATTENTION: "请对照测评结果和群众意见认真自查，制定改进措施，并报送组织单位。",
    Verdict.REMEDIAL: (
        "结果低于补课线。是否责令补课，由组织单位研究决定后另行通知；请先对照群众意见查找原因，准备整改方案。"
        "整改方案应明确内容、目标和时限、措施、责任，并作出公开承诺。"
    ),
    Verdict.TOO_FEW: "样本不足，本次结果不作结论。请继续听取群众意见，改进工作。",
    Verdict.INVALID: "本次测评结果无效，不作结论。请继续听取群众意见，改进工作。",
}


def feedback_letters(result: Published, template: bytes | None, now: datetime, beside: Beside = NOTHING) -> bytes:
    """Return a zip with the letter of every unit that the result holds, named in official order."""
    many = len(result.parts) > 1
    return packed(
        (f"{number}-{name}" if many else name, letter)
        for number, part in enumerate(result.parts, start=1)
        for name, letter in _named(part, template, now, beside)
    )


def _named(
    result: Published, template: bytes | None, now: datetime, beside: Beside
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    """Yield the letters of a section with their names."""
    digits = max([2, *(len(str(unit["position"])) for unit in result.section["targets"])])
    for unit, letter in letters_of(result, template, now, beside):
        yield f"{unit['position']:0{digits}d}_{file_name(unit['name'])}.docx", letter


def letters_of(
    result: Published, template: bytes | None, now: datetime, beside: Beside = NOTHING
) -> Iterator[tuple[Target, bytes]]:  # fmt: skip
    """Yield every unit of a section, in official order, with its letter."""
    units = result.section["targets"]
    strips = Figures(result.section, Pictures())
    strips.draw(part["total"] for unit in units for part in parts_of(unit))
    for unit in units:
        yield unit, _letter(result, (unit, beside.get(unit["id"], ())), strips, template, now)


def feedback_letter(
    result: Published, unit: Target, template: bytes | None, now: datetime, beside: Beside = NOTHING
) -> bytes:
    """Return the letter of one unit of the result."""
    result = result.around(unit["id"])
    figures = Figures(result.section, Pictures())
    figures.draw(part["total"] for part in parts_of(unit))
    return _letter(result, (unit, beside.get(unit["id"], ())), figures, template, now)


def file_name(name: str) -> str:
    """Return a unit's name as a file may be called on every system."""
    return _UNSAFE.sub("_", one_line(name)).strip("_")[:_NAME_LENGTH] or _("单位")


def _letter(
    result: Published, about_unit: tuple[Target, Sequence[str]], drawn: Figures, template: bytes | None, now: datetime
) -> bytes:
    unit, told = about_unit
    document, pictures = result.document, Pictures()
    figures, facts = drawn.into(pictures), document["round"]
    values = {
        **common_values(result, _("%(title)s结果反馈函", title=facts["title"]), "", now),
        "单位": one_line(unit["name"]),
        "测评结果": _outcome(document, unit, told, figures),
        "类别评价": groups_table(result.section, unit, _("各类别评价")),
        "口径": method_block(document),
        "意见建议": remarks_block(unit, facts["remark_k"], REMARKS_LISTED),
        "整改要求": _demands(unit),
    }
    return fill_template(ReportKind.LETTER, template or template_in_words(ReportKind.LETTER), values, pictures, now)


def _outcome(document: Document, unit: Target, told: Sequence[str], figures: Figures) -> Markup:
    section, verdict = only_section(document), unit["verdict"]
    band, sort = section["overall_band"], section["objects"]
    notes = [*(note["text"] for note in document["chain"]["warnings"]), *notes_for(unit, Scope.UNIT)]
    ballots = [_("%(text)s。", text=said(text)) for text in ballot_texts(document["chain"], section["key"])]
    return joined(
        [
            paragraph(run_on([_("结论：%(word)s。", word=said(verdict["label"])), reasons_of(verdict)])),
            paragraphs(told),
            paragraphs(_("提示：%(text)s。", text=said(text)) for text in notes),
            items_table(figures, unit, _("各项评价")),
            paragraphs([_whole(sort, head_of(section), band["label"])] if band else []),
            paragraph(run_on([_("计票情况：%(told)s", told=chain_sentence(document)), *ballots])),
        ]
    )


def _whole(sort: str, head: str, band: str) -> str:
    return about(sort, "全部单位合在一起，%(what)s在 %(band)s 这一档。", what=said(head), band=said(band))


def _demand(ruling: Ruling) -> str:
    """Return what is asked of a unit: what its word is followed by, or for the words that ship a fuller sentence."""
    consequence = ruling.get("consequence")
    if not consequence or not is_own(ruling):
        return _(DEMANDS[ruling["code"]])
    return _("%(word)s：%(text)s。", word=said(ruling["label"]), text=said(consequence))


def _demands(unit: Target) -> Markup:
    code = unit["verdict"]["code"]
    lines = [_demand(unit["verdict"])]
    if code in {Verdict.ATTENTION, Verdict.REMEDIAL}:
        lines.append(_("报送时限：%(blank)s。联系人和电话：%(blank)s。", blank=blank()))
    return paragraphs(lines)
