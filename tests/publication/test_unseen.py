"""What the result hides of the slips of a voter group, no report of the counting shows (SEC-43)."""

import json
import re
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from starlette.testclient import TestClient

from app.archive.minutes import minutes_of
from app.box.models import Opening, RoundKey
from app.box.scrutiny import Report, report
from app.campaigns.quorum import Quorum
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.publication.models import ResultVersion
from app.publication.service import unseen_of
from app.rounds.ports import Unseen
from app.rounds.reads import frozen_paper
from app.slips.models import SlipCount
from tests.publication import counted
from tests.publication.test_concluded import damage


@dataclass(frozen=True, slots=True)
class Came:
    """The slips and ballots of a voter group."""

    printed: int
    returned: int
    valid: int
    present: int | None = None
    spare: int = 0


INVALID = (Came(33, 30, 28), Came(18, 10, 7), Came(39, 29, 28))
QUORUMS = (Came(36, 27, 27, 31), Came(25, 19, 19, 23), Came(19, 1, 1, 6), Came(33, 13, 13, 25))
PLAIN = (Came(36, 27, 27), Came(25, 19, 19), Came(33, 13, 13))
SPARED = (Came(27, 7, 7), Came(32, 4, 4, spare=28), Came(24, 16, 16, spare=6))
"""Four slips of g1 were issued, so 11 of g0 and g1 would leave 7 or more of g0: g2 is hidden too. Of 32 it is not."""


def store_closed(database: Database, rows: tuple[Came, ...], *, asked: bool) -> str:
    """Store a closed round whose groups g0, g1 and so on came so; ``asked``: each has a quorum of its own."""
    paper = counted.make_paper(("县文化馆",), {f"类别{at}": row.printed for at, row in enumerate(rows)})
    quorums = {group.id: Quorum(Fraction(1, 2)) for group in paper.groups if asked}
    paper = replace(paper, scheme=replace(paper.scheme, group_quorums=quorums))
    valid = {group.id: row.valid for group, row in zip(paper.groups, rows, strict=True)}
    round_id = counted.store_sealed(database, counted.Votes(paper, valid))
    with database.writing() as session:
        for group, row in zip(paper.groups, rows, strict=True):
            counts = session.get_one(SlipCount, (round_id, group.id))
            counts.used, counts.present, counts.spare, counts.counted_by = row.returned, row.present, row.spare, "张三"
    return round_id


def open_box(database: Database, round_id: str, envelopes: int) -> None:
    """Write down the opening of its box and freeze its result."""
    with database.writing() as session:
        session.add(RoundKey(round_id=round_id, public_key=b"", needed=1, created_at=counted.AT))
        names = {"opened_by": "张三", "present": "[]", "holders": "[]"}
        session.add(Opening(round_id=round_id, envelopes=envelopes, **names))
    counted.count(database, round_id)


def hidden_by_the_result(database: Database, round_id: str, version: int = 1) -> set[str]:
    with database.reading() as session:
        document = json.loads(session.get_one(ResultVersion, (round_id, version)).document)
    return {row["id"] for row in document["chain"]["groups"] if not row["shown"]}


def unseen(database: Database, round_id: str) -> frozenset[str]:
    with database.reading() as session:
        return unseen_of(session, frozen_paper(session, round_id)[0]).groups


def report_of(database: Database, settings: Settings, round_id: str) -> Report:
    with database.reading() as session:
        return report(session, KeyFolder(settings.data / "keys"), unseen_of, round_id)


