"""What failed in published results by its score: however many rounds there are, and whatever befell one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.campaigns.composite import Composite, Part, Source
from app.campaigns.rule import Meaning, Rule, Step, Word
from app.core.acting import Acting
from app.core.db import Database, pause
from app.core.errors import DomainError
from app.publication import composites, concluded
from app.publication.composite_rows import NOTE_SENTENCES, Composites
from app.publication.composites import AWARD, Other, composites_beside, composites_told, enter, others_of
from app.publication.concluded import Failures, failed_targets, judged_scores
from app.publication.domain import Scope, Sight, Viewer
from app.publication.models import NamedEntry, ResultVersion
from app.publication.own_scores import composites_to_units
from app.publication.reads import ledger_of, published
from app.publication.renditions import rendition
from app.publication.service import withdraw
from app.publication.stored import KEPT_PARSED
from app.rounds.domain import Paper
from app.rounds.models import Round
from app.tally.document import Document
from tests.found import some
from tests.kept import forget_results
from tests.publication import counted
from tests.publication.test_api import program
from tests.publication.test_composite_words import RULE, at_least, judged, stored
from tests.publication.test_composites import of_two, paper, score_of
from tests.reports.test_brief import text_of
from tests.statements import sent, statements

F = Fraction
SCORES = {"u1": "100", "u2": "0"}


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    forget_results()


def halved(database: Database, rule: Rule = RULE, first: str = "") -> tuple[str, str]:
    """Publish a round of which half is another; return that, and itself."""
    first = first or counted.store_published(database, counted.make_votes(paper(None)))
    half = Part("p2", "上半年", Source.ROUND, F(50), round_id=first)
    both = Composite((Part("p1", "这次", Source.VOTE, F(50)), half), rule=rule)
    return first, counted.store_published(database, counted.make_votes(paper(both)))


def found(database: Database) -> Failures:
    with database.reading() as session:
        return failed_targets(session, counted.READER, counted.AT)


def scored(failures: Failures) -> dict[str, list[str]]:
    """Return by round what failed by its score."""
    told = {
        line.round.id: [each.target_id for each in every if any("综合评价得分" in text for text in each.reasons)]
        for line, every in failures.found
    }
    return {round_id: units for round_id, units in told.items() if units}


def damage(database: Database, round_id: str) -> None:
    """Change a stored result as somebody with the file of the database could."""
    with database.writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'result_version'")
            for name in session.scalars(triggers).all():
                session.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            session.execute(sa.text("ALTER TABLE result_version DISABLE TRIGGER USER"))
        changed = sa.update(ResultVersion).where(ResultVersion.round_id == round_id)
        session.execute(changed.values(document=ResultVersion.document + " "))


def repair(database: Database, round_id: str) -> None:
    """Put back what was damaged."""
    with database.writing() as session:
        changed = sa.update(ResultVersion).where(ResultVersion.round_id == round_id)
        session.execute(changed.values(document=sa.func.trim(ResultVersion.document)))


def test_it_works(database: Database) -> None:
    one, (_, other) = stored(database, paper(judged()), SCORES), halved(database)
    stored(database, paper(replace(judged(), rule=None)), SCORES)
    failures = found(database)
    told = scored(failures)
    assert told[one] == ["u2"]
    assert failures.damaged == []
    with database.reading() as session:
        for round_id in (one, other):
            rows = judged_scores(session, counted.result_for(session, round_id), counted.READER, counted.AT)
            assert [row.id for row in rows if row.has_failed] == told.get(round_id, [])
            assert all(row.score for row in some(row for row in rows if row.id in SCORES))


def test_it_asks_as_often_for_many_rounds_as_for_one(database: Database) -> None:
    """Also where each hangs on a round of its own, and the documents are too many to be kept."""
    asked: list[Sequence[str]] = []
    held = 0
    for count in (1, 4, 8):
        for _ in range(count - held):
            stored(database, paper(judged()), SCORES)
            halved(database)
        held = count
        forget_results()
        with database.reading() as session, sent(session) as statements:
            failures = failed_targets(session, counted.READER, counted.AT)
        assert sum(units == ["u2"] for units in scored(failures).values()) >= count
        asked.append(statements)
    assert [len(each) for each in asked] == [len(asked[0])] * 3
    assert len(asked[0]) <= 8


def test_a_result_is_cut_once_however_many_scores_it_is_a_part_of(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    one = stored(database, paper(judged()), SCORES)
    _, other = halved(database, first=one)
    cuts: list[str] = []

    def cut(document: Document, sight: Sight) -> Document:
        cuts.append(document["round"]["id"])
        return rendition(document, sight)

    monkeypatch.setattr(concluded, "rendition", cut)
    assert scored(found(database))[one] == ["u2"]
    assert sorted(cuts) == sorted([one, other])


def test_a_damaged_result_is_named_and_hides_no_other(database: Database) -> None:
    bad, good = (stored(database, paper(judged()), SCORES) for _ in range(2))
    damage(database, bad)
    failures = found(database)
    assert scored(failures) == {good: ["u2"]}
    assert [row.id for row in failures.damaged] == [bad]


def test_a_damaged_part_of_a_score_is_named(database: Database) -> None:
    first, round_id = halved(database)
    damage(database, first)
    failures = found(database)
    assert [row.id for row in failures.damaged] == [first]
    assert round_id not in scored(failures)


def test_what_is_kept_hangs_on_all_that_a_score_is_made_of(database: Database) -> None:
    """What is entered meanwhile, another round's correction, its withdrawal, and damage to either."""
    one = stored(database, paper(judged()), SCORES)
    assert scored(found(database)) == scored(found(database)) == {one: ["u2"]}
    with database.writing() as session:
        entry = session.get_one(NamedEntry, (one, "u1", "p2"))
        entry.value = "0"
    assert scored(found(database)) == {one: ["u1", "u2"]}
    strict = Rule((Step((at_least(95),), Word("优秀", Meaning.MET)), Step((), Word("不合格", Meaning.FAILED))))
    first, both = halved(database, strict)
    before = scored(found(database)).get(both, [])
    with database.writing() as session:
        acting = Acting(session, counted.AT, counted.ZHANG)
        for release in ledger_of(session, first):
            withdraw(acting, first, release.id, "有误")
    assert before
    assert both not in scored(found(database))
    damage(database, one)
    assert one not in scored(found(database))
    assert [row.id for row in found(database).damaged] == [one]


