"""Dropping envelopes: exactly one per code, whoever comes when, and nothing half done."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.box import drop as drop_module
from app.box.drop import Drop, Vote, drop, public_key
from app.box.models import Envelope
from app.box.seal import envelope_info, seal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from app.rounds.domain import RoundState
from app.slips.codes import code_hash
from app.slips.domain import CodeState
from app.slips.redeem import Claim
from tests.conftest import TestClock
from tests.factories import OpenRound, count_box, make_open_round, make_paper, set_code_state, set_round

MakeVote = Callable[..., Vote]


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def place(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder, make_paper(2, 2), codes_each=40)


@pytest.fixture
def make_vote(database: Database, folder: KeyFolder, place: OpenRound) -> MakeVote:
    """Make a vote with the residents' code at a place, and an id of its own unless one is given."""
    with database.reading() as session:
        key = public_key(session, place.id)

    def make(at: int = 0, envelope_id: bytes = b"", **claim: Any) -> Vote:  # noqa: ANN401
        envelope_id = envelope_id or token_bytes(16)
        sealed = seal(key, envelope_info(place.id, place.paper_hash, envelope_id), b"marks")
        whole = Claim(place.id, "residents", code_hash(folder.pepper(), place.codes["residents"][at]))
        return Vote(whole._replace(**claim), envelope_id, sealed)

    return make


@pytest.fixture
def box(database: Database, clock: TestClock) -> Iterator[Drop]:
    box = Drop(database.engine, clock)
    yield box
    box.close()


def cast_all(box: Drop, votes: list[Vote]) -> list[str]:
    """Cast all at the same time; return the error code of each, or nothing."""

    async def one(vote: Vote) -> str:
        try:
            await box.cast(vote)
        except DomainError as error:
            return error.code
        return ""

    async def every() -> list[str]:
        return await asyncio.gather(*(one(vote) for vote in votes))

    return asyncio.run(every())


def test_it_works(database: Database, place: OpenRound, box: Drop, make_vote: MakeVote) -> None:
    vote = make_vote()
    assert cast_all(box, [vote]) == [""]
    with database.reading() as session:
        kept = session.scalars(sa.select(Envelope)).one()
    assert (kept.round_id, kept.id, kept.group_id, kept.sealed) == (
        place.id, vote.envelope_id, "residents", vote.sealed,
    )  # fmt: skip
    assert count_box(database, place.id) == (1, 1)


