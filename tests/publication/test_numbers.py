"""No number in any output but those of the document (SEC-48): every figure is read back and looked up."""

import io
import json
import random
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import docx
import openpyxl
import pytest
from defusedxml.ElementTree import fromstring
from starlette.testclient import TestClient

from app.campaigns.domain import Denominator, Formula, ItemLines, Lines, Measure
from app.core.db import Database
from app.reports.findings import REMARKS_LISTED
from app.tally.document import overall_of
from tests.publication import counted, reading
from tests.publication.test_routes import OUTPUTS
from tests.tally.cast import Json, section_of

NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
SIGNS = re.compile(
    r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]"  # verification codes
    r"|[0-9a-f]{64}|SHA-256|\d{4}\s*年\s*\d+\s*月\s*\d+\s*日|\d{4}-\d\d-\d\d|\d\d:\d\d|/[\w./?=&#-]+"
)
AXIS = {"0%", "25%", "50%", "75%", "100%"}
RANDOM = 4
FIXED = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "30", "100", str(REMARKS_LISTED)}
"""Numbers of headings and pages, least sizes that the method names, remarks that a report lists, Word's own outline."""


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(SIGNS.sub(" ", text)))


def leaves(value: object) -> Iterator[str]:
    """Yield every text and number of a document."""
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)


def text_of(content: bytes, path: str) -> str:
    """Return the words of an output as a reader sees them."""
    if path.endswith(".svg"):
        return " ".join(fromstring(content).itertext())
    if path.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return "\n".join(_cell(cell) for sheet in book for row in sheet.iter_rows() for cell in row)
    if path.endswith(".docx"):
        return _word(content)
    if path.endswith(".pdf"):
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
        return done.stdout.decode()
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(_word(archive.read(name)) for name in archive.namelist())
    # Around the document of the signed file stand digests, whose digits are no figures.
    return "\n".join(leaves(json.loads(content)["document"])) if path.endswith(".json") else _page(content)


def _page(content: bytes) -> str:
    main = content.decode().split("<main", 1)[1]
    return re.sub(r"<[^>]*>", " ", re.sub(r"<(style|script).*?</\1>", " ", main, flags=re.DOTALL))


def _cell(cell: openpyxl.cell.Cell) -> str:
    if isinstance(cell.value, int | float) and "%" in cell.number_format:
        return f"{cell.value:.{len(cell.number_format.rstrip('%').partition('.')[2])}%}"
    if isinstance(cell.value, int | float) and cell.number_format.startswith("0.0"):
        return f"{cell.value:.{len(cell.number_format.partition('.')[2])}f}"
    return "" if cell.value is None else str(cell.value)