def test_a_damaged_round_hides_no_other_in_the_overviews(
    database: Database, new_client: Callable[[], TestClient]
) -> None:  # fmt: skip
    first, last = halved(database)
    leader = counted.log_in(new_client(), database, "leader")
    with database.writing() as session:
        campaign_id = session.get_one(Round, first).campaign_id
        session.get_one(Round, last).campaign_id = campaign_id
        session.get_one(Round, first).title = "上半年测评"
    root = f"/results/campaigns/{campaign_id}"
    pages = [root, f"{root}/units/u1", f"{root}/years", f"{root}/years/u1"]
    assert all("指纹不符" not in leader.get(page).raise_for_status().text for page in some(pages))
    damage(database, first)
    forget_results()
    for page in pages:
        text = leader.get(page).raise_for_status().text
        assert "<strong>上半年测评</strong>：结果与公布时的指纹不符" in text, page
    for before, status in ((first, 500), ("invented", 404)):
        assert leader.get(f"{root}/compare?before={before}&after={last}").status_code == status
    damage(database, last)
    forget_results()
    assert {leader.get(page).status_code for page in pages} == {500}


DAMAGED = "另一轮的结果与公布时的指纹不符，不计算，请联系审计员"


def test_a_damaged_part_does_not_pass_for_one_that_is_not_published(
    database: Database, new_client: Callable[[], TestClient]
) -> None:
    """Neither on the result page and in its files nor where a unit reads its own score, nor in what programs read."""
    first, round_id = halved(database)
    counted.release(database, first, "unit")
    organiser = counted.log_in(new_client(), database, "organiser")
    damage(database, first)
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        told = composites_beside(session, result, counted.READER, counted.AT)
        to_units = composites_to_units(session, result, counted.READER, counted.AT)
        judged_rows = judged_scores(session, result, counted.READER, counted.AT)
    assert told is not None
    assert to_units is not None
    for rows in (told.rows, to_units.rows, judged_rows):
        assert {row.why for row in rows} == {DAMAGED}
        assert {row.score for row in rows} == {""}
    page = organiser.get(f"/results/{round_id}").text
    assert DAMAGED in page
    assert "另一轮的结果没有公布" not in page
    assert DAMAGED in repr(program(new_client(), database, Scope.LEADERS).read(f"/{round_id}"))


