"""监票情况报告 in Word, and what every report says of the counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.office.language import _, blank
from app.office.markup import Pictures, Style, joined, paragraph, paragraphs
from app.publication.composite_rows import Composites
from app.publication.editions import Published
from app.publication.previous import Before
from app.reports.chain_block import RETURNS_CHAIN, SLIPS_CHAIN, chain_sentence, chain_table, warnings_of
from app.reports.fields import ReportKind
from app.reports.language import round_named
from app.reports.naming import named_after
from app.reports.report_data import common_values
from app.reports.templates import fill_template, template_in_words
from app.rounds.ports import NOTHING_MERGED, Merged
from app.tally.document import Document

METHOD = "无记名填写测评表，封箱后由监票人共同开箱计票"
NO_BLANK = "手机投票逐项必答，没有空白票；信封里装的不是本轮合规选票的，计为无效票。"
ELSEWHERE = "清点人、持钥匙人、到场人员和账号的变动，见开箱后由系统打印的监票情况报告，请一并签字存档。"
_DIGITS = 8
"""So many digits of a root stand together, so that a line can break between."""
_SIGNERS = ("监票人", "监票人", "计票人", "负责人")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What no document holds and a person writes; what is empty stays blank in the report, to be filled in by hand."""

    number: str = ""
    basis: str = ""
    time: str = ""
    place: str = ""
    method: str = METHOD
    merged: Merged = NOTHING_MERGED
    """The issues into which opinions were merged."""
    composites: Composites | None = None
    """What stands beside the votes, where something does."""
    previous: Sequence[Before] = ()
    """What came out last time, where the same was rated in the same way."""


def scrutiny_report(result: Published, template: bytes | None, particulars: Particulars, now: datetime) -> bytes:
    """Return the 监票情况报告, to be printed and signed."""
    document, pictures = result.document, Pictures()
    facts = document["round"]
    values = {
        **common_values(result, _("%(title)s监票情况报告", title=facts["title"]), particulars.number, now),
        "监票情况": joined([_scrutiny_story(result, particulars), scrutiny_tables(document, _("表"))]),
        "签字": paragraphs(
            (
                _("%(signer)s（签字）：%(blank)s　　日期：%(blank)s", signer=_(signer), blank=blank())
                for signer in _SIGNERS
            ),
            Style.SIGNATURE,
        ),
    }
    return fill_template(ReportKind.SCRUTINY, template or template_in_words(ReportKind.SCRUTINY), values, pictures, now)


def _scrutiny_story(result: Published, particulars: Particulars) -> Markup:
    document = result.document
    facts = document["round"]
    named = round_named(facts["campaign"], facts["title"])
    return joined(
        [
            paragraph(_("%(named)s的监票、计票情况报告如下。", named=named_after(facts["organisation"], named))),
            paragraph(
                _(
                    "时间：%(time)s。地点：%(place)s。",
                    time=particulars.time or blank(),
                    place=particulars.place or blank(),
                )
            ),
            paragraph(chain_sentence(document)),
            _root(result),
            paragraph(_(ELSEWHERE), Style.NOTE),
            paragraphs(_("提示：%(text)s。", text=text) for text in warnings_of(document)),
        ]
    )


def _root(result: Published) -> Markup:
    """Return the root of the box that was counted, to be held against what was signed at the close."""
    if not result.root:
        return joined([])
    digits = " ".join(result.root[at : at + _DIGITS] for at in range(0, len(result.root), _DIGITS))
    return joined(
        [
            paragraph(_("截止封箱时公布的票箱指纹：“%(signs)s”，与开箱时一致。", signs=result.signs)),
            paragraph(_("票箱指纹全文（64 位十六进制数字）：%(digits)s", digits=digits), Style.NOTE),
        ]
    )


def scrutiny_tables(document: Document, prefix: str) -> Markup:
    """Return the whole counting chain in two tables: slips, and what came back."""
    return joined(
        [
            chain_table(document, SLIPS_CHAIN, _("%(prefix)s 1　测评票的印制和发出", prefix=prefix)),
            chain_table(document, RETURNS_CHAIN, _("%(prefix)s 2　测评票的收回和计票", prefix=prefix)),
            paragraph(_(NO_BLANK), Style.NOTE),
        ]
    )
