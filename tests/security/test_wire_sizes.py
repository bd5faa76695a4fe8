"""What goes over the socket while people vote has one length at each step, heads and all, whatever they mark (SEC-12).

A proxy writes down every byte of whole visits to the real service. Over TLS the records have these lengths and a
constant more. The same requests are made, too: a script that is fetched only after some answers would tell of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.domain import Item, Objects
from app.campaigns.score import Score
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.domain import SELF, Layout, Paper
from tests import chromium
from tests.browser.conftest import PHONE
from tests.browser.test_limits import MARK
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.postgresql import free_port
from tests.recording import Exchange, Recorder, recorder
from tests.servers import served

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
UNKNOWN, NO_POINTS = 4, 101
UNITS = range(3)
WRITE = """fields => fields.forEach(([name, text]) => {
  const field = document.querySelector(`[name="${name}"]`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
})"""
Visit = tuple[Exchange, ...]


@dataclass(frozen=True)
class Answers:
    """What a voter chooses, and what he types for points or writes."""

    marks: dict[str, int]
    typed: dict[str, str] = field(default_factory=dict)


def graded() -> Paper:
    """Return a paper of grades and remarks."""
    return make_paper(3, 3, shuffle_units=True)


def scored() -> Paper:
    """Return a paper of a grade and of points, in pages."""
    paper = make_paper(3, 1, remarks=False, remark_bytes=0, layout=Layout.PAGED)
    items = (Item("a", "总体印象"), Item("b", "工作实绩", score=Score(decimals=1)))
    return replace(paper, parts=(replace(paper.parts[0], items=items),))


def of_persons() -> Paper:
    """Return a paper of persons, of whom one may be the voter himself, with a limit."""
    paper = make_paper(3, 2, remarks=False, remark_bytes=0, layout=Layout.MATRIX)
    limits = (BallotLimit((0,), Fraction(2, 3)),)
    return replace(paper, parts=(replace(paper.parts[0], objects=Objects.PERSON, self_cell=True, limits=limits),))


def everywhere(mark: int, items: int) -> dict[str, int]:
    return {f"m{unit}-{item}": mark for unit in UNITS for item in range(items)}


PAPERS = {
    "graded": (
        graded,
        [
            Answers(everywhere(0, 3)),
            Answers(everywhere(UNKNOWN, 3), {"r1": "好"}),
            Answers(
                {name: at % 5 for at, name in enumerate(everywhere(0, 3))},
                {"r0": "意见🙂<&\"'>" * 15, "r2": "长" * 200},
            ),
        ],
    ),
    "scored": (
        scored,
        [
            Answers(everywhere(0, 1), {f"p{unit}-1": "0" for unit in UNITS}),
            Answers(everywhere(3, 1), {"p0-1": "99.9", "p1-1": "100", "p2-1": "７.5"}),
            Answers(everywhere(UNKNOWN, 1) | {f"m{unit}-1": NO_POINTS for unit in UNITS}),
        ],
    ),
    "persons": (
        of_persons,
        [Answers(everywhere(3, 2)), Answers(everywhere(1, 2) | {"m1-0": SELF, "m1-1": SELF, "m0-0": 0, "m2-0": 0})],
    ),
}


@dataclass(frozen=True)
class Hall:
    """The service behind a proxy that writes down what passes, and a round for each paper."""

    line: Recorder
    address: str
    database: Database
    rounds: Mapping[str, OpenRound]

    def votes(self) -> Iterator[tuple[str, list[tuple[str, Answers]]]]:
        """Yield, for each language and paper, slips with what their voters answer; in the end count the boxes."""
        for at, language in enumerate(LANGUAGES):
            for kind, (_, patterns) in PAPERS.items():
                codes = self.rounds[kind].codes["residents"][at * len(patterns) :]
                yield language, list(zip(codes, patterns, strict=False))
        for kind, (_, patterns) in PAPERS.items():
            votes = len(LANGUAGES) * len(patterns)
            assert count_box(self.database, self.rounds[kind].id) == (votes, votes)


@pytest.fixture
def hall(database: Database, settings: Settings, tmp_path: Path) -> Iterator[Hall]:
    port, keys = free_port(), KeyFolder(settings.data / "keys")
    address = f"http://127.0.0.1:{port}"
    rounds = {
        kind: make_open_round(database, keys, make(), codes_each=len(LANGUAGES) * len(patterns))
        for kind, (make, patterns) in PAPERS.items()
    }
    with (
        served(settings.data, settings.sqlalchemy_url, tmp_path, MANYIDU_BASE_URL=address) as server,
        recorder(port, server.port) as line,
    ):
        yield Hall(line, address, database, rounds)


def vote(browser: Browser, hall: Hall, code: str, answers: Answers, language: str) -> Visit:
    """Let a phone that was never here before vote; return all that passed."""
    context = browser.new_context(**{**PHONE, "locale": LANGUAGES[language]}, base_url=hall.address)
    phone = context.new_page()
    phone.goto(f"/v?lang={language}#{code}")
    expect(phone.locator("[data-bar]")).to_be_visible()
    phone.evaluate(WRITE, list(answers.typed.items()))
    phone.evaluate(MARK, list(answers.marks.items()))
    phone.wait_for_load_state("networkidle")
    phone.locator("[data-next]").click()
    expect(phone.locator("[data-review-title]")).to_be_visible()
    phone.locator("[data-next]").click()
    expect(phone.locator("[data-receipt]")).to_be_visible()
    context.close()
    return tuple(hall.line.take())


def steps(visit: Visit) -> list[str]:
    """Return what was asked for, but for scripts and styles."""
    return [exchange.asked for exchange in visit if " /static/" not in exchange.asked]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_visit_passes_the_same_lengths(hall: Hall) -> None:
    with chromium.running() as browser:
        for language, votes in hall.votes():
            visits = {vote(browser, hall, code, answers, language) for code, answers in votes}
            assert len(visits) == 1, told(visits)
            assert steps(visits.pop()) == [f"GET /v?lang={language}", "POST /v/cast", "POST /v/paper"]


def told(visits: set[Visit]) -> str:
    """Say what not all visits have in common."""
    common = set.intersection(*map(set, visits))
    return "\n".join(str(sorted(set(visit) - common)) for visit in visits)


class Fields(HTMLParser):
    """The hidden fields of a page's form."""

    def __init__(self, page: str, form: str) -> None:
        super().__init__()
        self._form = form
        self._is_in = False
        self.values: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_in = given.get("id") == self._form
        elif tag == "input" and self._is_in and given.get("type") == "hidden":
            self.values[str(given["name"])] = given.get("value") or ""


def vote_without_scripts(hall: Hall, code: str, answers: Answers, language: str) -> Visit:
    """Post what a browser without scripts would; return all that passed."""
    line = HTTPConnection(hall.address.removeprefix("http://"), timeout=30)

    def ask(path: str, fields: Mapping[str, str] | None = None) -> str:
        kind = {"content-type": "application/x-www-form-urlencoded", "accept-encoding": "identity"}
        body = urlencode(fields) if fields else None
        line.request("POST" if fields else "GET", path, body, kind if fields else {})
        answer = line.getresponse()
        assert answer.status == 200, path
        return answer.read().decode()

    entry = Fields(ask(f"/v?lang={language}"), "entry").values
    paper = Fields(ask("/v/paper", {**entry, "code": code}), "ballot").values
    review = ask("/v/review", {**paper, **answers.typed, **{name: str(mark) for name, mark in answers.marks.items()}})
    assert 'class="state' not in review
    ask("/v/cast", Fields(review, "cast").values)
    line.close()
    return tuple(hall.line.take())


def of_server(visit: Visit) -> Sequence[Exchange]:
    """Leave out how long the request is that carries the answers to be sealed."""
    return tuple(one._replace(sent=0) if one.asked == "POST /v/review" else one for one in visit)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_so_does_every_visit_without_scripts_but_for_what_is_typed(hall: Hall) -> None:
    """Grades go out at one length, too; points and remarks cannot."""
    for language, votes in hall.votes():
        visits = [(vote_without_scripts(hall, code, answers, language), answers) for code, answers in votes]
        assert len({of_server(visit) for visit, _ in visits}) == 1, told({visit for visit, _ in visits})
        assert len({visit for visit, answers in visits if not answers.typed}) == 1
