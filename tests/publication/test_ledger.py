"""Several rounds of one campaign: what one was told, another does not add a few people to (SEC-45, SEC-47)."""

from dataclasses import replace

import pytest

from app.core.db import Database
from app.core.errors import DomainError
from app.publication import reads
from app.publication.domain import Scope
from app.publication.kin import APART
from app.publication.stored import stored_document
from app.rounds.models import Round
from tests.publication import counted
from tests.tally.cast import Json, section_of

CHANGED = "g4"


def changed_votes(people: int) -> counted.Votes:
    """Return votes of a round that so many more people of one group are expected in."""
    paper = counted.make_paper()
    groups = tuple(replace(group, expected=group.expected + people * (group.id == CHANGED)) for group in paper.groups)
    return counted.make_votes(replace(paper, groups=groups))


def in_one_campaign(database: Database, *round_ids: str) -> None:
    with database.writing() as session:
        first, *others = (session.get_one(Round, round_id) for round_id in round_ids)
        for other in others:
            other.campaign_id = first.campaign_id


def store_two(database: Database, people: int) -> tuple[str, str]:
    """Store two counted rounds of one campaign, the second one counted with the first one known."""
    first = counted.store_counted(database, counted.make_votes())
    second = counted.store_sealed(database, changed_votes(people))
    in_one_campaign(database, first, second)
    counted.count(database, second)
    return first, second


def store_unrestrained(database: Database, people: int) -> tuple[str, str]:
    """Store two rounds that were counted without knowing of each other."""
    first = counted.store_counted(database, counted.make_votes())
    second = counted.store_sealed(database, changed_votes(people))
    with database.writing() as session:
        session.get_one(Round, second).closed_at = counted.AT + 2 * APART
    counted.count(database, second)
    in_one_campaign(database, first, second)
    return first, second


def whole(database: Database, round_id: str) -> Json:
    with database.reading() as session:
        return stored_document(session, round_id, 1)


def shown_groups(database: Database, round_id: str) -> dict[str, bool]:
    groups = section_of(whole(database, round_id))["targets"][3]["overall"]["groups"]
    return {row["id"]: row["cell"]["shown"] for row in groups}


@pytest.mark.parametrize(("people", "shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_a_later_round_hides_who_changed_whichever_is_published_first(
    database: Database, people: int, *, shown: bool
) -> None:
    first, second = store_two(database, people)
    assert shown_groups(database, second).get(CHANGED, False) is shown
    assert shown_groups(database, first)[CHANGED]
    counted.release(database, second)
    counted.release(database, first)


def test_it_refuses_figures_beside_those_of_nearly_the_same_people(database: Database) -> None:
    first, second = store_unrestrained(database, 1)
    counted.release(database, first)
    for scope in ("leaders", "unit", "organisers"):
        with pytest.raises(DomainError) as refused:
            counted.release(database, second, scope)
        assert (refused.value.code, refused.value.params["k"]) == ("release_near_round", 10)
    for scope in ("participants", "public"):  # bands, as the refusal says
        counted.release(database, second, scope)
    with database.reading() as session:
        assert {release.scope for release in reads.ledger_of(session, second)} == {Scope.PARTICIPANTS, Scope.PUBLIC}


def test_it_refuses_them_also_where_the_other_was_withdrawn(database: Database) -> None:
    first, second = store_unrestrained(database, -2)
    counted.release(database, first)
    counted.withdraw(database, first)
    with pytest.raises(DomainError, match="release_near_round"):
        counted.release(database, second)


@pytest.mark.parametrize("people", [0, 10, -11])
def test_the_same_people_or_k_others_stand_beside_each_other(database: Database, people: int) -> None:
    for round_id in store_unrestrained(database, people):
        counted.release(database, round_id)


def test_bands_are_no_figures_to_subtract(database: Database) -> None:
    first, second = store_unrestrained(database, 1)
    counted.release(database, first, "public")
    counted.release(database, second)
