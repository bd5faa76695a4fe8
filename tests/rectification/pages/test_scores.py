"""补课 and retests hang on the word of a composite score too, where a round has a rule on that."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from app.campaigns.composite import Composite, Part, Source
from app.campaigns.english_service import keep_english
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Sign, Step, Word
from app.core.acting import Acting
from app.core.db import Database
from app.publication.composites import composites_beside
from app.publication.reads import viewer_of
from app.rectification.orders import reads
from app.rectification.orders import service as ordering
from app.rectification.rules.orders import OrderEvent, OrderState
from app.rounds.domain import Paper
from tests.cast import MORNING, Desk, refuses
from tests.kept import forget_results
from tests.publication import counted
from tests.publication.test_concluded import damage
from tests.rectification.flagged import FLAGGED, ZHANG, Flagged, asked, completed, order
from tests.rectification.orders.test_service import standing
from tests.rectification.pages.test_any_rule import BAD, GOOD, WAYS, held, held_again, peopled, publish, scored

F = Fraction
OTHER = "u4"
LINE = Condition(Quantity.COMPOSITE, Sign.AT_LEAST, F(60))
COMPOSITE = Composite(
    (Part("vote", "测评", Source.VOTE, F(40)), Part("boss", "领导评分", Source.SCORE, F(60))),
    rule=Rule((Step((LINE,), Word("通过", Meaning.MET)), Step((), Word("不通过", Meaning.FAILED, "限期整改")))),
)


def paper(composite: Composite = COMPOSITE) -> Paper:
    made = WAYS["steps"].paper
    return replace(made, scheme=replace(made.scheme, composite=composite))


def stored(
    database: Database, made: Paper, scores: dict[str, str], opinions: tuple[tuple[int, ...], ...] = GOOD
) -> Flagged:
    """Publish a round of which the votes are good, with the leader's scores."""
    round_id = held(database, made, opinions)
    campaign_id = peopled(database, round_id, made)
    scored(database, round_id, scores)
    publish(database, round_id)
    return Flagged(round_id, campaign_id)


def flagged(database: Database) -> dict[str, tuple[str, ...]]:
    with database.reading() as session:
        return {flag.unit.target_id: flag.unit.reasons for flag in reads.flags(session, ZHANG, MORNING)}


def test_it_works(database: Database, new_desk: Callable[[str], Desk]) -> None:
    found = stored(database, paper(), {FLAGGED: "10", OTHER: "90"})
    with database.reading() as session:
        result = counted.result_for(session, found.round_id)
        beside = composites_beside(session, result, viewer_of(session, ZHANG), MORNING)
    assert beside is not None
    row = next(row for row in beside.rows if row.id == FLAGGED)
    reason = f"综合评价得分 {row.score}，结论为“不通过”"
    assert flagged(database) == {FLAGGED: (reason,)}
    organiser = new_desk("zhangsan")
    board = organiser.get("/rectification").text
    assert reason in board
    assert f"/rectification/flags/{found.round_id}/{OTHER}" not in board
    page = organiser.get(f"/rectification/flags/{found.round_id}/{FLAGGED}").text
    assert reason in page
    assert '<span class="verdict verdict-remedial">不通过</span>' in page
    english = organiser.get(f"/rectification/flags/{found.round_id}/{FLAGGED}?lang=en").text
    assert f"Composite score {row.score}" in english
    with database.writing() as session, refuses("order_not_flagged"):
        ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, OTHER, asked(session, found))
    order(database, found)
    assert flagged(database) == {}


def test_a_damaged_result_does_not_close_the_board(database: Database, new_desk: Callable[[str], Desk]) -> None:
    found = stored(database, paper(), {FLAGGED: "10", OTHER: "90"})
    bad = held(database, replace(paper(), title="被改动的一轮"), GOOD)
    publish(database, bad)
    organiser = new_desk("zhangsan")
    assert "可能被改动" not in organiser.get("/rectification").text
    damage(database, bad)
    forget_results()
    board = organiser.get("/rectification")
    assert board.status_code == 200
    assert "<strong>被改动的一轮</strong>：结果与公布时的指纹不符，可能被改动。" in board.text
    assert f"/rectification/flags/{found.round_id}/{FLAGGED}" in board.text
    assert "does not match its published fingerprint" in organiser.get("/rectification?lang=en").text


