"""Collecting and merging, on both databases: all or nothing, masked before it is stored, each act on record."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from app.accounts import service as accounts
from app.audit.models import AuditEntry
from app.core.db import Database
from app.core.errors import DomainError
from app.core.masking import NAME, PHONE
from app.opinions import reads, service
from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.domain import ASIDE, MOST_OPINIONS, TEXT_LIMIT, UNSORTED, Kind, Source
from app.opinions.models import Opinion
from app.opinions.record import record_of
from app.opinions.service import TypedOpinion, Wish
from tests.cast import MORNING, make_campaign, refuses
from tests.opinions.collected import (
    QIAN,
    TEXTS,
    ZHANG,
    acting,
    add,
    ids,
    make_opinions,
    make_published,
    merged,
    take,
    typed,
)
from tests.publication import counted


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        names = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number))
        return [name for name in names if name.startswith("opinion.")]


def test_it_works(database: Database) -> None:
    campaign_id = make_opinions(database)
    issue = merged(database, campaign_id, "窗口服务态度", 0, 2)
    with database.writing() as session:
        all_ids = ids(session, campaign_id)
        service.do(acting(session, QIAN), campaign_id, Wish(Kind.SET_ASIDE, (all_ids[4],), words="不是意见"))
        service.do(acting(session), campaign_id, Wish(Kind.MERGE, (all_ids[1],), issue))
    with database.reading() as session:
        assert [(each.title, each.opinion_count) for each in reads.issues_of(session, campaign_id)] == [
            ("窗口服务态度", 3)
        ]
        found = reads.collection(session, campaign_id)
        assert [opinion.number for opinion in found.at(UNSORTED)] == ["4"]
        lines = record_of(session, found)
    assert found.sorting.reasons == {all_ids[4]: "不是意见"}
    assert [(line.number, line.kind, line.by, line.counts) for line in lines] == [
        (3, Kind.MERGE, "张三", True),
        (2, Kind.SET_ASIDE, "钱二", True),
        (1, Kind.NEW_ISSUE, "张三", True),
    ]
    assert actions(database) == ["opinion.add", "opinion.new_issue", "opinion.set_aside", "opinion.merge"]


def test_every_act_can_be_undone_unless_a_later_one_builds_upon_it(database: Database) -> None:
    campaign_id = make_opinions(database)
    issue = merged(database, campaign_id, "态度", 0, 2)
    merged(database, campaign_id, "时限", 1, 3)
    with database.writing() as session:
        service.do(acting(session), campaign_id, Wish(Kind.MERGE, (ids(session, campaign_id)[4],), issue))
    with database.writing() as session, refuses("act_built_upon"):
        service.do(acting(session), campaign_id, Wish(Kind.UNDO, undoes=1))
    for number in (3, 1, 2):
        with database.writing() as session:
            service.do(acting(session), campaign_id, Wish(Kind.UNDO, undoes=number))
    with database.writing() as session, refuses("act_not_counting"):
        service.do(acting(session), campaign_id, Wish(Kind.UNDO, undoes=2))
    with database.reading() as session:
        found = reads.collection(session, campaign_id)
        lines = record_of(session, found)
    assert (found.issues, len(found.at(UNSORTED))) == ([], len(TEXTS))
    assert [(line.words, line.counts) for line in lines[3:]] == [("态度", False), ("时限", False), ("态度", False)]
    assert actions(database)[-3:] == ["opinion.undo"] * 3


def test_personal_data_is_masked_before_it_is_stored(database: Database) -> None:
    campaign_id = make_opinions(database, ["找张三，电话13800138000", "李建国局长从不露面"])
    with database.writing() as session:
        rows = [typed("周大勇说话难听", "3")]
        add(acting(session), campaign_id, rows, ["周大勇"])
        chosen = tuple(ids(session, campaign_id)[:1])
        service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, chosen, words="赵六的态度"))
    with database.reading() as session:
        texts = session.scalars(sa.select(Opinion.text).order_by(Opinion.number)).all()
        assert reads.issues_of(session, campaign_id)[0].title == f"{NAME}的态度"
    assert list(texts) == [f"找{NAME}，电话{PHONE}", "李建国局长从不露面", f"{NAME}说话难听"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (typed("又一条", " 1 "), "opinion_number_twice"),
        (typed("又一条", "１"), "opinion_number_twice"),
        (typed("又一条", "6", "remark"), "field_not_a_choice"),
        (typed("又一条", "6", "nowhere"), "field_not_a_choice"),
        (typed("又一条", " "), "field_missing"),
        (typed("又一条", "6" * 21), "field_too_long"),
        (typed("\u200b ", "6"), "field_missing"),
        (typed("字" * (TEXT_LIMIT + 1), "6"), "field_too_long"),
        (typed("又一条", "6", unit_id="nounit"), "unit_unknown"),
    ],
    ids=str,
)
def test_it_refuses_what_cannot_be_stored_and_keeps_nothing_of_the_lot(
    database: Database, row: TypedOpinion, code: str
) -> None:
    campaign_id = make_opinions(database)
    with database.writing() as session:
        with refuses(code):
            add(acting(session), campaign_id, [typed("好的", "7"), row])
        session.rollback()
    with database.reading() as session:
        assert len(reads.collection(session, campaign_id).opinions) == len(TEXTS)


def test_the_same_number_from_another_source_is_another_opinion(database: Database) -> None:
    campaign_id = make_opinions(database)
    with database.writing() as session:
        add(acting(session), campaign_id, [typed("又一条", "1", "meeting"), typed("再一条", "1", "other")])
    with database.reading() as session:
        found = reads.collection(session, campaign_id).opinions
    assert [opinion.source for opinion in found][-2:] == [Source.MEETING, Source.OTHER]


def test_it_refuses_more_opinions_than_a_campaign_may_have(database: Database) -> None:
    campaign_id = make_opinions(database)
    rows = [typed("意见", f"A{number}") for number in range(MOST_OPINIONS)]
    with database.writing() as session, refuses("opinions_too_many"):
        add(acting(session), campaign_id, rows)


def test_it_refuses_to_move_what_somebody_else_moved_meanwhile(database: Database) -> None:
    campaign_id = make_opinions(database)
    issue = merged(database, campaign_id, "态度", 0, 2)
    with database.writing() as session:
        all_ids = ids(session, campaign_id)
        with refuses("opinions_moved_meanwhile"):
            service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, (all_ids[0],), words="时限", seen=0))
        service.do(acting(session), campaign_id, Wish(Kind.MERGE, (all_ids[1],), issue, seen=0))


def test_of_organisers_who_merge_the_same_opinion_at_once_one_succeeds(database: Database) -> None:
    campaign_id = make_opinions(database)
    with database.reading() as session:
        (first, *_), barrier = ids(session, campaign_id), Barrier(6, timeout=30)

    def merge(place: int) -> str:
        barrier.wait()
        try:
            with database.writing() as session:
                wish = Wish(Kind.NEW_ISSUE, (first,), words=f"问题{place}", seen=0)
                service.do(acting(session), campaign_id, wish)
        except DomainError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(merge, range(6)))
    assert answers == ["", *["opinions_moved_meanwhile"] * 5]
    with database.reading() as session:
        assert [issue.opinion_count for issue in reads.collection(session, campaign_id).issues] == [1]


def test_it_refuses_opinions_of_another_campaign(database: Database) -> None:
    campaign_id = make_opinions(database)
    with database.writing() as session:
        other = make_campaign(session, ZHANG)
        chosen = tuple(ids(session, campaign_id)[:1])
        with refuses("opinion_unknown"):
            service.do(acting(session), other, Wish(Kind.NEW_ISSUE, chosen, words="态度"))


def test_it_refuses_an_unknown_campaign(database: Database) -> None:
    make_opinions(database, [])
    with database.writing() as session, refuses("campaign_unknown"):
        add(acting(session), "nowhere", [typed("好")])


def test_numbers_are_listed_as_people_count(database: Database) -> None:
    campaign_id = make_opinions(database, [])
    with database.writing() as session:
        rows = [typed("意见", number) for number in ("10", "2", "1-10", "1-9", "b", "甲1")]
        add(acting(session), campaign_id, rows)
    with database.reading() as session:
        numbers = [opinion.number for opinion in reads.collection(session, campaign_id).opinions]
    assert numbers.index("2") < numbers.index("10")
    assert numbers.index("1-9") < numbers.index("1-10")


def test_remarks_of_a_published_result_are_taken_over_once(database: Database) -> None:
    campaign_id, round_id = make_published(database)
    with database.writing() as session:
        assert take(acting(session), campaign_id, round_id) == 12 * len(counted.UNITS)
    with database.writing() as session:
        assert take(acting(session), campaign_id, round_id) == 0
    with database.reading() as session:
        found = reads.collection(session, campaign_id).opinions
    assert [row.id for row in reads.rounds_with_remarks(database.reading, MORNING, campaign_id)] == [round_id]
    assert {opinion.source for opinion in found} == {Source.REMARK}
    assert [opinion.number for opinion in found] == [str(number) for number in range(1, len(found) + 1)]
    assert Counter(opinion.unit for opinion in found) == dict.fromkeys(counted.UNITS, 12)
    # One pool: the units are not taken one after the other.
    assert [opinion.unit for opinion in found] != sorted((o.unit for o in found), key=counted.UNITS.index)


def test_a_name_that_is_masked_since_then_brings_nothing_twice(database: Database) -> None:
    campaign_id, round_id = make_published(database)
    with database.writing() as session:
        take(acting(session), campaign_id, round_id)
    with database.writing() as session:
        assert take(acting(session), campaign_id, round_id, ["服务态"]) == 0


def test_remarks_are_masked_before_anything_is_written(database: Database) -> None:
    campaign_id, round_id = make_published(database)
    with database.reading() as session:
        remarks = service.read_remarks(session, MORNING, campaign_id, round_id)
        session.connection()  # begins another transaction
        with pytest.raises(RuntimeError, match="while a transaction is held"):
            remarks.mask()
    remarks.mask()
    with database.writing() as session:
        assert service.take_remarks(acting(session), campaign_id, remarks) == 12 * len(counted.UNITS)


def test_what_is_masked_before_is_masked_anew_where_somebody_has_joined_the_staff(database: Database) -> None:
    campaign_id, round_id = make_published(database)
    with database.reading() as session:
        remarks, hide = service.read_remarks(session, MORNING, campaign_id, round_id), service.hiding(session)
    assert hide.mask("郝新来说话难听") == "郝新来说话难听"
    remarks.mask()
    with database.writing() as session:
        accounts.create_account(session, MORNING, ZHANG, ("hao", "郝新来", "leader"))
        accounts.create_account(session, MORNING, ZHANG, ("fu", "服务态", "leader"))
        add(acting(session), campaign_id, [typed("郝新来说话难听", "77")])
        service.add_opinions(acting(session), campaign_id, [typed("郝新来说话难听", "78")], hide)
        service.take_remarks(acting(session), campaign_id, remarks)
    with database.reading() as session:
        texts = [opinion.text for opinion in reads.collection(session, campaign_id).opinions]
    assert not [text for text in texts if "郝新来" in text or "服务态" in text]


def test_remarks_that_may_not_be_read_are_not_taken(database: Database) -> None:
    campaign_id, round_id = make_published(database, remarks=9)
    with database.writing() as session:
        assert take(acting(session), campaign_id, round_id) == 0
    assert reads.rounds_with_remarks(database.reading, MORNING, campaign_id) == []


def test_it_refuses_remarks_of_a_result_that_is_not_published(database: Database) -> None:
    make_opinions(database, [])
    round_id = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        campaign_id = session.scalars(sa.text("SELECT campaign_id FROM round")).one()
        with refuses("result_not_published"):
            take(acting(session), campaign_id, round_id)


def test_it_refuses_a_round_of_another_campaign(database: Database) -> None:
    _, round_id = make_published(database)
    with database.writing() as session:
        other = make_campaign(session, ZHANG)
        with refuses("round_unknown"):
            take(acting(session), other, round_id)


def test_proposals_lead_to_acts_only_when_somebody_accepts_them(database: Database) -> None:
    campaign_id = make_opinions(database, [text for texts in DEMO_OPINIONS.values() for text in texts])
    with database.reading() as session:
        found = reads.collection(session, campaign_id)
        proposals = reads.proposals(found)
        assert (found.acts, len(found.at(UNSORTED))) == (0, 86)
    proposal, opinions, issue = proposals[0]
    assert issue is None
    with database.writing() as session:
        chosen = tuple(opinion.id for opinion in opinions)
        first = service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, chosen, words=proposal.title))
    with database.reading() as session:
        again = reads.proposals(reads.collection(session, campaign_id))
    assert not {opinion.id for _, some, _ in again for opinion in some} & set(chosen)
    assert {issue.id for _, _, issue in again if issue} <= {first}


def test_the_demonstration_has_86_opinions_of_three_sources(database: Database) -> None:
    campaign_id = make_opinions(database, [])
    with database.writing() as session:
        service.add_demo_opinions(acting(session), campaign_id)
    with database.reading() as session:
        found = reads.collection(session, campaign_id).opinions
    assert Counter(opinion.source for opinion in found) == {Source.SHEET: 48, Source.MEETING: 26, Source.REMARK: 12}


def test_nothing_is_lost_however_it_is_merged(database: Database) -> None:
    campaign_id = make_opinions(database)
    merged(database, campaign_id, "态度", 0, 2)
    merged(database, campaign_id, "时限", 1)
    with database.reading() as session:
        found = reads.collection(session, campaign_id)
    counts = [issue.opinion_count for issue in found.issues]
    assert sum(counts) + len(found.at(UNSORTED)) + len(found.at(ASIDE)) == len(TEXTS)