def test_a_round_is_read_once_to_decide_about_it(database: Database) -> None:
    """And where there is no rule on its score, nothing that was entered for it."""
    ruled, plain = stored(database, paper(judged()), SCORES), counted.store_published(database, counted.make_votes())
    told = []
    for round_id in (ruled, plain):
        with database.reading() as session:
            result = counted.result_for(session, round_id)
            with sent(session) as statements:
                judged_scores(session, result, counted.READER, counted.AT)
        told.append(len(statements))
    assert told == [2, 1]


@pytest.mark.parametrize(("scope", "told"), [("leaders", False), ("participants", False), ("public", True)])
def test_no_public_score_tells_that_a_round_is_damaged_which_not_everybody_reads(
    client: TestClient, database: Database, scope: str, *, told: bool
) -> None:
    first, last = of_two(database, scope)
    sound = score_of(database, last)
    damage(database, first)
    forget_results()
    assert (score_of(database, last) != sound) is told
    assert (DAMAGED in client.get(f"/notices/{last}").text) is told


def test_a_notice_tells_of_damage_until_it_is_repaired(client: TestClient, database: Database) -> None:
    first, last = of_two(database, "public")
    told = []
    for change in (damage, repair):
        change(database, first)
        words = text_of(client.get(f"/notices/{last}/notice.pdf").raise_for_status().content)
        told.append("".join(DAMAGED.split()) in "".join(words.split()))
    assert told == [True, False]


def test_a_letter_tells_of_damage_to_a_round_that_its_unit_may_read_alone(database: Database) -> None:
    first, round_id = halved(database)
    counted.release(database, first, "unit", units=["u1"])
    damage(database, first)
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        to_units = composites_to_units(session, result, counted.READER, counted.AT)
    assert to_units is not None
    assert [row.id for row in to_units.rows if row.why == DAMAGED] == ["u1"]


def test_a_damaged_round_is_no_more_to_whom_it_does_not_rate_than_a_sound_one(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "unit")
    viewer = Viewer(Scope.UNIT, "wu", frozenset({"elsewhere"}))
    damage(database, round_id)
    with database.reading() as session, pytest.raises(DomainError, match="result_not_published"):
        published(session, round_id, viewer, counted.AT)


def test_scores_are_kept_until_something_that_they_hang_on_changes(database: Database) -> None:
    """An award, a part that is taken back, a part that is damaged: each is told at the next visit."""

    def beside() -> tuple[Composites, list[str]]:
        with database.reading() as session:
            result = counted.result_for(session, round_id)
            with sent(session) as statements:
                made = composites_beside(session, result, counted.READER, counted.AT)
        assert made is not None
        return made, [each for each in statements if "result_version.document" in each]

    first, round_id = halved(database)
    (made, read), (again, unread) = beside(), beside()
    assert len(read) == 1
    assert made is again
    assert unread == []
    with database.writing() as session:
        enter(Acting(session, counted.AT, counted.ZHANG), round_id, {("u1", AWARD): "优秀"})
    awarded, _ = beside()
    assert awarded.awarded is True
    assert made.awarded is False
    mine = Viewer(Scope.UNIT, unit_ids=frozenset({"u1"}))
    counted.release(database, round_id, "unit", units=["u1"])
    with database.reading() as session:
        result = counted.result_for(session, round_id, mine)
        cut = composites_beside(session, result, mine, counted.AT)
    assert cut is not None
    assert [row.id for row in cut.rows] == ["u1"]
    assert cut.rows[0].why == NOTE_SENTENCES["not_published"], "kept for a reader of both rounds, shown to one of this"
    counted.withdraw(database, first)
    withdrawn, _ = beside()
    assert {row.why for row in withdrawn.rows} == {NOTE_SENTENCES["not_published"]}


