"""补课 and retests hang on what a word means, whatever gave it: steps, points, the most answers, an announced count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import StaffUnit
from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import PROTECTED, Disclosure, Extent, Kind
from app.campaigns.domain import Denominator, Formula, Item, Objects, Scheme
from app.campaigns.models import Unit, VoterGroup
from app.campaigns.rule import Meaning, Rule, Step, Word
from app.campaigns.score import Score
from app.core.acting import Acting
from app.core.db import Database
from app.core.secrets import new_id
from app.publication import service as publication
from app.publication.composites import enter
from app.rectification.models import OrderAttempt
from app.rectification.orders import reads, retesting
from app.rectification.orders import service as ordering
from app.rectification.rules.orders import OrderState
from app.rounds.domain import Paper
from app.rounds.models import Round, RoundRetest
from tests.campaigns.test_rule import CONGRESS, mean, most
from tests.cast import MORNING, Desk, make_cast, refuses
from tests.papers import asked as paper_asked
from tests.publication import counted
from tests.rectification.flagged import FLAGGED, WU, ZHANG, Flagged, asked, completed
from tests.rectification.orders.test_service import repeat, standing

THREE = replace(SCALES["satisfaction_three"], unknown=None, abstain=None)
OVERALL = (Item("overall", "总体评价", overall=True),)
POINTS = (Item("work", "履职情况", overall=True, score=Score(100)),)
MARKED = Rule(
    (
        Step((mean(">=", 95),), Word("优秀", Meaning.MET)),
        Step((mean(">=", 85),), Word("合格", Meaning.ATTENTION, "谈话提醒")),
        Step((), Word("不合格", Meaning.FAILED, "限期整改")),
    )
)
BAD = ((1, 2, 9, 9, 0),)
GOOD = ((30, 1, 0, 0, 0),)


@dataclass(frozen=True, slots=True)
class Way:
    """What a round is judged by, the word of those that failed, and whether nobody but the body is told figures."""

    scheme: Scheme
    word: str
    items: tuple[Item, ...] = OVERALL
    objects: Objects = Objects.UNIT

    @property
    def paper(self) -> Paper:
        """A paper of eight objects, by one voter group."""
        paper = counted.make_paper(groups={"全体代表": 60}, scheme=self.scheme, remarks=False, remark_bytes=0)
        return paper_asked(paper, items=self.items, objects=self.objects)


def judged(rule: Rule, disclosure: Disclosure = PROTECTED, base: Denominator = Denominator.VALID) -> Scheme:
    return Scheme(THREE, Formula(1, base), rule=rule, disclosure=disclosure)


WAYS = {
    "steps": Way(judged(CONGRESS), "不满意"),
    "all members": Way(judged(CONGRESS, base=Denominator.EXPECTED), "不满意", objects=Objects.PROJECT),
    "most": Way(judged(most()), "不满意"),
    "points": Way(Scheme(SCALES["satisfaction"], rule=MARKED), "不合格", POINTS),
    "announced": Way(judged(CONGRESS, Disclosure(Kind.ANNOUNCED)), "不满意", objects=Objects.PROJECT),
    "sum": Way(judged(CONGRESS, Disclosure(Kind.ANNOUNCED, Extent.SUM)), "不满意"),
    "words": Way(judged(CONGRESS, Disclosure(Kind.ANNOUNCED, Extent.WORDS)), "不满意"),
}
CONGRESS_FAILS = [name for name in WAYS if name != "points"]


def held(database: Database, paper: Paper, opinions: tuple[tuple[int, ...], ...]) -> str:
    """Hold a round of a paper and count it."""
    return counted.store_counted(database, counted.make_votes(paper, share=1.0, remarks=0, opinions=opinions))


def publish(database: Database, round_id: str) -> None:
    with database.writing() as session:
        for scope in ("leaders", "unit"):
            publication.publish(Acting(session, MORNING, ZHANG), round_id, {"scope": scope})


def scored(database: Database, round_id: str, scores: Mapping[str, str]) -> None:
    """Enter the leader's scores of objects."""
    with database.writing() as session:
        enter(Acting(session, MORNING, ZHANG), round_id, {(unit, "boss"): score for unit, score in scores.items()})


def failed(database: Database, way: Way) -> tuple[Flagged, Paper]:
    """Publish a round that all fail; 吴九 speaks for one of them."""
    paper = way.paper
    round_id = held(database, paper, BAD)
    campaign_id = peopled(database, round_id, paper)
    publish(database, round_id)
    return Flagged(round_id, campaign_id), paper