@pytest.mark.parametrize(
    ("rows", "asked", "hidden"),
    [(INVALID, False, {"g0", "g1"}), (QUORUMS, True, {"g0", "g1", "g2", "g3"}), (PLAIN, False, set())],
)
def test_it_works(
    database: Database, settings: Settings, rows: tuple[Came, ...], asked: bool, hidden: set[str]
) -> None:
    round_id = store_closed(database, rows, asked=asked)
    open_box(database, round_id, sum(row.returned for row in rows))
    assert hidden_by_the_result(database, round_id) == unseen(database, round_id) == hidden
    told = report_of(database, settings, round_id)
    assert {f"g{name[-1]}" for name in told.together} == hidden
    assert {f"g{line.name[-1]}" for line in told.lines if "、" not in line.name} == (
        {f"g{at}" for at in range(len(rows))} - hidden
    )


def test_before_the_opening_every_ballot_passes_for_valid(database: Database) -> None:
    """Who came is known by then; which ballots are valid is not."""
    round_id = store_closed(database, INVALID, asked=False)
    assert unseen(database, round_id) == frozenset()
    round_id = store_closed(database, QUORUMS, asked=True)
    assert unseen(database, round_id) == {"g0", "g1", "g2", "g3"}


def cells(page: str, name: str) -> list[str]:
    """Return the numbers in the row of a page's table that begins with a name."""
    [row] = re.findall(rf'<tr><th scope="row">{name}(?:（合并）)?</th>(.*?)</tr>', page, re.DOTALL)
    return [text.strip() for text in re.findall(r"<td class=\"(?:num|text-end)\"[^>]*>(.*?)</td>", row)]


def test_the_pages_show_no_number_of_a_hidden_group(client: TestClient, database: Database) -> None:
    round_id = store_closed(database, INVALID, asked=False)
    organiser = counted.log_in(client, database, "organiser")
    slips = f"/rounds/{round_id}/slips"
    assert cells(organiser.get(slips).text, "类别1")[-2:] == ["10", "8"]
    open_box(database, round_id, 69)
    page = organiser.get(slips).text
    assert [cells(page, f"类别{at}")[-2:] for at in range(3)] == [["—", "—"], ["—", "—"], ["29", "10"]]
    scrutiny = organiser.get(f"/rounds/{round_id}/scrutiny").text
    assert cells(scrutiny, "类别0、类别1")[5:] == ["40", "0", "11", "35", "5", "0"]
    assert cells(scrutiny, "类别2")[5:] == ["29", "0", "10", "28", "1", "0"]


def test_few_valid_ballots_are_not_told_where_more_came_back(
    client: TestClient, database: Database, settings: Settings
) -> None:
    """Of 23 ballots 9 are valid: the report tells neither, and nothing that they follow from."""
    rows = (Came(30, 12, 5), Came(20, 11, 4))
    round_id = store_closed(database, rows, asked=False)
    open_box(database, round_id, 23)
    organiser = counted.log_in(client, database, "organiser")
    page = organiser.get(f"/rounds/{round_id}/scrutiny").text
    assert cells(page, "类别0、类别1")[5:] == cells(page, "合计")[5:] == ["—", "0", "—", "少于 10", "—", "0"]
    assert "拆信封 23" not in page
    minutes = minutes_of(report_of(database, settings, round_id))
    for line in (*minutes["groups"], minutes["total"]):
        assert {line[name] for name in ("returned", "valid", "invalid", "missing")} == {None}


def test_a_damaged_result_hides_what_it_would_decide_and_nothing_else(
    client: TestClient, database: Database, settings: Settings
) -> None:
    """Which groups may be seen the result alone knows: nothing of any, and all that is of everybody."""
    round_id = store_closed(database, PLAIN, asked=False)
    open_box(database, round_id, 59)
    organiser = counted.log_in(client, database, "organiser")
    assert unseen(database, round_id) == frozenset()
    sound = organiser.get(f"/rounds/{round_id}/scrutiny").text
    damage(database, round_id)
    with database.reading() as session:
        assert unseen_of(session, frozen_paper(session, round_id)[0]) == Unseen(
            frozenset({"g0", "g1", "g2"}), damaged=True
        )
    told = report_of(database, settings, round_id)
    assert told.together == ("类别0", "类别1", "类别2")
    pages = (organiser.get(f"/rounds/{round_id}/{name}") for name in ("slips", "scrutiny"))
    slips, scrutiny = (page.raise_for_status() for page in pages)
    assert [cells(slips.text, f"类别{at}")[-2:] for at in range(3)] == [["—", "—"]] * 3
    assert [cells(slips.text, f"类别{at}")[:1] for at in range(3)] == [["36"], ["25"], ["33"]]
    assert cells(scrutiny.text, "合计") == cells(sound, "合计")
    assert cells(scrutiny.text, "类别0、类别1、类别2") == cells(sound, "合计")
    assert all("结果与公布时的指纹不符" in page.text for page in (slips, scrutiny))
    assert "结果与公布时的指纹不符" not in sound


