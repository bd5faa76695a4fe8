"""Printing, voiding and counting slips on both databases, and that no order knows another (SEC-05)."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import sqrt
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.ballots import service as ballots
from app.ballots import store
from app.ballots.domain import CodeState
from app.ballots.models import CODE
from app.campaigns.english_service import keep_english
from app.core.acting import SAID, Acting, Principal
from app.core.db import Database, database_of
from app.core.key_folder import KeyFolder
from app.rounds.models import Round
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import RoundDraft, freeze
from app.slips import reads, service
from app.slips.codes import code_hash
from app.slips.models import Batch
from app.slips.print_order import unprintable_on
from tests.cast import MORNING, make_cast, make_draft, make_ready, prepare, refuses
from tests.factories import set_code_state
from tests.security.correlation import spearman


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def acting(database: Database) -> Iterator[Acting]:
    """张三, an organiser at work."""
    with database.writing() as session:
        yield Acting(session, MORNING, make_cast(session)["zhangsan"])


def group_ids(acting: Acting, round_id: str) -> list[str]:
    return [group.id for group in frozen_paper(acting.session, round_id)[0].groups]


def states(acting: Acting, round_id: str) -> dict[int, int]:
    query = sa.select(CODE.c.state, sa.func.count()).group_by(CODE.c.state)
    with store.reading(database_of(acting.session), round_id) as connection:
        return {state: count for state, count in connection.execute(query)}  # noqa: C416 - rows are no pairs to dict()


def spend(acting: Acting, folder: KeyFolder, codes: list[str]) -> None:
    for code in codes:
        set_code_state(database_of(acting.session), folder, code, CodeState.SPENT)


def test_it_works(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)
    codes = service.issue(acting, folder, round_id, {one: 8, other: 12})
    assert {group: len(set(some)) for group, some in codes.items()} == {one: 8, other: 12}
    assert states(acting, round_id) == {CodeState.LIVE: 20}
    assert sorted(batch.printed for batch in reads.batches(acting.session, round_id)) == [8, 12]


def test_it_refuses_too_few_too_many_or_strange_ones(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)
    for numbers, code in (
        ({}, "slips_none"),
        ({one: 4}, "slips_below_k"),
        ({one: 20, other: 4}, "slips_below_k"),
        ({one: 20, "nobody": 20}, "group_unknown"),
        ({one: 19_990, other: 11}, "slips_too_many"),
    ):
        with refuses(code):
            service.issue(acting, folder, round_id, numbers)
    assert reads.batches(acting.session, round_id) == []
    assert round_id not in store.round_ids(database_of(acting.session))


@pytest.mark.parametrize("state", ["sealed", "counted", "published", "archived", "void"])
def test_it_refuses_once_the_round_is_closed(acting: Acting, folder: KeyFolder, state: str) -> None:
    round_id = make_ready(acting)
    acting.session.get_one(Round, round_id).state = state
    acting.session.flush()
    with refuses("round_wrong_state"):
        service.issue(acting, folder, round_id, dict.fromkeys(group_ids(acting, round_id), 9))


def test_it_refuses_before_the_paper_is_frozen(acting: Acting, folder: KeyFolder) -> None:
    with refuses("paper_not_frozen"):
        service.issue(acting, folder, make_draft(acting), {"x": 9})


def test_twenty_thousand_are_made(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)
    codes = service.issue(acting, folder, round_id, {one: 19_000, other: 1_000})
    assert len({code for some in codes.values() for code in some}) == 20_000


def stored_order(acting: Acting, round_id: str) -> list[bytes]:
    """Return the hashes in the order in which a look at the table gives them."""
    with store.reading(database_of(acting.session), round_id) as connection:
        return list(connection.scalars(sa.select(CODE.c.hash)))


def test_print_order_and_storage_order_know_nothing_of_each_other(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one = group_ids(acting, round_id)[0]
    batches, size, total = 60, 40, 0.0
    for _ in range(batches):
        codes = service.issue(acting, folder, round_id, {one: size})[one]
        place = {digest: at for at, digest in enumerate(stored_order(acting, round_id))}
        total += spearman(range(size), [place[code_hash(folder.pepper(), code)] for code in codes])
        with store.writing(database_of(acting.session), round_id) as connection:
            connection.execute(sa.delete(CODE))
    assert abs(total / batches) < 3 / sqrt(batches * (size - 1))


def test_a_printed_order_that_is_the_stored_one_is_found(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one = group_ids(acting, round_id)[0]
    codes = sorted(service.issue(acting, folder, round_id, {one: 40})[one], key=lambda c: code_hash(folder.pepper(), c))
    place = {digest: at for at, digest in enumerate(sorted(stored_order(acting, round_id)))}
    assert spearman(range(40), [place[code_hash(folder.pepper(), code)] for code in codes]) > 0.99


def test_the_database_keeps_no_code(database: Database, folder: KeyFolder, tmp_path: Path) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        codes = service.issue(acting, folder, round_id, dict.fromkeys(group_ids(acting, round_id), 20))
    wanted = [code.encode() for some in codes.values() for code in some]
    if database.is_sqlite:
        content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"SQLite format 3" in content
        assert not [code for code in wanted if code in content or code.lower() in content]
    with database.reading() as session:
        dump = "".join(str(row) for table in Batch.metadata.sorted_tables for row in session.execute(sa.select(table)))
    assert not [code for code in wanted if code.decode() in dump]


def test_voiding_a_batch_keeps_the_used_ones(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)
    codes = service.issue(acting, folder, round_id, {one: 10, other: 10})
    spend(acting, folder, codes[one][:3])
    batch = next(it for it in reads.batches(acting.session, round_id) if it.group_id == one)
    service.void_batch(acting, folder, (round_id, batch.id), "打印坏了")
    assert states(acting, round_id) == {CodeState.LIVE: 10, CodeState.VOIDED: 7, CodeState.SPENT: 3}
    with refuses("batch_has_no_live_slip"):
        service.void_batch(acting, folder, (round_id, batch.id), "again")
    with refuses("batch_unknown"):
        service.void_batch(acting, folder, (make_ready(acting), batch.id), "of another round")
    [account, _] = reads.slip_accounts(acting.session, frozen_paper(acting.session, round_id)[0], round_id)
    assert (account.printed, account.voided, account.used, account.problem) == (10, 7, 3, "")


def test_counts_by_hand_must_add_up(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)
    codes = service.issue(acting, folder, round_id, {one: 10, other: 10})
    service.set_counts(acting, round_id, {one: (4, 6), other: (0, 0)})
    with refuses("group_slips_more_than_printed"):
        service.set_counts(acting, round_id, {one: (11, 0)})
    spend(acting, folder, codes[one][:3])
    acting.session.get_one(Round, round_id).state = "open"
    acting.session.flush()
    service.set_counts(acting, round_id, {one: (4, 6)})  # says nothing of the three that are used
    acting.session.get_one(Round, round_id).state = "sealed"
    acting.session.flush()
    with refuses("group_slips_more_back_than_out"):
        service.set_counts(acting, round_id, {one: (4, 6)})
    service.set_counts(acting, round_id, {one: (4, 3)})
    paper, _ = frozen_paper(acting.session, round_id)
    account = reads.slip_accounts(acting.session, paper, round_id)[0].account
    assert account is not None
    assert (account.issued, account.missing) == (6, 0)


def test_two_people_count_by_hand_and_a_difference_is_seen_by_both(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting, draft=RoundDraft("第一轮", "t2", key_needed=2, key_holders=3))
    one, other = group_ids(acting, round_id)
    service.issue(acting, folder, round_id, {one: 10, other: 10})
    scrutineer = replace(acting, actor=Principal("idlisi", "李四", "scrutineer"))

    def done() -> list[bool]:
        return [step.done for step in service.before_counting(acting.session, get_round(acting.session, round_id))]

    def told() -> str:
        return str(acting.session.info.pop(SAID))

    assert done() == [False, False]
    service.set_counts(scrutineer, round_id, {one: (1, 2), other: (0, 0)}, {one: 4, other: 4})
    assert done() == [False, False]
    assert told() == "counted_by_one_of_two"
    service.set_counts(acting, round_id, {one: (1, 2), other: (0, 1)}, {one: 4, other: 4})
    assert (done(), told()) == ([True, False], "counts_differ")
    counts = reads.hand_counts(acting.session, round_id)
    assert [counts[group].differs for group in (one, other)] == [False, True]
    assert counts[other].second == reads.Tally(0, 0, 4)
    service.set_counts(acting, round_id, {one: (1, 2), other: (0, 0)}, {one: 4, other: 5})
    assert (done(), told()) == ([True, False], "counts_differ")
    service.set_counts(acting, round_id, {one: (1, 2), other: (0, 0)}, {one: 4, other: 4})
    assert (done(), told()) == ([True, True], "counts_agree")
    count = reads.hand_counts(acting.session, round_id)[one]
    assert (count.counted_by, count.second_by) == ("张三", "李四")


def test_signs_of_the_english_side_are_looked_at_too(acting: Acting) -> None:
    round_id = make_draft(acting)
    row = get_round(acting.session, round_id)
    keep_english(acting.session, row.campaign_id, {row.title: "Round 🎉"})
    freeze(acting, round_id)
    assert [(each.text, each.field) for each in unprintable_on(acting.session, round_id)] == [("Round 🎉", "轮次名称")]


def test_who_holds_the_only_key_counts_alone(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)
    service.issue(acting, folder, round_id, {one: 10, other: 10})
    service.set_counts(acting, round_id, {one: (0, 0), other: (0, 0)})
    assert SAID not in acting.session.info
    steps = service.before_counting(acting.session, get_round(acting.session, round_id))
    assert [step.done for step in steps] == [True]


def test_the_gates_ask_for_slips_of_every_group(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    one, other = group_ids(acting, round_id)

    def done() -> list[bool]:
        return [step.done for step in service.before_opening(acting.session, get_round(acting.session, round_id))]

    assert done() == [False, False]
    service.issue(acting, folder, round_id, {one: 8})
    assert done() == [False, False]
    service.issue(acting, folder, round_id, {other: 5})
    assert done() == [True, False]
    service.issue(acting, folder, round_id, {other: 5})
    assert done() == [True, True]


def set_some_spent(acting: Acting, folder: KeyFolder, round_id: str) -> None:
    """Issue a few more slips to the first group and spend three."""
    one, _ = group_ids(acting, round_id)
    spend(acting, folder, service.issue(acting, folder, round_id, {one: 5})[one][:3])


def test_numbers_stay_when_the_box_goes(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    prepare(acting, folder, round_id)
    one, _ = group_ids(acting, round_id)
    set_some_spent(acting, folder, round_id)
    before = reads.used_by_group(acting.session, round_id)
    assert before == {one: 3}
    service.keep_used(acting.session, round_id)
    acting.session.execute(sa.text("UPDATE round SET state = 'counted'"))
    acting.session.expire_all()
    assert reads.used_by_group(acting.session, round_id) == before
    ballots.destroy(database_of(acting.session), round_id)
    assert reads.used_by_group(acting.session, round_id) == before
    assert sum(batch.printed for batch in reads.batches(acting.session, round_id)) == 20


def test_the_log_names_numbers_and_no_code(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    codes = service.issue(acting, folder, round_id, dict.fromkeys(group_ids(acting, round_id), 9))
    details = " ".join(acting.session.scalars(sa.select(AuditEntry.detail)))
    assert not [code for some in codes.values() for code in some if code in details]


def test_a_batch_s_time_is_the_printer_s_and_no_voter_s(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    later = replace(acting, now=MORNING + timedelta(hours=1))
    codes = service.issue(later, folder, round_id, dict.fromkeys(group_ids(acting, round_id), 9))
    spend(acting, folder, [some[0] for some in codes.values()])
    acting.session.expire_all()
    assert {batch.created_at for batch in reads.batches(acting.session, round_id)} == {later.now}


STATE, TAG, COUNT = 1, 32, 1
"""Bytes that differ when a code is spent: the row's, and the gate's count."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_spent_code_takes_the_place_of_the_live_one(database: Database, folder: KeyFolder) -> None:
    """On SQLite the row's bytes stay where they were: the order of casting is not written into the file."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        codes = service.issue(acting, folder, round_id, dict.fromkeys(group_ids(acting, round_id), 9))
    file = store.file_of(database, round_id)
    before = file.read_bytes()
    first = next(iter(codes.values()))[4]
    with database.writing() as session:
        spend(Acting(session, MORNING, acting.actor), folder, [first])
    after = file.read_bytes()
    page = int.from_bytes(before[16:18], "big")  # the file's first holds SQLite's own counters (its file format, 1.3.2)
    changed = [at for at in range(page, len(before)) if before[at] != after[at]]
    assert len(before) == len(after)
    assert len(changed) <= STATE + TAG + COUNT
    assert sqlite3.sqlite_version_info >= (3, 37)
