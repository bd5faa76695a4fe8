"""Dropping envelopes: exactly one per code, whoever comes when, and nothing half done."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.ballots import reads
from app.ballots.domain import CodeState
from app.ballots.slot import Cast, Slot
from app.ballots.verification import verify
from app.box import drop as drop_module
from app.box.drop import Drop, Vote, drop
from app.box.seal import envelope_info, seal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from app.core.watch import Pulses
from app.rounds.domain import RoundState
from app.slips.codes import code_hash
from app.slips.redeem import Claim
from tests.ballots.stores import by_hand, sealed_in
from tests.conftest import TestClock
from tests.factories import OpenRound, count_box, make_open_round, make_paper, set_code_state, set_round
from tests.waiting import wait_until

MakeVote = Callable[..., Vote]


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def place(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder, make_paper(2, 2), codes_each=40)


@pytest.fixture
def make_vote(database: Database, folder: KeyFolder, place: OpenRound) -> MakeVote:
    """Make a vote with the residents' code at a place, sealed anew unless the bytes are given."""
    key = reads.gate(database, place.id).public_key

    def make(at: int = 0, sealed: bytes = b"", **claim: Any) -> Vote:  # noqa: ANN401
        sealed = sealed or seal(key, envelope_info(place.id, place.paper_hash, "residents"), b"marks")
        whole = Claim(place.id, "residents", code_hash(folder.pepper(), place.codes["residents"][at]))
        return Vote(whole._replace(**claim), sealed)

    return make


@pytest.fixture
def box(database: Database, folder: KeyFolder, clock: TestClock) -> Iterator[Drop]:
    box = Drop(database, folder, clock)
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
    [kept] = sealed_in(database, place.id)
    assert (kept.id, kept.group_id, kept.sealed) == (vote.envelope_id, "residents", vote.sealed)
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
    never_issued = Vote(never_issued.claim._replace(code_hash=bytes(32)), b"sealed")
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
        (RoundState.VOID, "round_closed"),
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
    assert cast_all(box, [make_vote(round_id="nowhere")]) == ["round_closed"]


def test_an_envelope_that_is_there_already_spoils_nothing_else(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    taken = token_bytes(80)
    votes = [make_vote(0), make_vote(1, taken), make_vote(2, taken), make_vote(3)]
    outcomes = cast_all(box, votes)
    assert sorted(outcomes) == ["", "", "", "envelope_refused"]
    assert count_box(database, place.id) == (3, 3)


def test_a_failed_transaction_leaves_codes_unspent(
    database: Database, folder: KeyFolder, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    """Somebody else holds the box for longer than a writer waits, or has taken a table away."""
    by_hand(database, place.id, "ALTER TABLE envelope RENAME TO elsewhere")
    assert cast_all(box, [make_vote(0), make_vote(1)]) in (["busy", "busy"], ["round_closed", "round_closed"])
    by_hand(database, place.id, "ALTER TABLE elsewhere RENAME TO envelope")
    assert count_box(database, place.id) == (0, 0)
    assert cast_all(box, [make_vote(0)]) == [""]
    assert verify(database, folder, place.id).is_right


def test_it_refuses_more_than_can_wait(
    place: OpenRound, box: Drop, make_vote: MakeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_module, "MAX_WAITING", 3)
    outcomes = cast_all(box, [make_vote(at) for at in range(8)])
    assert Counter(outcomes) == {"": 3, "busy": 5}
    assert place.id


def test_forty_codes_sixteen_times_at_once_are_forty_envelopes(
    database: Database, folder: KeyFolder, place: OpenRound, make_vote: MakeVote, clock: TestClock
) -> None:
    """Four writers on one database, as four processes would be; different ballots for each code."""
    boxes = [Drop(database, folder, clock) for _ in range(4)]
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


def test_an_idle_writer_lets_go_and_another_takes_over(
    database: Database, place: OpenRound, box: Drop, make_vote: MakeVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_module, "IDLE_SECONDS", 0.01)
    assert cast_all(box, [make_vote(0)]) == [""]
    for thread in [thread for thread in threading.enumerate() if thread.name == "drop"]:
        thread.join(10)
        assert not thread.is_alive()
    assert cast_all(box, [make_vote(1)]) == [""]
    assert count_box(database, place.id) == (2, 2)


def test_every_box_has_its_own_writer(
    database: Database, folder: KeyFolder, place: OpenRound, box: Drop, make_vote: MakeVote
) -> None:
    other = make_open_round(database, folder, make_paper(2, 2))
    digest = code_hash(folder.pepper(), other.codes["residents"][0])
    foreign = make_vote(0, round_id=other.id, code_hash=digest)
    assert cast_all(box, [make_vote(0), foreign, make_vote(1)]) == ["", "", ""]
    assert sorted(box._writers) == sorted([place.id, other.id])
    assert (count_box(database, place.id), count_box(database, other.id)) == ((2, 2), (1, 1))


def test_a_writer_that_is_stuck_is_missed_while_another_box_takes_votes(
    folder: KeyFolder,
    database: Database,
    place: OpenRound,
    box: Drop,
    make_vote: MakeVote,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds, drop_into, stuck, goes_on = [0.0], Slot.drop, threading.Event(), threading.Event()

    def drop_or_hang(slot: Slot, casts: Sequence[Cast], now: datetime) -> list[str]:
        if slot._round_id == place.id:
            stuck.set()
            goes_on.wait(60)
        return drop_into(slot, casts, now)

    monkeypatch.setattr(Slot, "drop", drop_or_hang)
    box.pulses = Pulses("box", 30.0, lambda: seconds[0])
    other = make_open_round(database, folder, make_paper(2, 2))
    digest = code_hash(folder.pepper(), other.codes["residents"][0])
    waits = threading.Thread(target=cast_all, args=(box, [make_vote(0)]))
    waits.start()
    assert stuck.wait(60)
    seconds[0] = 31.0
    assert cast_all(box, [make_vote(0, round_id=other.id, code_hash=digest)]) == [""]
    assert box.pulses.stands_still
    goes_on.set()
    waits.join()
    wait_until(lambda: not box.pulses.stands_still)  # the phone is answered before the writer rests


def test_it_drops_at_once_what_is_handed_in_together(
    database: Database, folder: KeyFolder, place: OpenRound, make_vote: MakeVote, clock: TestClock
) -> None:
    votes = [make_vote(0), make_vote(0), make_vote(1, round_id="nowhere"), make_vote(2)]
    assert drop(database, folder, votes, clock.now) == ["", "code_used", "round_closed", ""]
    assert count_box(database, place.id) == (2, 2)