def _word(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    parts = [*document.element.body.iter(), *(each for s in document.sections for each in s.footer._element.iter())]
    return "\n".join(part.text or "" for part in parts if part.tag.endswith("}t"))


def rounds() -> Iterator[counted.Votes]:
    """Yield rounds of every kind: large, small, weighted, one group, a sample, other denominators."""
    yield counted.make_votes()
    yield counted.make_votes(counted.make_paper(form="t1"), 0.35)
    yield counted.make_votes(counted.make_paper(form="t4"), 0.6, remarks=30)
    yield counted.make_votes(counted.make_paper(("县文化馆", "广播站"), {"党代表": 7, "人大代表": 40, "社区代表": 6}))
    yield counted.make_votes(counted.make_paper(("县文化馆",), {"群众": 200}), 0.5, opinions=((100, 0, 0, 0, 0),))
    paper = counted.make_paper()
    parts = dict.fromkeys((group.id for group in paper.groups), Fraction(25, 2))
    yield counted.make_votes(replace(paper, scheme=replace(paper.scheme, weights=parts)))
    for denominator in (Denominator.RETURNED, Denominator.EXPECTED):
        formula = Formula(3, denominator)
        yield counted.make_votes(replace(paper, scheme=replace(paper.scheme, formula=formula)), 0.8)
    yield counted.make_votes(counted.make_paper(("县文化馆",), {"党代表": 12, "群众": 14}))
    yield from map(random_votes, range(RANDOM))


def random_votes(seed: int) -> counted.Votes:
    """Draw units, groups, turnout, minds, formula and lines of a round."""
    draw = random.Random(seed)
    groups = {f"类别{place}": draw.randint(6, 60) for place in range(draw.randint(1, 5))}
    paper = counted.make_paper(counted.UNITS[: draw.randint(1, 5)], groups, draw.choice(("t1", "t2", "t4")))
    formula = Formula(draw.randint(1, 3), draw.choice(list(Denominator)), draw.choice(list(Measure)))
    lines = ItemLines(paper.section.items[0].key, Lines(Fraction(9, 10), Fraction(7, 10), Fraction(1, 4)))
    scheme = replace(paper.scheme, formula=formula, item_lines=(lines,) * draw.randint(0, 1))
    minds = tuple(tuple(draw.choice((0, 1, 3, 9)) for _ in range(5)) for _ in range(5))
    opinions = tuple(mind if any(mind[:4]) else (1, 1, 1, 1, 1) for mind in minds)
    votes = counted.make_votes(replace(paper, scheme=scheme), opinions=opinions, remarks=draw.choice((0, 9, 30)))
    return replace(
        votes, returned={group.id: draw.randint(group.expected // 2, group.expected) for group in paper.groups}
    )


def figures(node: object) -> Iterator[str]:
    """Yield what a document shows: every text of a rate, a score or a number of valid answers."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str) and node.keys() & {"tenths", "count"}:
            yield node["text"]
        for key, part in node.items():
            yield from figures(part if key != "answered" else None)  # of voter groups nothing shows all answers
    elif isinstance(node, list):
        for part in node:
            yield from figures(part)


@pytest.mark.parametrize("kind", range(9 + RANDOM))
def test_no_output_holds_a_number_that_the_document_does_not(client: TestClient, database: Database, kind: int) -> None:
    votes = list(rounds())[kind]
    round_id = counted.store_published(database, votes)
    reader = counted.log_in(client, database, "leader")
    with database.reading() as session:
        document = counted.result_for(session, round_id).document
    allowed = set().union(*map(numbers, leaves(document))) | AXIS | FIXED | _ratios(document)
    seen: set[str] = set()
    for route in OUTPUTS:
        place = {
            "unit_id": section_of(document)["targets"][-1]["id"],
            "item": section_of(document)["items"][-1]["key"],
        }
        path = route.format(round_id=round_id, place=1, version=1, form="svg", **place)
        answer = reader.get(path)
        assert answer.status_code == 200, route
        found = numbers(text_of(answer.content, path))
        assert found <= allowed, (route, sorted(found - allowed))
        seen |= found
    every = [(overall_of(unit)["total"], unit["items"]) for unit in section_of(document)["targets"]]
    shown = set().union(*map(numbers, figures([document["chain"], *map(list, every)])))
    assert shown <= seen, sorted(shown - seen)


def _ratios(document: Json) -> set[str]:
    """Return the lines and weights as the method words them (1/3, 12.5%)."""
    return set().union(*map(numbers, leaves(section_of(document)["formula"])))


@pytest.mark.parametrize("route", ["", "/export.xlsx", "/report.docx", "/letters.zip", "/brief.pdf"])
def test_every_unit_s_figure_stands_in_every_report(client: TestClient, database: Database, route: str) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    reader = counted.log_in(client, database, "leader")
    with database.reading() as session:
        document = counted.result_for(session, round_id).document
    text = text_of(reader.get(f"/results/{round_id}{route}").content, route)
    for unit in section_of(document)["targets"]:
        assert unit["overall"]["total"]["satisfied_rate"]["text"] in text
        assert unit["name"] in text


def test_the_test_itself_sees_a_wrong_number() -> None:
    document = {"text": "81.0%", "count": 12, "shown": True}
    allowed = set().union(*map(numbers, leaves(document)))
    assert numbers("81.0%（12）") <= allowed
    assert numbers("81.1%") - allowed == {"81.1%"}
    assert numbers("13") - allowed == {"13"}
    assert not numbers("核验码 2M0K-BZBZ-XJRC-N 2026 年 11 月 17 日")
    assert reading.percents("≥90%") == {"≥90%"}
