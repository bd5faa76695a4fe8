"""Charts draw the figures of the document, and nothing where it shows none."""

import pytest
from defusedxml.ElementTree import fromstring

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Scheme
from app.core.db import Database
from app.core.errors import DomainError
from app.publication import charts
from app.tally.result import result_document
from app.tally.shown import participation_rate
from tests.publication import counted, reading
from tests.tally.cast import Json, make_chain, make_marks, make_paper, make_stack, section_of


def document_of(database: Database, votes: counted.Votes) -> Json:
    round_id = counted.store_published(database, votes)
    with database.reading() as session:
        return counted.result_for(session, round_id).document


def words(svg: str) -> str:
    return " ".join(fromstring(svg).itertext())


@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("form", ["t1", "t2", "t4"])
def test_charts_show_percentages_of_the_document_alone(database: Database, form: str, share: float) -> None:
    document = document_of(database, counted.make_votes(counted.make_paper(form=form), share))
    unit = section_of(document)["targets"][3]
    allowed = set().union(*map(reading.percents, reading.texts_of(document)))
    scale = {"0%", "25%", "50%", "75%", "100%"}
    drawn = [charts.row_chart(section_of(document), unit, place) for place in range(len(unit["items"]) + 1)]
    for svg in (*drawn, charts.unit_chart(section_of(document), unit).svg(), charts.overall_chart(document).svg()):
        assert reading.percents(words(svg)) <= allowed | scale
    assert unit["overall"]["total"]["distribution"][0]["share"]["text"] in words(drawn[0])


def test_a_hidden_figure_is_an_empty_bar(database: Database) -> None:
    paper = counted.make_paper(("县文化馆",), {"党代表": 9})
    document = document_of(database, counted.make_votes(paper, share=1.0))
    text = words(charts.row_chart(section_of(document), section_of(document)["targets"][0], 0))
    assert "—" in text
    assert "为保护匿名不显示" in text
    assert not reading.percents(text)


def test_a_uniform_figure_is_told_as_a_band_alone(database: Database) -> None:
    document = document_of(database, counted.make_votes(opinions=((100, 0, 0, 0, 0),)))
    text = words(charts.row_chart(section_of(document), section_of(document)["targets"][0], 0))
    assert reading.percents(text) == {"≥90%"}


@pytest.mark.parametrize("place", [-1, 7, 10**9])
def test_it_refuses_a_place_without_a_bar(database: Database, place: int) -> None:
    document = document_of(database, counted.make_votes())
    with pytest.raises(DomainError, match="not_found"):
        charts.row_chart(section_of(document), section_of(document)["targets"][0], place)


def test_return_rates_stand_beside_the_gates_they_have_to_pass(database: Database) -> None:
    document = document_of(database, counted.make_votes(share=0.7))
    texts = [node.text for node in fromstring(charts.return_chart(document).svg()).iter() if node.tag.endswith("text")]
    assert "回收率有效线 2/3" in texts
    assert "回收率提示线 80%" in texts
    total = document["chain"]["total"]
    assert f"{total['return_rate']['text']}（{total['returned']}/{total['issued']}）" in texts
    turnout = participation_rate(total)
    assert turnout is not None
    assert f"{turnout['text']}（{total['returned']}/{total['expected']}）" in texts


def test_many_units_stand_with_their_rates(database: Database) -> None:
    document = document_of(database, counted.make_votes())
    texts = [node.text for node in fromstring(charts.multiples_chart(document)).iter() if node.tag.endswith("text")]
    for unit in section_of(document)["targets"]:
        assert unit["overall"]["total"]["satisfied_rate"]["text"] in texts


def test_charts_hold_the_bars_against_the_lines(database: Database) -> None:
    document = document_of(database, counted.make_votes())
    unit = section_of(document)["targets"][0]
    for chart in (charts.overall_chart(document), charts.unit_chart(section_of(document), unit)):
        text = words(chart.svg())
        assert "补课线 60%" in text
        assert "提醒线 80%" in text
    item = next(item["key"] for item in unit["items"] if not item["overall"])
    assert "补课线" not in words(charts.item_chart(document, item).svg())


def test_a_chart_is_drawn_in_both_forms(database: Database) -> None:
    document = document_of(database, counted.make_votes())
    chart = charts.overall_chart(document)
    assert chart.drawn("svg").startswith(b"<svg")
    assert chart.drawn("png").startswith(b"\x89PNG")


def test_marks_of_pooled_items_are_drawn_without_counts(database: Database) -> None:
    document = document_of(database, counted.make_votes(counted.make_paper(form="t4")))
    assert " (" not in words(charts.overall_chart(document).svg())


def test_bars_of_a_wider_base_are_not_stretched_over_a_line() -> None:
    """119 of 200 returned are 59.5 %: five who do not know leave the end of the bar empty."""
    paper = make_paper({"g": ()}, scheme=Scheme(SCALES["satisfaction"], Formula(2, Denominator.RETURNED)), expected=200)
    marks = make_stack(make_marks(60, 59, 40, 36, 5))
    document = result_document(paper, {("u0", "g"): marks}, make_chain({"g": 200}, expected=200), {})
    shares = charts.shares_of(section_of(document)["targets"][0]["items"][0]["total"])
    assert sum(shares[:2]) < 0.6 < sum(shares) < 1