def count_by_hand(client: TestClient, round_id: str, spare: dict[str, int]) -> str:
    """Type how many slips are left over, as on the page of slips, and return the page that refuses."""
    page = f"/rounds/{round_id}/slips"
    form = client.get(page).text.split(f'action="{page}/counts"')[1]
    fields = {name: re.findall(f'name="{name}" value="(.*?)"', form)[0] for name in ("form_token", "seen")}
    fields |= {f"{name}-{group}": "0" for group in ("g0", "g1", "g2") for name in ("back", "present")}
    fields |= {f"spare-{group}": str(count) for group, count in spare.items()}
    answer = client.post(f"{page}/counts", data=fields)
    assert answer.status_code == 422
    text: str = answer.text
    return text


def test_no_refusal_tells_how_many_of_a_hidden_group_came_back(client: TestClient, database: Database) -> None:
    """Of a group of 20 slips 9 or 8 came back: whoever types 13 left over reads either time that these are too many."""
    organiser, refused = counted.log_in(client, database, "organiser"), set()
    for few, many in ((9, 31), (8, 32)):
        rows = (Came(20, few, few), Came(40, many, many), Came(60, 50, 50))
        round_id = store_closed(database, rows, asked=False)
        page = organiser.get(f"/rounds/{round_id}/slips").text
        assert [cells(page, f"类别{at}")[-2:] for at in range(3)] == [["—", "—"], ["—", "—"], ["50", "10"]]
        refused.add(count_by_hand(organiser, round_id, {"g0": 13, "g1": 0, "g2": 0}).replace(round_id, ""))
    [text] = refused
    assert "“类别0”收回和退回合计多于发出的 7 张" in text


def test_after_a_correction_nothing_shows_what_the_newest_result_hides(
    client: TestClient, database: Database, settings: Settings
) -> None:
    """The corrected counts alone would show a third group; version 1 told how few slips the second one had."""
    round_id = store_closed(database, SPARED, asked=False)
    open_box(database, round_id, sum(row.returned for row in SPARED))
    counted.release(database, round_id)
    assert counted.correct(database, round_id, {f"g{at}": (0, 0) for at in range(3)})
    every = {"g0", "g1", "g2"}
    assert hidden_by_the_result(database, round_id, 2) == unseen(database, round_id) == every
    told = report_of(database, settings, round_id)
    assert told.together == ("类别0", "类别1", "类别2")
    assert [line["name"] for line in minutes_of(told)["groups"]] == ["类别0、类别1、类别2"]
    assert [line["returned"] for line in minutes_of(told)["groups"]] == [27]
    organiser = counted.log_in(client, database, "organiser")
    page = organiser.get(f"/rounds/{round_id}/slips").text
    assert [cells(page, f"类别{at}")[-2:] for at in range(3)] == [["—", "—"]] * 3
    scrutiny = organiser.get(f"/rounds/{round_id}/scrutiny").text
    assert cells(scrutiny, "类别0、类别1、类别2")[5:] == ["27", "0", "56", "27", "0", "0"]
    assert re.findall("类别[0-9](?!、)", scrutiny.split("</table>", maxsplit=1)[0]) == ["类别2"]
