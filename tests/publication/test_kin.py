"""Rounds of other campaigns: who subtracts one result from another learns no hidden cell (SEC-45, SEC-47)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from app.box import reads as box
from app.campaigns.disclosure import Extent
from app.campaigns.lineage import By, same_objects
from app.campaigns.models import Campaign, CampaignCopy
from app.core.db import Database
from app.core.scope import ROOT, limit
from app.offices.models import Office
from app.publication.domain import Scope, Wanted
from app.publication.kin import APART, near_rounds
from app.publication.reads import ledger_of
from app.publication.service import check_release
from app.publication.stored import stored_document
from app.rounds.domain import Paper
from app.rounds.models import Round
from app.rounds.reads import frozen_paper
from app.tally.document import Document, every_target
from tests.cast import refuses
from tests.publication import counted
from tests.publication.test_announcing import people, votes

HIDDEN = "群众代表"
"""Eight people: their row is hidden, and so is whatever it could be found from."""


def first(database: Database) -> str:
    """Publish a round of sixty and eight people about one unit."""
    paper = counted.make_paper(("县文化馆",), {"党代表": 60, HIDDEN: 8})
    return counted.store_published(database, counted.make_votes(paper, 1.0, remarks=0))


def again(database: Database, organisation: str, *, days: int = 7, source: str = "") -> str:
    """Count a round of another campaign in which the sixty mark the same unit as before; ``source``: it is a copy."""
    paper = counted.make_paper(("县文化馆",), {"党代表": 60}, organisation=organisation, campaign="又一次")
    part = replace(paper.parts[0], units=(replace(paper.units[0], id="v0"),))
    paper = replace(paper, parts=(part,), groups=(replace(paper.groups[0], id="h0"),))
    round_id = counted.store_sealed(database, counted.make_votes(paper, 1.0, remarks=0))
    with database.writing() as session:
        row = session.get_one(Round, round_id)
        row.closed_at = counted.AT + timedelta(days=days)
        if source:
            before = session.get_one(Round, source).campaign_id
            session.add(CampaignCopy(campaign_id=row.campaign_id, source_id=before, left_out="[]"))
    counted.count(database, round_id)
    return round_id


def close(database: Database, round_id: str, after: timedelta) -> None:
    with database.writing() as session:
        session.get_one(Round, round_id).closed_at = counted.AT + after


def document_of(database: Database, round_id: str) -> Document:
    with database.reading() as session:
        return stored_document(session, round_id, 1)


def told(document: Document) -> Mapping[str, tuple[int, ...]]:
    """Return the counts of the unit by item, of the items that tell them."""
    [unit] = every_target(document)
    rows = {
        item["key"]: tuple(share["count"] for share in item["total"]["distribution"])
        for item in unit["items"]
        if item["total"]["shown"]
    }
    return {key: tuple(map(int, row)) for key, row in rows.items() if row and None not in row}  # type: ignore[arg-type]


def attack(earlier: Document, later: Document) -> Mapping[str, tuple[int, ...]]:
    """Subtract, taking the rest to have marked as before: what is left is what those marked who came or went."""
    before, after = told(earlier), told(later)
    return {
        key: tuple(one - other for one, other in zip(before[key], after[key], strict=True))
        for key in before.keys() & after.keys()
    }


def truth(database: Database, paper: Paper, round_id: str) -> Mapping[str, tuple[int, ...]]:
    """Return what the eight marked, by item."""
    items, group = paper.section.items, paper.groups[1]
    with database.reading() as session:
        marks = box.stacks(session, round_id)[paper.units[0].id, group.id]
    grades = range(len(paper.scheme.scale.grades))
    return {
        item.key: tuple(marks[place :: len(items)].count(grade) for grade in grades) for place, item in enumerate(items)
    }


def paper_of(database: Database, round_id: str) -> Paper:
    with database.reading() as session:
        return frozen_paper(session, round_id)[0]


def test_it_works(database: Database) -> None:
    """Where nothing says that the same people voted the attacker wins; of one organisation he learns nothing."""
    before = first(database)
    marked = truth(database, paper_of(database, before), before)
    [unit] = every_target(document_of(database, before))
    assert not any(group["cell"]["shown"] for group in unit["overall"]["groups"] if group["name"] == HIDDEN)
    unguarded = again(database, "别的单位")
    assert attack(document_of(database, before), document_of(database, unguarded)) == marked
    guarded = again(database, "县 文化局")
    assert attack(document_of(database, before), document_of(database, guarded)) == {}


def test_a_copy_is_guarded_whoever_holds_it(database: Database) -> None:
    before = first(database)
    copy = again(database, "别的单位", source=before)
    assert near(database, copy) == [before]
    assert attack(document_of(database, before), document_of(database, copy)) == {}


def test_correcting_whose_campaign_it_is_does_not_lift_the_guard(database: Database) -> None:
    before = first(database)
    with database.writing() as session:
        session.get_one(Campaign, session.get_one(Round, before).campaign_id).organisation = "县文化和旅游局"
    later = again(database, "县文化局")
    assert near(database, later) == [before]
    assert attack(document_of(database, before), document_of(database, later)) == {}


@pytest.mark.parametrize(
    ("closes_in", "asked_in", "found"),
    [(None, 1, True), (None, APART.days, False), (APART.days - 1, APART.days, True), (APART.days, 1, False)],
)
def test_before_the_freeze_the_planned_end_is_asked_and_else_today(
    database: Database, closes_in: int | None, asked_in: int, *, found: bool
) -> None:
    before = first(database)
    draft = again(database, "县文化局", days=2 * APART.days)
    with database.writing() as session:
        row = session.get_one(Round, draft)
        row.closed_at = None
        row.closes_at = None if closes_in is None else counted.AT + timedelta(days=closes_in)
    with database.reading() as session:
        paper, _ = frozen_paper(session, draft)
        kin = near_rounds(session, paper, counted.AT + timedelta(days=asked_in)).rounds
    assert [each.round.id for each in kin] == ([before] if found else [])


def near(database: Database, round_id: str) -> list[str]:
    with database.reading() as session:
        paper = frozen_paper(session, round_id)[0]
        return [each.round.id for each in near_rounds(session, paper).rounds if each.own.organisation == "县文化局"]


@pytest.mark.parametrize(("days", "guarded"), [(APART.days - 1, True), (-APART.days + 1, True), (APART.days, False)])
def test_half_a_year_later_people_judge_other_work(database: Database, days: int, *, guarded: bool) -> None:
    before = first(database)
    later = again(database, "县文化局", days=days)
    assert (attack(document_of(database, before), document_of(database, later)) == {}) is guarded


def test_it_refuses_to_release_what_was_counted_unguarded(database: Database) -> None:
    before = first(database)
    later = again(database, "县文化局", days=2 * APART.days)
    with database.writing() as session:
        session.get_one(Round, later).closed_at = counted.AT + timedelta(days=7)
    counted.release(database, later, "participants")
    with refuses("release_near_round"):
        counted.release(database, later, "leaders")
    assert near(database, later) == [before]


@pytest.mark.parametrize(
    ("scopes", "extent"),
    [
        (("public", "participants"), Extent.COUNTS),
        (("public", "leaders"), Extent.SUM),
        (("leaders", "public"), Extent.COUNTS),
    ],
)
def test_what_is_announced_is_guarded_in_the_wider_circle_too(
    database: Database, scopes: tuple[str, str], extent: Extent
) -> None:
    before, later = (counted.store_sealed(database, votes(people(extent, size))) for size in (46, 47))
    counted.count(database, before)
    close(database, later, 2 * APART)
    counted.count(database, later)
    close(database, later, timedelta(days=7))
    counted.release(database, before, scopes[0])
    with refuses("release_near_round"):
        counted.release(database, later, scopes[1])


def test_words_alone_are_announced_however_near_the_rounds_are(database: Database) -> None:
    rounds = [counted.store_sealed(database, votes(people(Extent.WORDS, size))) for size in (46, 47)]
    for round_id in rounds:
        counted.count(database, round_id)
        counted.release(database, round_id, "leaders")
    assert near(database, rounds[1]) == [rounds[0]]


def test_it_sees_the_releases_of_offices_that_the_publisher_does_not_reach(database: Database) -> None:
    before = first(database)
    later = again(database, "县文化局", days=2 * APART.days)
    with database.writing() as session:
        session.add(Office(id="o1", parent_id=ROOT, name="县文化局", position=1))
        session.flush()
        session.get_one(Campaign, session.get_one(Round, before).campaign_id).office_id = "o1"
        session.get_one(Round, later).closed_at = counted.AT + timedelta(days=7)
    with database.reading() as session:
        limit(session, [ROOT])
        assert not ledger_of(session, before)
        with refuses("release_near_round") as refused:
            check_release(session, counted.AT, later, Wanted(Scope.LEADERS))
    assert refused.value.params["title"] == "其他机构的一轮测评"


@pytest.mark.parametrize(
    ("theirs", "register", "by_name", "found"),
    [
        ({"v": "县 文化馆"}, {}, True, {"v": ("u", By.NAME)}),
        ({"v": "县文化馆"}, {}, False, {}),
        ({"v": "县文化中心"}, {"u": "r1", "v": "r1"}, False, {"v": ("u", By.REGISTER)}),
        ({"v": "县文化馆"}, {"u": "r1", "v": "r2"}, True, {}),
        ({"v": "县文化馆"}, {"u": "r1"}, True, {"v": ("u", By.NAME)}),
        ({"u": "改了名"}, {}, True, {"u": ("u", By.ITSELF)}),
        ({"v": "县图书馆"}, {}, True, {}),
    ],
)
def test_objects_are_the_same_by_register_or_by_name(
    theirs: dict[str, str], register: dict[str, str], found: dict[str, tuple[str, By]], *, by_name: bool
) -> None:
    assert same_objects({"u": "县文化馆"}, theirs, register, by_name=by_name) == found
