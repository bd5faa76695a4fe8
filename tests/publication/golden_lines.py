"""Published votes read back from an output row by row: count and share of each grade, the word, what must be noted."""

import io
import re
from collections.abc import Iterator

import openpyxl
from starlette.testclient import TestClient

from app.publication.editions import Published
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from tests.publication import counted
from tests.publication.golden import Asked, Vote
from tests.publication.reading import tables_of
from tests.publication.test_announcing import post
from tests.publication.test_numbers import _cell
from tests.reports.printed import open_word
from tests.tally.cast import Json

Line = tuple[str, str]
"""The cells of a row that may name it, one a line, and all that the row says without white space."""
PAIR = re.compile(r"(\d+)（([\d.]+%)）")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
NOTE = "不作凑整"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def line(*cells: str) -> Line:
    """Return a row of cells; a count and the share beside it are put as everywhere else."""
    return "\n".join(cells), squeezed("|".join(re.sub(r"(\d+) ([\d.]+%)", r"\1（\2）", cell) for cell in cells))


def faults(lines: Iterator[Line], vote: Vote) -> list[str]:
    """Return what of each row is not in the one line that has its name, or is there and should not be."""
    every, found = list(lines), list[str]()
    for row in vote.rows:
        said = [text for names, text in every if row.name in names.split("\n")]
        if len(said) != 1:
            found.append(f"{row.name}: {len(said)} lines")
        found += [f"{row.name}: {fault} in {text}" for text in said for fault in _faults(row, text)]
    return found


def _faults(row: Asked, text: str) -> Iterator[str]:
    pairs = PAIR.findall(text)
    if pairs[: len(row.counts)] != row.pairs or (row.unknown_share and pairs[len(row.counts) :] != row.others):
        yield f"{row.pairs} {row.others}"
    if (squeezed(row.note) or NOTE) not in text if row.note else NOTE in text:
        yield row.note or "no note"
    if squeezed(row.word) not in text:
        yield row.word
    if row.points:
        numbers = set(NUMBER.findall(text))
        yield from {row.mean, str(len(row.points))} - numbers
        ends = (f"{float(end):g}" for end in (min(row.points), max(row.points)))
        yield from (f"an end, {end}," for end in ends if end in numbers)


def on_page(text: str) -> Iterator[Line]:
    [table] = [table for table in tables_of(text) if table and table[0][1:2] == ["对象"] and "有效" in table[0]]
    yield from (line(*row) for row in table[1:])


def in_word(result: Published, vote: Vote) -> Iterator[Line]:
    word = open_word(survey_report(result, None, vote.paper, Particulars(), counted.AT))
    [table] = [table for table in word.tables if table.rows[0].cells[0].text == "对象"]
    yield from (line(*(cell.text for cell in row.cells)) for row in table.rows[1:])


def in_excel(result: Published) -> Iterator[Line]:
    sheet = openpyxl.load_workbook(io.BytesIO(result_workbook(result)))["公开计票"]
    rows: dict[tuple[str, str], list[str]] = {}
    for cells in sheet.iter_rows(min_row=2):
        _, name, item, _, count, share, valid, *others = map(_cell, cells)
        rows.setdefault((name, item), []).append(f"{count} {share} {valid} {' '.join(others)}")
    yield from (line(*key, *options) for key, options in rows.items())


def in_pdf(text: str, vote: Vote) -> Iterator[Line]:
    """Cut the notice at the names, which come in their order."""
    rest = squeezed(text).split("公开计票结果", 1)[1]
    names = [row.name for row in vote.rows]
    for name, following in zip(names, [*names[1:], ""], strict=True):
        rest = rest[rest.index(squeezed(name)) :]
        end = rest.index(squeezed(following)) if following else rest.index("个：")
        yield name, rest[:end]
        rest = rest[end:]


def in_interface(sections: Json) -> Iterator[Line]:
    for target in (target for section in sections for target in section["targets"]):
        several = [(item["label"], item["total"]) for item in target["items"]]
        for name, cell in several if len(several) > 1 else [(target["name"], target["overall"]["total"])]:
            others = [cell["unknown"]] if cell["unknown"] else []
            told = [f"{row['count']} {row['share']['text']}" for row in cell["distribution"]]
            told += [] if told else [cell["mean_score"]["text"], cell["valid"]["text"]]
            told += [f"{other['count']} {other['rate']['text']}" for other in others]
            yield line(name, *told, cell.get("sum_text", ""), target["verdict"]["label"])


def in_hall(organiser: TestClient, round_id: str, vote: Vote) -> Iterator[Line]:
    """Step through the objects; of several items each has a heading of its own."""
    for place in range(1, len(vote.paper.units) + 1):
        assert post(organiser, f"/rounds/{round_id}/announce", to=str(place)) == 303
        shown = organiser.get(f"/rounds/{round_id}/announce/screen").text
        shown = shown.split("<h2>", 1)[1].split("</main>", 1)[0]
        assert "<dt></dt>" not in shown
        for part in shown.split("<h3>")[1:] or [shown]:
            name = part.split("<", 1)[0]
            yield line(name, re.sub("<[^>]*>", " ", part.replace("<small>", " ")))