def peopled(database: Database, round_id: str, paper: Paper) -> str:
    """Store who acts, and the campaign's units and group; return its id."""
    with database.writing() as session:
        make_cast(session)
        campaign_id = session.get_one(Round, round_id).campaign_id
        for place, unit in enumerate(paper.units):
            session.add(Unit(id=unit.id, campaign_id=campaign_id, position=place + 1, name=unit.name))
        session.add(VoterGroup(id="g0", campaign_id=campaign_id, position=1, name="全体代表", expected=60))
        session.flush()
        session.add(StaffUnit(staff_id=WU.id, unit_id=FLAGGED))
        return campaign_id


def held_again(
    database: Database, order_id: str, paper: Paper, opinions: tuple[tuple[int, ...], ...], score: str = ""
) -> OrderState:
    """Hold the retest of the flagged object and count its result for the order; ``score``: entered by name."""
    [part] = paper.parts
    [unit] = (unit for unit in part.units if unit.id == FLAGGED)
    again = replace(paper, round_id=new_id(), title="复测", parts=(replace(part, units=(unit,)),))
    votes = counted.make_votes(again, share=1.0, remarks=0, opinions=opinions)
    round_id = counted.store_sealed(database, votes)
    with database.writing() as session:
        view = standing(session, order_id)
        made = retesting.plan_retest(Acting(session, MORNING, ZHANG), order_id, "复测")
        session.get_one(Round, round_id).campaign_id = view.campaign_id
        session.get_one(OrderAttempt, (order_id, view.standing.attempt)).retest_round_id = round_id
        session.add(RoundRetest(round_id=round_id, retest_of=view.round_id, unit_ids=f'["{FLAGGED}"]'))
        session.execute(sa.delete(RoundRetest).where(RoundRetest.round_id == made))
        session.execute(sa.delete(Round).where(Round.id == made))
    counted.count(database, round_id)
    if score:
        scored(database, round_id, {FLAGGED: score})
    publish(database, round_id)
    with database.writing() as session:
        return retesting.count_retest(Acting(session, MORNING, ZHANG), order_id).state


def words_of(session: Session, order_id: str) -> list[tuple[str, str, str]]:
    """Return of every retest the first word, its own, and why they are not compared."""
    pairs = retesting.pairs_of(session, retesting.seeing(session, ZHANG, MORNING), standing(session, order_id))
    return [(pair.before["verdict"]["label"], pair.after["verdict"]["label"], pair.reason) for pair in pairs]


@pytest.mark.parametrize("name", WAYS)
def test_what_failed_by_any_rule_goes_the_whole_way(
    database: Database, new_desk: Callable[[str], Desk], name: str
) -> None:
    way = WAYS[name]
    found, paper = failed(database, way)
    organiser = new_desk("zhangsan")
    board = organiser.get("/rectification").text
    assert f"/rectification/flags/{found.round_id}/{FLAGGED}" in board
    assert way.word in organiser.get(f"/rectification/flags/{found.round_id}/{FLAGGED}").text
    order_id = completed(database, found)
    assert held_again(database, order_id, paper, BAD) is OrderState.ESCALATED
    repeat(database, order_id)
    assert held_again(database, order_id, paper, BAD) is OrderState.ESCALATED
    with database.reading() as session:
        assert standing(session, order_id).failed_in_a_row == 3
        assert words_of(session, order_id) == [(way.word, way.word, "")] * 2
    page = organiser.get(f"/rectification/orders/{order_id}")
    assert (page.status_code, "连续" in page.text, way.word in page.text) == (200, True, True)
    drawn = organiser.get(f"/rectification/orders/{order_id}/comparison.svg").status_code
    assert drawn == 200
    base = f"/results/campaigns/{found.campaign_id}"
    for path in (base, f"{base}/compare", f"{base}/units/{FLAGGED}", "/rectification"):
        answer = organiser.get(path)
        assert answer.status_code == 200, path
    shown = organiser.get(base).text
    assert shown.count(f">{way.word}<") >= 3
    assert "不同，不作比较" not in shown
    assert ("%</strong>" in shown or " 分</strong>" in shown) is (name != "words")


@pytest.mark.parametrize("name", CONGRESS_FAILS)
def test_a_retest_that_is_met_by_the_same_rule_closes_the_order(database: Database, name: str) -> None:
    found, paper = failed(database, WAYS[name])
    order_id = completed(database, found)
    assert held_again(database, order_id, paper, GOOD) is OrderState.CLOSED
    with database.reading() as session:
        assert words_of(session, order_id) == [("不满意", "满意", "")]


@pytest.mark.parametrize("objects", [Objects.PERSON, Objects.DOCUMENT])
def test_of_persons_and_documents_nothing_is_ordered(database: Database, objects: Objects) -> None:
    """The one is told what follows from his word, the other is revised; 补课 is for those who answer for work."""
    found, _ = failed(database, replace(WAYS["steps"], objects=objects))
    with database.writing() as session:
        assert found.round_id not in {flag.round.id for flag in reads.flags(session, ZHANG, MORNING)}
        with refuses("order_not_flagged"):
            ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, FLAGGED, asked(session, found))
