"""Makers of the larger charts of published results: they run in the workshop."""

from collections.abc import Mapping
from typing import Any

from app.core.errors import DomainError
from app.office.bench import Bench, Made
from app.publication import charts, trends
from app.publication.admission import admitted
from app.publication.domain import unit_of
from app.publication.editions import Published
from app.publication.reads import viewer_of
from app.rounds.reads import frozen_paper
from app.tally.document import Target, every_target
from app.tally.spoken import Speaker
from app.web.i18n import english


def _unit(result: Published, unit_id: str) -> Target:
    found = unit_of(every_target(result.document), unit_id)
    if found is None:
        raise DomainError("not_found")
    return found


def _chart(result: Published, told: Mapping[str, Any]) -> charts.Chart:
    if told["chart"] == "returns":
        return charts.return_chart(result.document)
    if told["chart"] == "overall":
        return charts.overall_chart(result.part(told["section"]).document)
    if told["chart"] == "item":
        return charts.item_chart(result.part(told["section"]).document, told["item"])
    unit = _unit(result, told["unit"])
    if told["chart"] == "unit":
        return charts.unit_chart(result.around(told["unit"]).section, unit)
    return charts.groups_chart(result.around(told["unit"]).section, unit, told["place"])


def chart(bench: Bench) -> Made:
    """Draw a chart of one result."""
    with (
        bench.reading() as session,
        admitted(session, bench.arguments, viewer_of(session, bench.staff), bench.now) as result,
    ):
        paper, _ = frozen_paper(session, result.round_id)
    drawn = _chart(result, bench.arguments)
    if bench.language == "en":
        drawn = charts.in_words(drawn, Speaker(paper.english, english()).document)
    return Made(drawn.drawn(bench.arguments["form"]))


def comparison(bench: Bench) -> Made:
    """Draw two rounds of a campaign side by side."""
    told = bench.arguments
    with bench.reading() as session:
        viewer = viewer_of(session, bench.staff)
    found = trends.trends(bench.reading, viewer, bench.now, told["campaign"])
    pair = trends.pair_of(found, told["before"]["round"], told["after"]["round"])
    if (pair.before.cut, pair.after.cut) != (told["before"], told["after"]):
        raise DomainError("result_made_otherwise")
    rows = tuple(
        (after["name"], before["overall"]["total"], after["overall"]["total"], reason)
        for before, after, reason in pair.rows
    )
    titles = (pair.before.line.round.title, pair.after.line.round.title)
    drawn = charts.before_after_chart(pair.after.line.campaign, titles, rows)
    if bench.language == "en":
        names = {**pair.before.paper.english, **pair.after.paper.english}
        drawn = charts.in_words(drawn, Speaker(names, english()).document)
    return Made(drawn.drawn("svg"))
