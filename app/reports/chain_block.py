"""What every report says of the ballots themselves: the counting chain, and the counts of an announced round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.office.language import _, language_of_file, said
from app.office.markup import Cell, Column, Spanning, Style, joined, paragraph, paragraphs, two_lines
from app.publication.announced import Asked, Option, Slide, beside_word, slides_of, summary_of_words
from app.reports.ruled import ruled
from app.tally import shown
from app.tally.document import Document, extent_of
from app.tally.sectioned import ballot_texts
from app.tally.shown import NO_FIGURE, RETURNS, SLIPS, ChainRow, ReturnKey, SlipKey, figure_text
from app.tally.wording import CHAIN, HIDDEN_TEXT


@dataclass(frozen=True, slots=True)
class ChainColumns:
    """Which numbers of the counting chain a table shows; with ``returns`` stand 回收率 and 参评率."""

    slips: tuple[SlipKey, ...]
    returns: tuple[ReturnKey, ...] = ()

    def labels(self) -> list[str]:
        """Return the heads of the columns."""
        return [_(CHAIN[key]) for key in (*self.slips, *self.returns, *(RATES if self.returns else []))]


_COUNTS, _WORDS = {"zh": 68, "en": 50}, {"zh": 18, "en": 40}
"""How wide the columns of counts and of words are: what follows from a word is longer in English."""
RATES = ("return_rate", "participation_rate")
SHORT_CHAIN = ChainColumns(("expected", "issued"), ("returned", "valid", "invalid", "blank"))
SLIPS_CHAIN = ChainColumns(SLIPS)
RETURNS_CHAIN = ChainColumns(("issued",), RETURNS)


def chain_table(document: Document, shown_columns: ChainColumns, caption: str) -> Markup:
    """Return the counting chain of every voter group and of all together."""
    chain = document["chain"]
    labels = shown_columns.labels()
    width = 120 / max(len(labels), 7)
    columns = [Column(_("类别"), 0, Style.CELL), *(Column(label, width) for label in labels)]
    rows = [_chain_row(row["name"], row, shown_columns) for row in chain["groups"]]
    told = ruled(caption, columns, [*rows, _chain_row(_("合计"), chain["total"], shown_columns)])
    by_section = [_("%(text)s。", text=said(text)) for text in ballot_texts(chain) if shown_columns.returns]
    return joined([told, paragraphs(by_section, Style.NOTE)])


def _chain_row(name: str, row: ChainRow, columns: ChainColumns) -> list[Cell]:
    slips = [str(row[key]) for key in columns.slips]
    if not columns.returns:
        return [name, *slips]
    if "returned" not in row:
        return [name, *slips, Spanning(said(HIDDEN_TEXT), len(columns.returns) + len(RATES))]
    rates = (row["return_rate"], shown.participation_rate(row))
    return [name, *slips, *(str(row[key]) for key in columns.returns), *map(figure_text, rates)]


def chain_sentence(document: Document) -> str:
    """Say the counting chain of all voter groups together."""
    total = document["chain"]["total"]
    values: dict[str, object] = {**total, "hidden": said(HIDDEN_TEXT)}
    if "returned" not in total:
        return _("应参加 %(expected)s 人，发出 %(issued)s 份，收回情况%(hidden)s。", **values)
    rates = zip(RATES, (total["return_rate"], shown.participation_rate(total)), strict=True)
    told = [_("，%(name)s %(rate)s", name=_(CHAIN[key]), rate=rate["text"]) for key, rate in rates if rate]
    begin = "应参加 %(expected)s 人，发出 %(issued)s 份，"
    if "present" in total and "not_voted" in total:
        begin = "应参加 %(expected)s 人，到会 %(present)s 人，发出 %(issued)s 份，"
        told = [_("，未投票 %(not_voted)s 人", **values), *told]
    counted = "收回 %(returned)s 份，其中有效 %(valid)s 份、无效 %(invalid)s 份、空白 %(blank)s 份%(rest)s。"
    return _(begin, **values) + _(counted, **values, rest="".join(told))


def warnings_of(document: Document) -> list[str]:
    """Return what the reader of the whole result must be warned of."""
    return [said(note["text"]) for note in (*document["chain"]["warnings"], *document["notes"])]


def counts_table(document: Document) -> Markup:
    """Return the counts of an announced round, every option of whatever was asked; nothing of a protected one."""
    if extent_of(document) is None:
        return Markup()
    slides = slides_of(document)
    columns = [
        Column(_("对象"), 0, Style.CELL),
        Column(_("指标"), 28),
        Column(_("票数（占比）"), _COUNTS[language_of_file()], Style.CELL),
        Column(_("有效"), 12),
        Column(_("结论"), _WORDS[language_of_file()]),
    ]
    rows = [row for at, slide in enumerate(slides) for row in _told_rows(slide, slides[at - 1].part if at else "")]
    note = paragraph(words_given(slides), Style.NOTE)
    return joined([ruled(_("公开计票结果"), columns, rows), note])


def words_given(slides: Sequence[Slide]) -> str:
    """Say how many objects of an announced round got each word."""
    summary = [(said(word), count) for word, _code, count in summary_of_words(slides)]
    given = [_("%(word)s %(count)s 个", word=word, count=count) for word, count in summary]
    return _("共 %(count)s 个：%(words)s。", count=len(slides), words=_("，").join(given))


def named_in_full(slide: Slide) -> str:
    """Return the name of an object, with who answers for it."""
    return _("%(name)s（%(members)s）", name=slide.name, members=slide.responsible) if slide.responsible else slide.name


def _told_rows(slide: Slide, before: str) -> Iterator[list[Cell]]:
    """Yield the rows of an object, under one with the name of its section where that begins."""
    if slide.part != before:
        yield [Spanning(slide.part, 5)]
    given = said(slide.word)
    word = two_lines(given, said(beside)) if (beside := beside_word(slide)) else given
    for place, part in enumerate(slide.asked):
        lead = ("", "") if place else (named_in_full(slide), word)
        yield [lead[0], part.label, options_told(part), part.valid or NO_FIGURE, lead[1]]


def options_told(asked: Asked) -> str:
    """Return the options in one line, with what they add up to where that is not the whole."""
    told = _("，").join(f"{said(one.label)} {_option(one)}" for one in asked.options)
    return _("；").join(filter(None, (told or said(asked.text), said(asked.note))))


def _option(one: Option) -> str:
    share = said(one.share["text"])
    return _("%(count)s（%(share)s）", count=one.count, share=share) if one.count else share
