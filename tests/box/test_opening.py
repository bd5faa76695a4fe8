"""Opening the box: everything cast is counted, nothing else is, and afterwards nothing can be opened any more."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.ballots import reads as ballots
from app.ballots import service as boxes
from app.ballots import store
from app.ballots.domain import CodeState, envelope_id
from app.ballots.models import CODE, ENVELOPE, GATE
from app.ballots.reads import SealedEnvelope
from app.ballots.tags import tags_of
from app.ballots.verification import verify
from app.box import ceremony, opening, reads, unlocking
from app.box.counted import Stacks
from app.box.envelope import group_place, pack
from app.box.holder_secret import read_secret
from app.box.models import Remark, RoundKey
from app.box.opening import Attempt, Progress, Room, open_box
from app.box.preparing import Prepared
from app.box.seal import envelope_info, seal, unseal
from app.box.tidying import recover
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.masking import NAME, PHONE
from app.core.secrets import token_bytes
from app.publication.service import counting_chain
from app.rounds.domain import NOT_ASKED, Paper, RoundState
from app.rounds.models import BoxRoot, Round
from app.rounds.reads import frozen_paper, get_round
from app.rounds.receipt_reads import root_of
from app.rounds.sealing import write_root
from app.slips.models import Batch
from tests.ballots.stores import change_counts, sealed_in
from tests.box.boxes import NOON, Box, cast_contents, counted_contents, hall_paper, laid_out, make_box, make_staff
from tests.papers import sitting

COUNTS = {"residents": 30, "staff": 12}


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def organiser(database: Database) -> Principal:
    with database.writing() as session:
        return make_staff(session)


@pytest.fixture
def box(database: Database, folder: KeyFolder, organiser: Principal) -> Box:
    """A sealed box of round r1."""
    return make_box(database, folder, organiser, hall_paper(), COUNTS)


@pytest.fixture
def room(database: Database, folder: KeyFolder) -> Room:
    return Room(database, folder, lambda: NOON)


@pytest.fixture
def attempt(room: Room, box: Box, organiser: Principal) -> Attempt:
    """张三 asks for the opening, with his own share and that of 王五."""
    with room.database.reading() as session:
        table = laid_out(session, [box.shares[2], box.shares[0]])
        key = unlocking.unlock(table, room.folder)
    return Attempt("r1", key, organiser, ("张三", "王五", "赵六"), (1, 3))


@contextmanager
def decrypting() -> Iterator[list[bytes]]:
    """Yield the list of the envelopes that the private key opens meanwhile."""
    decrypted: list[bytes] = []

    def noted(key: X25519PrivateKey, info: bytes, sealed: bytes) -> bytes:
        decrypted.append(sealed)
        return unseal(key, info, sealed)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(opening, "unseal", noted)
        yield decrypted


def refused(room: Room, attempt: Attempt, code: str, *, decrypts: bool = False) -> DomainError:
    """Check that the opening refuses and the box is as it was; unless it ``decrypts``, no ballot was opened either."""
    before = sealed_in(room.database, "r1")
    with decrypting() as decrypted, pytest.raises(DomainError) as caught:
        open_box(room, attempt, Progress())
    assert (caught.value.code, bool(decrypted)) == (code, decrypts)
    assert sealed_in(room.database, "r1") == before
    with room.database.reading() as session:
        assert get_round(session, "r1").state is RoundState.SEALED
        assert reads.stacks(session, "r1") == {}
    assert room.folder.parts() == {"r1"}
    return caught.value


def test_it_works(room: Room, attempt: Attempt, box: Box) -> None:
    progress = Progress()
    open_box(room, attempt, progress)
    assert (progress.done, progress.total) == (42, 42)
    with room.database.reading() as session:
        assert counted_contents(session, box.paper) == cast_contents(box)
        assert get_round(session, "r1").state is RoundState.COUNTED
        assert get_round(session, "r1").counted_at == NOON
        assert reads.envelopes_by_group(session, "r1") == {}
        assert reads.returned_by_group(session, box.paper) == COUNTS
        record = reads.opening_of(session, "r1")
        assert record == reads.OpeningView("张三", ("张三", "王五", "赵六"), (1, 3), 42)
        key = reads.key_of(session, "r1")
        assert key is not None
        assert key.destroyed_at == NOON
    assert room.folder.parts() == set()


def test_personal_data_in_remarks_is_hidden_before_they_are_stored(room: Room, organiser: Principal) -> None:
    box = make_box(room.database, room.folder, organiser, hall_paper(), COUNTS, "张三科长，请回电13800138000，")
    with room.database.reading() as session:
        table = laid_out(session, box.shares[:2])
        key = unlocking.unlock(table, room.folder)
    open_box(room, Attempt("r1", key, organiser, ("张三",), (1, 2)), Progress())
    with room.database.reading() as session:
        texts = session.scalars(select(Remark.text)).all()
    assert len(texts) == sum(len(ballot.remarks) for ballot in box.ballots) > 0
    assert {text.rstrip("0123456789") for text in texts} == {f"{NAME}，请回电{PHONE}，"}


def test_an_empty_box_opens(room: Room, organiser: Principal) -> None:
    box = make_box(room.database, room.folder, organiser, hall_paper(), {})
    with room.database.reading() as session:
        table = laid_out(session, box.shares[:2])
        key = unlocking.unlock(table, room.folder)
    open_box(room, Attempt("r1", key, organiser, ("张三",), (1, 2)), Progress())
    with room.database.reading() as session:
        assert reads.returned_by_group(session, box.paper) == {"residents": 0, "staff": 0}


def test_other_features_act_in_the_same_transaction(room: Room, attempt: Attempt) -> None:
    def refuse(_acting: Acting, _round_id: str) -> None:
        raise DomainError("busy")

    refused(replace(room, after_counting=(refuse,)), attempt, "busy", decrypts=True)
    seen: list[str] = []
    open_box(replace(room, after_counting=(lambda _acting, round_id: seen.append(round_id),)), attempt, Progress())
    assert seen == ["r1"]


def change(room: Room, envelope: SealedEnvelope, *, retag: bool = False, **values: Any) -> None:  # noqa: ANN401
    """Change an envelope by hand; ``retag``: as somebody who has the key folder too."""
    changed = envelope._replace(**values)
    if retag:
        tags = tags_of(room.folder, "r1")
        changed = changed._replace(tag=tags.envelope(changed.id, changed.group_id, changed.sealed))
    with store.writing(room.database, "r1") as connection:
        connection.execute(ENVELOPE.update().where(ENVELOPE.c.id == envelope.id).values(**changed._asdict()))


def flipped(sealed: bytes) -> bytes:
    return sealed[:-1] + bytes([sealed[-1] ^ 1])


def test_it_refuses_a_flipped_bit(room: Room, attempt: Attempt) -> None:
    first = sealed_in(room.database, "r1")[0]
    change(room, first, sealed=flipped(first.sealed))
    assert refused(room, attempt, "box_tampered").params == {"groups": (f"{first.group_id} 1/0",)}


def test_a_wrong_tag_stops_it_before_anything_is_decrypted(room: Room, attempt: Attempt) -> None:
    """The last envelope's, and a code's that was not even used."""
    last = sealed_in(room.database, "r1")[-1]
    change(room, last, tag=flipped(last.tag))
    assert refused(room, attempt, "box_tampered").params == {"groups": (f"{last.group_id} 1/0",)}
    change(room, last)
    with store.writing(room.database, "r1") as connection:
        live = connection.execute(select(CODE).where(CODE.c.state == CodeState.LIVE).limit(1)).one()
        mine = CODE.update().where(CODE.c.hash == live.hash)
        connection.execute(mine.values(tag=flipped(live.tag)))
    assert refused(room, attempt, "box_tampered").params == {"groups": (f"{live.group_id} 0/1",)}
    with store.writing(room.database, "r1") as connection:
        connection.execute(mine.values(tag=live.tag))
    with decrypting() as decrypted:
        open_box(room, attempt, Progress())
    assert len(decrypted) == sum(COUNTS.values())


def test_it_refuses_a_flipped_bit_even_with_the_key_folder(room: Room, attempt: Attempt) -> None:
    for envelope in sealed_in(room.database, "r1")[:2]:
        change(room, envelope, retag=True, sealed=flipped(envelope.sealed))
    refused(room, attempt, "box_tampered")


def test_it_refuses_a_moved_envelope(room: Room, attempt: Attempt) -> None:
    change(room, sealed_in(room.database, "r1")[0], retag=True, id=bytes(16))
    refused(room, attempt, "box_tampered")


def put_in(room: Room, places: Mapping[int, tuple[str, bytes]]) -> None:
    """Put other bytes into the box, as their phones could have: (group of the info, plaintext) by place in the box."""
    with room.database.reading() as session:
        key = reads.key_of(session, "r1")
        digest = frozen_paper(session, "r1")[1]
    assert key is not None
    found = sealed_in(room.database, "r1")
    for at, (group, plaintext) in places.items():
        sealed = seal(key.public_key, envelope_info("r1", digest, group), plaintext)
        change(room, found[at], retag=True, id=envelope_id(sealed), sealed=sealed)
    close_again(room)


def close_again(room: Room) -> None:
    """Make as if what lies in the box now had come before the close."""
    with room.database.writing() as session:
        session.execute(delete(BoxRoot))
    write_root(room.database, "r1", NOON)


def test_what_is_no_ballot_is_invalid_and_stops_nothing(room: Room, attempt: Attempt, box: Box) -> None:
    """Else one voter with a program of his own could keep a box shut for good."""
    paper, found = box.paper, sealed_in(room.database, "r1")
    group = found[0].group_id
    other = next(one.id for one in paper.groups if one.id != group)
    assert {one.group_id for one in found[:1]} == {group}
    with room.database.reading() as session:
        digest = frozen_paper(session, "r1")[1]
    mine = [at for at, one in enumerate(found) if one.group_id == group]
    place = group_place(paper, group)
    marks = bytes(
        0 if at // len(paper.section.items) in paper.rated_by(group) else NOT_ASKED
        for at in range(len(paper.units) * len(paper.section.items))
    )
    whole = pack((digest, place), marks, (), paper.remark_bytes)
    wrong = {
        "noise": (group, token_bytes(len(whole))),
        "a mark outside the scale": (group, pack((digest, place), b"\x09" * len(marks), (), paper.remark_bytes)),
        "nothing marked": (group, pack((digest, place), b"\xff" * len(marks), (), paper.remark_bytes)),
        "another paper": (group, pack(("ab" * 32, place), marks, (), paper.remark_bytes)),
        "another group inside": (group, pack((digest, group_place(paper, other)), marks, (), paper.remark_bytes)),
        "another group outside": (other, whole),
        "the first format": (group, b"\1" + whole[1:]),
        "an object that is not there": (group, pack((digest, place), marks, ((99, "x"),), paper.remark_bytes)),
    }
    put_in(room, dict(zip(mine, [*wrong.values(), (group, whole)], strict=False)))
    progress = Progress()
    open_box(room, attempt, progress)
    assert progress.invalid == {group: len(wrong)}
    with room.database.reading() as session:
        assert get_round(session, "r1").state is RoundState.COUNTED
        assert reads.returned_by_group(session, paper) == {**COUNTS, group: COUNTS[group] - len(wrong)}
        chain = counting_chain(session, paper, "r1")
        assert (chain.group(group).returned, chain.group(group).invalid) == (COUNTS[group], len(wrong))
        record = reads.opening_of(session, "r1")
        assert record is not None
        assert record.envelopes == sum(COUNTS.values())


def test_nothing_of_a_phone_can_stop_an_opening_or_add_to_it(room: Room, attempt: Attempt, box: Box) -> None:
    """Whatever its bytes: not what the key opens, not even sealed at all."""
    for envelope in sealed_in(room.database, "r1"):
        sealed = token_bytes(len(envelope.sealed))
        change(room, envelope, retag=True, id=envelope_id(sealed), sealed=sealed)
    close_again(room)
    open_box(room, attempt, Progress())
    with room.database.reading() as session:
        assert reads.returned_by_group(session, box.paper) == dict.fromkeys(COUNTS, 0)


@pytest.mark.parametrize(("valid", "told"), [(9, None), (10, sum(COUNTS.values()) - 10)])
def test_the_log_does_not_tell_how_few_were_valid(room: Room, attempt: Attempt, valid: int, told: int | None) -> None:
    """How many came everybody can count in the list of receipts: by how many were invalid the rest would follow."""
    for envelope in sealed_in(room.database, "r1")[valid:]:
        sealed = token_bytes(len(envelope.sealed))
        change(room, envelope, retag=True, id=envelope_id(sealed), sealed=sealed)
    close_again(room)
    open_box(room, attempt, Progress())
    with room.database.reading() as session:
        noted = [json.loads(one.detail) for one in session.scalars(select(AuditEntry)) if one.action == "round.count"]
    assert [one.get("invalid") for one in noted] == [told]


def test_it_refuses_a_box_that_does_not_give_the_root_of_its_close(room: Room, attempt: Attempt) -> None:
    """Even who has the key folder cannot take a ballot out again, with all that counts it, once the root is known."""
    first = sealed_in(room.database, "r1")[0]
    tags, group = tags_of(room.folder, "r1"), first.group_id
    with store.writing(room.database, "r1") as connection:
        connection.execute(ENVELOPE.delete().where(ENVELOPE.c.id == first.id))
        spent = select(CODE.c.hash, CODE.c.batch_id).where(CODE.c.state == CodeState.SPENT, CODE.c.group_id == group)
        digest, batch = connection.execute(spent.limit(1)).one()
        tag = tags.code(digest, group, batch, CodeState.LIVE)
        connection.execute(CODE.update().where(CODE.c.hash == digest).values(state=int(CodeState.LIVE), tag=tag))
    change_counts(room.database, "r1", group, proved=True, spent=-1, envelopes=-1)
    assert verify(room.database, room.folder, "r1").is_right
    with room.database.reading() as session:
        root = root_of(session, "r1")
    assert root is not None
    assert refused(room, attempt, "root_differs").params["signs"] == root.signs


def test_it_refuses_before_the_root_is_public(room: Room, attempt: Attempt) -> None:
    with room.database.writing() as session:
        session.execute(delete(BoxRoot))
    refused(room, attempt, "root_missing")


def test_it_refuses_a_stuffed_box(room: Room, attempt: Attempt) -> None:
    first = sealed_in(room.database, "r1")[0]
    tag = tags_of(room.folder, "r1").envelope(bytes(16), first.group_id, first.sealed)
    with store.writing(room.database, "r1") as connection:
        connection.execute(ENVELOPE.insert(), {**first._asdict(), "id": bytes(16), "tag": tag})
    refused(room, attempt, "box_tampered")


@pytest.mark.parametrize("column", ["public_key", "intent"])
def test_it_refuses_a_gate_that_somebody_else_set(room: Room, attempt: Attempt, column: str) -> None:
    with store.writing(room.database, "r1") as connection:
        value = b"k" * 32 if column == "public_key" else "mine"
        connection.execute(GATE.update().values(**{column: value}))
    refused(room, attempt, "box_gate_tampered")


def test_it_refuses_a_paper_that_is_not_the_one_voters_had(room: Room, attempt: Attempt) -> None:
    """Its hash stays, so that every envelope still fits; two names are exchanged."""
    with room.database.engine.begin() as connection:
        where = "" if room.database.is_sqlite else " ON round"
        connection.exec_driver_sql(f"DROP TRIGGER round_paper_frozen{where}")
        text = connection.execute(select(Round.paper).where(Round.id == "r1")).scalar_one()
        told = json.loads(str(text))
        units = told["sections"][0]["objects"]
        units[0]["name"], units[1]["name"] = units[1]["name"], units[0]["name"]
        changed = json.dumps(told, ensure_ascii=False)
        assert changed != text
        connection.execute(update(Round).where(Round.id == "r1").values(paper=changed))
    refused(room, attempt, "box_paper_changed")


def test_it_refuses_a_robbed_box(room: Room, attempt: Attempt) -> None:
    first = sealed_in(room.database, "r1")[0]
    with store.writing(room.database, "r1") as connection:
        connection.execute(ENVELOPE.delete().where(ENVELOPE.c.id == first.id))
    refused(room, attempt, "box_tampered")


def test_it_refuses_counts_that_differ(room: Room, attempt: Attempt) -> None:
    change_counts(room.database, "r1", "staff", proved=False, envelopes=1)
    assert refused(room, attempt, "box_not_as_spent").params == {"envelopes": 43, "spent": 42}


def test_it_refuses_more_back_than_out(room: Room, attempt: Attempt) -> None:
    with room.database.writing() as session:
        session.execute(update(Batch).where(Batch.group_id == "staff").values(printed=11))
    assert refused(room, attempt, "more_back_than_out").params == {"groups": ("staff",)}


@pytest.mark.parametrize("state", ["ready", "open", "counted", "published", "void"])
def test_it_refuses_a_round_that_is_not_sealed(room: Room, attempt: Attempt, state: str) -> None:
    with room.database.writing() as session:
        session.execute(update(Round).where(Round.id == "r1").values(state=state))
    with pytest.raises(DomainError, match="box_not_sealed"):
        open_box(room, attempt, Progress())


def test_it_refuses_a_wrong_server_part(room: Room, box: Box) -> None:
    room.folder.destroy_part("r1")
    with room.database.reading() as session:
        table = laid_out(session, box.shares[:2])
        with pytest.raises(DomainError, match="server_part_missing"):
            unlocking.unlock(table, room.folder)
        room.folder.create_part("r1")
        with pytest.raises(DomainError, match="server_part_wrong"):
            unlocking.unlock(table, room.folder)


def test_it_refuses_too_few_shares_twins_and_more_than_needed(room: Room, box: Box) -> None:
    with room.database.reading() as session:
        table = laid_out(session, box.shares[:1])
        with pytest.raises(DomainError, match="shares_insufficient"):
            unlocking.unlock(table, room.folder)
        with pytest.raises(DomainError, match="shares_duplicate"):
            unlocking.add(table, read_secret(box.shares[0]))
        with pytest.raises(DomainError, match="shares_enough"):
            laid_out(session, box.shares)


def test_present_people_are_named_once() -> None:
    assert ceremony.people(["张三"], "李四、王五\n 张三 ,赵六") == ("张三", "李四", "王五", "赵六")
    with pytest.raises(DomainError, match="nobody_present"):
        ceremony.people([], " \n")
    with pytest.raises(DomainError, match="present_too_many"):
        ceremony.people([str(at) for at in range(61)], "")


def test_two_processes_open_once(room: Room, attempt: Attempt, box: Box) -> None:
    """Both unseal everything; only the database stands between them."""
    both_unsealed, outcomes = Barrier(2), list[str]()

    def meet(_session: Session, _paper: Paper, _stacks: Stacks) -> Callable[[], Prepared]:
        both_unsealed.wait(timeout=60)
        return lambda: Prepared(still_holds=lambda _: True, write=lambda _: None)

    def open_it() -> None:
        try:
            open_box(replace(room, prepare=(meet,)), attempt, Progress())
        except DomainError as error:
            outcomes.append(error.code)
        else:
            outcomes.append("done")

    threads = [Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["box_not_sealed", "done"]
    with room.database.reading() as session:
        assert counted_contents(session, box.paper) == cast_contents(box)
        counts = select(func.count()).where(AuditEntry.action == "round.count")
        assert session.scalar(counts) == 1


def _files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file() and "pg_wal" not in path.parts:
            yield path.read_bytes()


def test_the_old_bytes_are_gone(room: Room, attempt: Attempt, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    places = [tmp_path]
    if not room.database.is_sqlite:
        with room.database.reading() as session:
            own = session.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        places.append(request.getfixturevalue("postgresql_server")[1] / "base" / str(own))
        with room.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
    sealed = [envelope.sealed[-24:] for envelope in sealed_in(room.database, "r1")]
    part = room.folder.read_part("r1")
    before = [data for place in places for data in _files(place)]
    assert all(any(piece in data for data in before) for piece in (*sealed, part))
    open_box(room, attempt, Progress())
    if not room.database.is_sqlite:
        with room.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
    after = [data for place in places for data in _files(place)]
    assert not any(piece in data for piece in (*sealed, part) for data in after)


def test_recovery_destroys_what_a_crash_left(room: Room, attempt: Attempt) -> None:
    open_box(room, attempt, Progress())
    for round_id in ("r1", "another0database"):
        room.folder.create_part(round_id)
        boxes.create(room.database, room.folder, round_id, ("{}", "ab" * 32), ["staff"])
    recover(room.database)
    assert room.folder.parts() == {"another0database"}
    assert ballots.round_ids(room.database) == {"another0database"}


def test_recovery_leaves_a_sealed_box_alone(room: Room, attempt: Attempt, box: Box) -> None:
    recover(room.database)
    assert room.folder.parts() == {"r1"}
    open_box(room, attempt, Progress())
    with room.database.reading() as session:
        assert counted_contents(session, box.paper) == cast_contents(box)


def test_an_old_backup_stays_shut(room: Room, attempt: Attempt, box: Box) -> None:
    """Envelopes and paper shares without the server part open nothing (SEC-17)."""
    open_box(room, attempt, Progress())
    with room.database.writing() as session:
        session.execute(update(Round).where(Round.id == "r1").values(state=RoundState.SEALED))
        session.execute(update(RoundKey).values(destroyed_at=None))
        session.flush()
        table = laid_out(session, box.shares[:2])
        with pytest.raises(DomainError, match="server_part_missing"):
            unlocking.unlock(table, room.folder)


def test_several_sections_are_counted_as_they_were_cast(
    database: Database, folder: KeyFolder, organiser: Principal, room: Room
) -> None:
    box = make_box(database, folder, organiser, sitting(round_id="r1"), COUNTS)
    with database.reading() as session:
        key = unlocking.unlock(laid_out(session, [box.shares[2], box.shares[0]]), folder)
    open_box(room, Attempt("r1", key, organiser, ("张三", "王五"), (1, 3)), Progress())
    with database.reading() as session:
        assert counted_contents(session, box.paper) == cast_contents(box)
        assert reads.returned_by_group(session, box.paper) == COUNTS
        chain = counting_chain(session, box.paper, "r1")
    assert (chain.total.returned, chain.total.valid) == (42, 42)