def test_a_score_without_a_rule_or_a_word_flags_nobody(database: Database) -> None:
    stored(database, paper(replace(COMPOSITE, rule=None)), {FLAGGED: "10"})
    assert flagged(database) == {}


def test_who_fails_by_votes_and_by_score_is_flagged_once_with_both_reasons(database: Database) -> None:
    stored(database, paper(), {FLAGGED: "10", OTHER: "100"}, BAD)
    found = flagged(database)
    assert len(found) == len(paper().units)
    assert [len(found[unit]) for unit in (FLAGGED, OTHER)] == [2, 1]


@pytest.mark.parametrize(("opinions", "score", "state"), [
    (GOOD, "90", OrderState.CLOSED), (GOOD, "10", OrderState.ESCALATED), (BAD, "100", OrderState.ESCALATED),
    (GOOD, "", OrderState.CLOSED), (BAD, "", OrderState.ESCALATED),
])  # fmt: skip
def test_a_retest_is_judged_by_its_score_as_well(
    database: Database, opinions: tuple[tuple[int, ...], ...], score: str, state: OrderState
) -> None:
    """Without a score there is no word, and the votes decide."""
    found = stored(database, paper(), {FLAGGED: "10"})
    order_id = completed(database, found)
    assert held_again(database, order_id, paper(), opinions, score) is state
    with database.reading() as session:
        [entry] = [each for each in reads.entries_of(session, order_id) if each.event == OrderEvent.COUNT_RETEST]
        assert "综合评价：" in entry.text
        assert entry.text.endswith("综合评价：还没有填写计名的部分；按测评结论认定") is (not score)
        assert standing(session, order_id).standing.state is state


@pytest.mark.parametrize(("score", "told"), [
    ("90", "; composite score: Passed"),
    ("", "; composite score: A named part has not been entered; so the votes decide"),
])  # fmt: skip
def test_an_english_history_tells_the_score_in_english(
    database: Database, new_desk: Callable[[str], Desk], score: str, told: str
) -> None:
    found = stored(database, paper(), {FLAGGED: "10"})
    order_id = completed(database, found)
    with database.writing() as session:
        keep_english(session, found.campaign_id, {"通过": "Passed"})
    held_again(database, order_id, paper(), GOOD, score)
    assert told in new_desk("zhangsan").get(f"/rectification/orders/{order_id}?lang=en").text


@pytest.mark.parametrize("is_told", [False, True])
def test_the_history_tells_no_score_of_a_round_that_the_unit_may_not_read(
    database: Database, new_desk: Callable[[str], Desk], *, is_told: bool
) -> None:
    """It tells the word of it no more: half of it is the unit's own vote, and so the word would tell of the rest."""
    found = stored(database, paper(), {FLAGGED: "10"})
    order_id = completed(database, found)
    first = held(database, paper(replace(COMPOSITE, parts=COMPOSITE.parts[:1], rule=None)), GOOD)
    counted.release(database, first, "unit" if is_told else "leaders")
    parts = (COMPOSITE.parts[0], Part("half", "上半年", Source.ROUND, F(60), round_id=first))
    assert held_again(database, order_id, paper(replace(COMPOSITE, parts=parts)), GOOD) is OrderState.CLOSED
    page = new_desk("wujiu").get(f"/rectification/orders/{order_id}").text
    assert ("综合评价：通过" in page) is is_told
    assert ("综合评价：得分用到没有向本单位公布的结果，这里不写" in page) is not is_told


def test_an_order_by_votes_ends_where_no_retest_can_have_a_word(database: Database) -> None:
    """Half of the score is a round that stays unpublished: held again, the retest would say as little."""
    first = held(database, paper(replace(COMPOSITE, parts=COMPOSITE.parts[:1], rule=None)), GOOD)
    parts = (COMPOSITE.parts[0], Part("half", "上半年", Source.ROUND, F(60), round_id=first))
    made = paper(replace(COMPOSITE, parts=parts))
    round_id = held(database, made, BAD)
    found = Flagged(round_id, peopled(database, round_id, made))
    publish(database, round_id)
    order_id = completed(database, found)
    assert held_again(database, order_id, made, GOOD) is OrderState.CLOSED
    with database.reading() as session:
        [entry] = [each for each in reads.entries_of(session, order_id) if each.event == OrderEvent.COUNT_RETEST]
    assert entry.text.endswith("综合评价：另一轮的结果没有公布，不计算；按测评结论认定")
