"""监票情况报告 in Word, and what every report says of the counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.office.markup import Pictures, Style, joined, paragraph, paragraphs
from app.publication.composite_rows import Composites
from app.publication.editions import Published
from app.publication.previous import Before
from app.reports.fields import ReportKind
from app.reports.naming import named_after, round_in_campaign
from app.reports.report_data import (
    BLANK,
    RETURNS_CHAIN,
    SLIPS_CHAIN,
    chain_sentence,
    chain_table,
    common_values,
    warnings_of,
)
from app.reports.templates import fill_template
from app.rounds.ports import NOTHING_MERGED, Merged
from app.tally.document import Document

METHOD = "无记名填写测评表，封箱后由监票人共同开箱计票"
NO_BLANK = "手机投票逐项必答，没有空白票；信封里装的不是本轮合规选票的，计为无效票。"
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
    about = document["round"]
    values = {
        **common_values(result, f"{about['title']}监票情况报告", particulars.number, now),
        "监票情况": joined([_scrutiny_story(result, particulars), scrutiny_tables(document, "表")]),
        "签字": paragraphs((f"{signer}（签字）：{BLANK}　　日期：{BLANK}" for signer in _SIGNERS), Style.SIGNATURE),
    }
    return fill_template(ReportKind.SCRUTINY, template, values, pictures, now)


def _scrutiny_story(result: Published, particulars: Particulars) -> Markup:
    document = result.document
    about = document["round"]
    named = round_in_campaign(about["campaign"], about["title"])
    return joined(
        [
            paragraph(f"{named_after(about['organisation'], named)}的监票、计票情况报告如下。"),
            paragraph(f"时间：{particulars.time or BLANK}。地点：{particulars.place or BLANK}。"),
            paragraph(chain_sentence(document)),
            _root(result),
            paragraphs(f"提示：{text}。" for text in warnings_of(document)),
        ]
    )


def _root(result: Published) -> Markup:
    """Return the root of the box that was counted, to be held against what was signed at the close."""
    if not result.root:
        return joined([])
    digits = " ".join(result.root[at : at + _DIGITS] for at in range(0, len(result.root), _DIGITS))
    return joined(
        [
            paragraph(f"截止封箱时公布的票箱指纹：“{result.signs}”，与开箱时一致。"),
            paragraph(f"票箱指纹全文（64 位十六进制数字）：{digits}", Style.NOTE),
        ]
    )


def scrutiny_tables(document: Document, prefix: str) -> Markup:
    """Return the whole counting chain in two tables: slips, and what came back."""
    return joined(
        [
            chain_table(document, SLIPS_CHAIN, f"{prefix} 1　测评票的印制和发出"),
            chain_table(document, RETURNS_CHAIN, f"{prefix} 2　测评票的收回和计票"),
            paragraph(NO_BLANK, Style.NOTE),
        ]
    )