def test_the_same_ballot_again_is_the_same_success(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    vote = make_vote()
    assert cast_all(box, [vote, vote]) == ["", ""]
    assert cast_all(box, [vote]) == [""]
    set_round(database, place.id, state=RoundState.SEALED)
    assert cast_all(box, [vote]) == [""]
    assert count_box(database, place.id) == (1, 1)


def test_it_refuses_another_ballot_of_the_same_code(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    assert cast_all(box, [make_vote(), make_vote(), make_vote()]) == ["", "code_used", "code_used"]
    assert cast_all(box, [make_vote()]) == ["code_used"]
    assert count_box(database, place.id) == (1, 1)


def test_it_refuses_codes_by_their_state_and_leaves_neighbours_alone(
    database: Database, folder: KeyFolder, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    set_code_state(database, folder, place.codes["residents"][1], CodeState.VOIDED)
    never_issued = make_vote(4)
    never_issued = Vote(never_issued.claim._replace(code_hash=bytes(32)), never_issued.envelope_id, b"sealed")
    votes = [make_vote(0), make_vote(1), make_vote(2, group_id="staff"), never_issued, make_vote(3)]
    assert cast_all(box, votes) == ["", "code_voided", "code_foreign", "code_unknown", ""]
    assert count_box(database, place.id) == (2, 2)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (RoundState.DRAFT, "round_not_open"),
        (RoundState.READY, "round_not_open"),
        (RoundState.SEALED, "round_closed"),
        (RoundState.COUNTED, "round_closed"),
        (RoundState.PUBLISHED, "round_closed"),
        (RoundState.VOID, "round_void"),
    ],
)
def test_it_refuses_unless_the_round_is_open(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote, state: RoundState, code: str
) -> None:
    set_round(database, place.id, state=state)
    assert cast_all(box, [make_vote()]) == [code]
    assert count_box(database, place.id) == (0, 0)


def test_it_refuses_from_the_planned_end_on(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote, clock: TestClock
) -> None:
    set_round(database, place.id, closes_at=clock.now + timedelta(seconds=1))
    assert cast_all(box, [make_vote(0)]) == [""]
    clock.now += timedelta(seconds=1)
    assert cast_all(box, [make_vote(1)]) == ["round_closed"]
    assert count_box(database, place.id) == (1, 1)


def test_it_refuses_a_round_that_is_not_there(box: Drop, make_vote: MakeVote) -> None:
    assert cast_all(box, [make_vote(round_id="nowhere")]) == ["round_unknown"]


def test_an_envelope_that_is_there_already_spoils_nothing_else(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    taken = token_bytes(16)
    votes = [make_vote(0), make_vote(1, taken), make_vote(2, taken), make_vote(3)]
    outcomes = cast_all(box, votes)
    assert sorted(outcomes) == ["", "", "", "envelope_refused"]
    assert count_box(database, place.id) == (3, 3)


def test_a_failed_transaction_leaves_codes_unspent(
    database: Database, place: OpenRound, make_vote: MakeVote, clock: TestClock
) -> None:
    def full_disk(_connection: sa.Connection) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, OSError("database or disk is full"))

    sa.event.listen(database.engine, "commit", full_disk)
    box = Drop(database.engine, clock)
    try:
        assert cast_all(box, [make_vote(0), make_vote(1)]) == ["busy", "busy"]
        sa.event.remove(database.engine, "commit", full_disk)
        assert count_box(database, place.id) == (0, 0)
        assert cast_all(box, [make_vote(0)]) == [""]
    finally:
        box.close()


def test_it_refuses_more_than_can_wait(
    place: OpenRound, box: Drop, make_vote: MakeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_module, "MAX_WAITING", 3)
    outcomes = cast_all(box, [make_vote(at) for at in range(8)])
    assert Counter(outcomes) == {"": 3, "busy": 5}
    assert place.id


def test_forty_codes_sixteen_times_at_once_are_forty_envelopes(
    database: Database, place: OpenRound, make_vote: MakeVote, clock: TestClock
) -> None:
    """Four writers on one database, as four processes would be; different ballots for each code."""
    boxes = [Drop(database.engine, clock) for _ in range(4)]
    outcomes: list[str] = []

    def hall(box: Drop) -> None:
        votes = [make_vote(at) for _ in range(4) for at in range(40)]
        outcomes.extend(cast_all(box, votes))

    threads = [threading.Thread(target=hall, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for box in boxes:
        box.close()
    counted = Counter(outcomes)
    assert counted[""] == 40
    assert counted["code_used"] + counted["busy"] == 600
    assert count_box(database, place.id) == (40, 40)


def test_a_close_waits_for_the_votes_before_it(
    database: Database, place: OpenRound, make_vote: MakeVote, clock: TestClock
) -> None:
    """A close that comes while a cast is being written is either before it or after it, never beside it."""
    started, closed = threading.Event(), threading.Event()

    def close() -> None:
        started.wait(10)
        set_round(database, place.id, state=RoundState.SEALED)
        closed.set()

    closer = threading.Thread(target=close)
    closer.start()
    with database.engine.begin() as connection:
        assert drop(connection, [make_vote(0)], clock.now) == [""]
        started.set()
        assert not closed.wait(0.2)
    closer.join()
    with database.engine.begin() as connection:
        assert drop(connection, [make_vote(1)], clock.now) == ["round_closed"]
    assert count_box(database, place.id) == (1, 1)
