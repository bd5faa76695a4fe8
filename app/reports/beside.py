"""What stands beside the votes in Word: composite scores, and what the body decided."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from app.office.language import _, clauses, listed, run_on, said
from app.office.markup import Column, Style, joined, paragraphs
from app.publication.composite_rows import Composites, Row
from app.publication.previous import PREVIOUS_HEADS, PREVIOUS_NOTE, Before
from app.reports.language import award_of, before_cells
from app.reports.ruled import ruled
from app.tally.shown import NO_FIGURE


def said_of_each(composites: Composites | None) -> Mapping[str, Sequence[str]]:
    """Return what is said of each object by itself: its score, the word of that, and what the body decided."""
    return {row.id: list(_about(composites, row)) for row in composites.rows} if composites else {}


def _about(composites: Composites, row: Row) -> Iterator[str]:
    if formula := composites.formula_in(said):
        yield _("综合评价得分：%(score)s（%(formula)s）。", score=row.score or said(row.why), formula=formula)
    if row.conclusion:
        yield _("综合评价结论：%(text)s。", text=said(row.conclusion.text))
    if row.award:
        yield _("组织评定：%(text)s。", text=award_of(row))


def how_made(composites: Composites) -> list[str]:
    """Return the sentences that say how scores and words are made, for what is printed below them."""
    formula = composites.formula_in(said)
    return list(filter(None, [_("%(text)s。", text=formula) if formula else "", said(composites.rule)]))


def given_line(composites: Composites) -> str:
    """Say how many objects were given which word; empty where none was."""
    counts = [_("%(word)s %(count)s 个", word=said(word), count=count) for word, count in composites.given]
    return _("综合评价结论：%(words)s。", words=clauses(counts)) if counts else ""


def composites_table(composites: Composites | None) -> Markup:
    """Write scores and awards beside the votes; nothing where there are none."""
    if composites is None:
        return Markup("")
    scored, judged, awarded = bool(composites.formula), bool(composites.rule), composites.awarded
    columns = [
        Column(_("对象"), 0, Style.CELL),
        *([Column(_("综合评价得分"), 25, Style.CELL)] if scored else []),
        *([Column(_("综合评价结论"), 40, Style.CELL)] if judged else []),
        *([Column(_("各部分"), 60 if judged else 70, Style.CELL)] if scored else []),
        *([Column(_("组织评定"), 35, Style.CELL)] if awarded else []),
    ]
    rows = [
        [
            said(row.name),
            *([row.score or said(row.why)] if composites.formula else []),
            *([said(row.conclusion_text) or NO_FIGURE] if composites.rule else []),
            *([said(row.parts_text)] if composites.formula else []),
            *([award_of(row) or NO_FIGURE] if composites.awarded else []),
        ]
        for row in composites.rows
    ]
    words = [
        composites.formula_in(said),
        said(composites.rule),
        *_given(composites),
        _("计名的部分和组织评定不经过票箱，不是投票结果。"),
    ]
    return joined([ruled(_("综合评价和组织评定"), columns, rows), paragraphs(filter(None, words))])


def _given(composites: Composites) -> Iterator[str]:
    """Yield how many objects were given which word, and which of them need attention, with what follows."""
    yield given_line(composites)
    for word, follows, names in composites.following:
        told = _("综合评价结论为“%(word)s”的：%(names)s。", word=said(word), names=listed(map(said, names)))
        yield run_on([told, _("%(text)s。", text=said(follows)) if follows else ""])


def previous_table(found: Sequence[Before]) -> Markup:
    """Write what came out last time beside what came out now; nothing where there is nothing to set beside."""
    if not found:
        return Markup("")
    widths = zip(PREVIOUS_HEADS, (0, 32, 32, 52, 28), strict=True)
    columns = [Column(_(head), width, Style.CELL) for head, width in widths]
    return joined([ruled(_("与上次结果"), columns, map(before_cells, found)), paragraphs([_(PREVIOUS_NOTE)])])
