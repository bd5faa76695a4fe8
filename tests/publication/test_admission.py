"""Files and pictures are named by what they are made of: nothing is kept under the name of something else."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from app.core.db import Database
from app.core.errors import DomainError
from app.core.settings import Settings
from app.main import PORTS
from app.office.bench import Bench, Made, dotted, let_go
from app.publication import making as pictures
from app.publication import trends
from app.publication.admission import admission, admitted
from app.publication.composites import AWARD
from app.publication.domain import Scope, Viewer
from app.publication.reads import ANYONE
from app.reports import making
from app.reports.routes import TYPED
from app.rounds.models import Round
from tests.publication import counted
from tests.publication.test_composites import acting
from tests.publication.test_composites import paper as paper_with_scores
from tests.publication.test_previous import announced
from tests.publication.test_years import YEAR, paper_of, publish, publish_votes

ORGANISER = Viewer(Scope.ORGANISERS, counted.ZHANG.id)
WORDS = {"typed": dict.fromkeys(TYPED, ""), "merged": dotted(PORTS.merged)}
LOOKING_BACK: Mapping[str, tuple[Callable[[Bench], Made], Viewer]] = {
    "workbook": (making.workbook, ORGANISER),
    "report": (making.survey, ORGANISER),
    "brief": (making.brief, ORGANISER),
    "notice": (making.notice, ANYONE),
}
OF_ONE_ROUND: Mapping[str, tuple[Callable[[Bench], Made], Mapping[str, object]]] = {
    "scrutiny": (making.scrutiny, WORDS),
    "letters": (making.letters, {}),
    "letter": (making.letter, {"unit": "u1"}),
    "chart": (pictures.chart, {"chart": "returns", "form": "svg"}),
}


@contextmanager
def workshop(settings: Settings) -> Iterator[Callable[[Callable[[Bench], Made], Mapping[str, Any]], bytes]]:
    """Yield what makes a file of arguments, as the workshop does."""
    url = settings.sqlalchemy_url

    def make(maker: Callable[[Bench], Made], arguments: Mapping[str, Any]) -> bytes:
        bench = Bench(dict(arguments), b"", counted.ZHANG, counted.AT, url, settings.data, settings.base_url)
        return maker(bench).content

    try:
        yield make
    finally:
        let_go(url)


def named(database: Database, round_id: str, viewer: Viewer, *, looks_back: bool) -> Mapping[str, object]:
    with database.reading() as session:
        return admission(session, round_id, viewer, counted.AT, looks_back=looks_back).as_arguments()


@pytest.mark.parametrize("kind", LOOKING_BACK)
def test_no_file_that_tells_of_another_round_is_kept_under_its_earlier_name(
    database: Database, settings: Settings, kind: str
) -> None:
    """Ordered, then another round is released, then made, then that release is withdrawn: the name is the first one."""
    maker, viewer = LOOKING_BACK[kind]
    last = publish(database, announced(2026, 46), 0, "public")
    told = {**named(database, last, viewer, looks_back=True), **WORDS}
    first = publish(database, announced(2025, 33), -YEAR, "public")
    with workshop(settings) as make:
        with pytest.raises(DomainError, match="result_made_otherwise"):
            make(maker, told)
        later = named(database, last, viewer, looks_back=True)
        assert later["behind"] != told["behind"]
        assert make(maker, {**later, **WORDS})
        counted.withdraw(database, first)
        assert make(maker, told)
        with pytest.raises(DomainError, match="result_made_otherwise"):
            make(maker, {**later, **WORDS})


@pytest.mark.parametrize("kind", OF_ONE_ROUND)
def test_no_file_with_an_award_entered_meanwhile_is_kept_under_its_earlier_name(
    database: Database, settings: Settings, kind: str
) -> None:
    maker, more = OF_ONE_ROUND[kind]
    round_id = counted.store_published(database, counted.make_votes(paper_with_scores()))
    told = {**named(database, round_id, ORGANISER, looks_back=False), **more}
    with workshop(settings) as make:
        assert make(maker, told)
        acting(database, round_id, {("u1", AWARD): "优秀"})
        with pytest.raises(DomainError, match="result_made_otherwise"):
            make(maker, told)
        acting(database, round_id, {("u1", AWARD): ""})
        assert make(maker, told)


def test_what_changes_while_it_is_read_is_refused_at_the_end(database: Database) -> None:
    """A session pauses wherever a document is parsed, as here."""
    last = publish(database, announced(2026, 46), 0, "public")
    told = named(database, last, ORGANISER, looks_back=True)

    def read(*, meanwhile: bool) -> str:
        with database.reading() as session, admitted(session, told, ORGANISER, counted.AT) as result:
            session.rollback()
            if meanwhile:
                publish(database, announced(2025, 33), -YEAR, "public")
            return result.digest

    assert read(meanwhile=False) == told["digest"]
    with pytest.raises(DomainError, match="result_made_otherwise"):
        read(meanwhile=True)


def test_no_comparison_with_corrected_figures_is_kept_under_its_earlier_name(
    database: Database, settings: Settings
) -> None:
    rounds = [
        publish_votes(database, counted.make_votes(paper_of(year)), (year - 2026) * YEAR) for year in (2025, 2026)
    ]
    with database.writing() as session:
        campaign = session.get_one(Round, rounds[0]).campaign_id
        session.get_one(Round, rounds[1]).campaign_id = campaign
    pair = trends.pair_of(trends.trends(database.reading, ORGANISER, counted.AT, campaign), *rounds)
    told: Mapping[str, object] = {"campaign": campaign, "before": pair.before.cut, "after": pair.after.cut}
    with workshop(settings) as make:
        assert make(pictures.comparison, told)
        assert counted.correct(database, rounds[1], {"g0-2026": (1, 0)})
        with pytest.raises(DomainError, match="result_made_otherwise"):
            make(pictures.comparison, told)