def test_scores_that_a_damaged_result_is_part_of_are_not_kept(database: Database) -> None:
    first, round_id = halved(database)
    damage(database, first)
    for is_whole in (False, True):
        with database.reading() as session:
            made = composites_beside(session, counted.result_for(session, round_id), counted.READER, counted.AT)
        assert made is not None
        assert made.unread is not is_whole
        repair(database, first)


@pytest.mark.parametrize("out", [True, False])
@pytest.mark.parametrize("public", [True, False])
def test_scores_are_made_of_what_they_are_kept_by(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, public: bool, out: bool
) -> None:
    """A round is withdrawn, or released, between the naming of a score and the reading of what it is made of."""
    first, last = of_two(database, "public") if public else halved(database)

    def released(*, wanted: bool) -> None:
        if wanted:
            counted.release(database, first, "public" if public else "leaders")
        else:
            with database.writing() as session:
                (release,) = (each for each in ledger_of(session, first) if each.withdrawn_at is None)
                withdraw(Acting(session, counted.AT, counted.ZHANG), first, release.id, "范围有误")

    def look(meanwhile: Callable[[], None] | None = None) -> Composites:
        with database.reading() as session, monkeypatch.context() as patched:
            if meanwhile is not None:
                patched.setattr(composites, "others_of", between(session, meanwhile))
            if public:
                made = composites_told(session, counted.bands_for(session, last), counted.AT)
            else:
                made = composites_beside(session, counted.result_for(session, last), counted.READER, counted.AT)
        assert made is not None
        return made

    if not out:
        released(wanted=False)
    before = look()
    forget_results()
    assert look(lambda: released(wanted=not out)).rows == before.rows
    after = look()
    assert [bool(some(found.rows)[0].score) for found in (before, after)] == [out, not out]
    released(wanted=out)
    assert look().rows == before.rows


def between(session: Session, meanwhile: Callable[[], None]) -> Callable[[Paper, Other], Mapping[str, object]]:
    """Return what reads the other rounds of a score after something was done meanwhile."""

    def read(rated: Paper, other: Other) -> Mapping[str, object]:
        pause(session, composites.SCORES)
        meanwhile()
        return others_of(rated, other)

    return read


@pytest.mark.usefixtures("_results_kept")
def test_a_page_reads_no_result_again_however_many_its_scores_are_made_of(
    client: TestClient, database: Database
) -> None:  # fmt: skip
    """More than are kept as they are read: what is kept is the page's own result, and the scores."""
    rounds = [counted.store_published(database, counted.make_votes(paper(None))) for _ in range(KEPT_PARSED + 1)]
    share = F(100, len(rounds) + 1)
    others = (Part(f"r{at}", f"前{at}轮", Source.ROUND, share, round_id=each) for at, each in enumerate(rounds))
    score = Composite((Part("p1", "这次", Source.VOTE, share), *others))
    last = counted.store_published(database, counted.make_votes(paper(score)))
    reader, reads = counted.log_in(client, database, "leader"), list[int]()
    for _ in range(2):
        with statements() as asked:
            assert "综合评价得分" in reader.get(f"/results/{last}").raise_for_status().text
        reads.append(len([each for each in asked if "result_version.document" in each]))
    assert reads[0] > len(rounds)
    assert reads[1] == 0
