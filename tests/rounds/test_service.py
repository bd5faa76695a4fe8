"""The life of a round, act by act, on both databases."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.campaigns import service as campaigns
from app.core.acting import Acting
from app.core.db import Base, Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.rounds import service
from app.rounds.domain import RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.reads import frozen_paper, get_round
from app.rounds.rehearsing import create_rehearsal
from app.rounds.service import RoundDraft
from tests.cast import MORNING, committed, make_campaign, make_cast, make_draft, make_ready, prepare, refuses

DRAFT = RoundDraft("第一轮", "t2", key_needed=1, key_holders=1)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def acting(database: Database) -> Iterator[Acting]:
    """张三, an organiser at work."""
    with database.writing() as session:
        yield Acting(session, MORNING, make_cast(session)["zhangsan"])


def state_of(acting: Acting, round_id: str) -> RoundState:
    acting.session.flush()
    return get_round(acting.session, round_id).state


def log(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


def test_it_works(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    prepare(acting, folder, round_id)
    service.open_round(acting, folder, PORTS, round_id)
    committed(acting.session)
    assert state_of(acting, round_id) is RoundState.OPEN
    service.close_round(acting, round_id, {})
    committed(acting.session)
    assert state_of(acting, round_id) is RoundState.SEALED
    service.count_round(acting, round_id)
    service.publish_round(acting, round_id)
    service.archive_round(acting, round_id)
    assert state_of(acting, round_id) is RoundState.ARCHIVED
    assert {"round.create", "round.freeze", "round.open", "round.close", "round.count"} <= set(log(acting.session))


def test_the_frozen_paper_stays_what_it_was(acting: Acting) -> None:
    round_id = make_ready(acting)
    row = acting.session.get_one(Round, round_id)
    before, digest = frozen_paper(acting.session, round_id)
    assert row.paper is not None
    assert digest == paper_digest(row.paper)
    units = campaigns.add_units
    units(acting.session, acting.now, acting.actor, row.campaign_id, ["后来的单位"])
    acting.session.flush()
    acting.session.expire_all()
    assert frozen_paper(acting.session, round_id) == (before, digest)
    with refuses("round_frozen"):
        service.edit_round(acting, round_id, DRAFT)
    with refuses("round_wrong_state"):
        service.freeze(acting, round_id)


def test_the_same_paper_has_another_hash_in_another_round(acting: Acting) -> None:
    one, other = make_ready(acting), make_ready(acting)
    assert frozen_paper(acting.session, one)[1] != frozen_paper(acting.session, other)[1]


def test_it_refuses_to_freeze_an_unfinished_paper(acting: Acting) -> None:
    campaign_id = campaigns.create_campaign(acting.session, MORNING, acting.actor, "测评", "局")
    round_id = service.create_round(acting, campaign_id, DRAFT)
    with refuses("steps_missing") as caught:
        service.freeze(acting, round_id)
    assert "单位" in str(caught.value.params["steps"])


@pytest.mark.parametrize("numbers", [(2, 1), (1, 3), (0, 0), (17, 17), (3, 2)])
def test_it_refuses_numbers_of_keys_that_open_nothing(acting: Acting, numbers: tuple[int, int]) -> None:
    campaign_id = make_campaign(acting.session, acting.actor)
    with refuses("key_numbers"):
        service.create_round(acting, campaign_id, RoundDraft("轮", "t2", key_needed=numbers[0], key_holders=numbers[1]))


def test_it_refuses_a_plan_that_runs_backwards(acting: Acting) -> None:
    campaign_id = make_campaign(acting.session, acting.actor)
    plan = replace(DRAFT, opens_at=MORNING, closes_at=MORNING)
    with refuses("schedule_backwards"):
        service.create_round(acting, campaign_id, plan)


LONG_AGO = datetime(2020, 11, 27, tzinfo=UTC)


def test_it_refuses_a_plan_of_the_past_before_anything_is_printed(acting: Acting) -> None:
    campaign_id = make_campaign(acting.session, acting.actor)
    for plan in (replace(DRAFT, opens_at=LONG_AGO), replace(DRAFT, closes_at=LONG_AGO)):
        with refuses("schedule_past"):
            service.create_round(acting, campaign_id, plan)
    planned = replace(DRAFT, opens_at=MORNING + timedelta(hours=1), closes_at=MORNING + timedelta(hours=2))
    round_id = service.create_round(acting, campaign_id, planned)
    with refuses("schedule_past"):
        service.edit_round(acting, round_id, replace(planned, opens_at=LONG_AGO))
    with refuses("schedule_past"):
        service.set_schedule(acting, round_id, None, MORNING - timedelta(minutes=1))
    with refuses("schedule_past"):
        service.freeze(replace(acting, now=MORNING + timedelta(hours=1)), round_id)
    service.freeze(acting, round_id)


def test_it_refuses_to_open_before_all_is_done(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    with refuses("steps_missing") as caught:
        service.open_round(acting, folder, PORTS, round_id)
    assert str(caught.value.params["steps"]).count(";") >= 2
    prepare(acting, folder, round_id)
    service.open_round(acting, folder, PORTS, round_id)
    committed(acting.session)
    with refuses("round_wrong_state"):
        service.open_round(acting, folder, PORTS, round_id)


def test_it_refuses_to_open_after_the_planned_end(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    prepare(acting, folder, round_id)
    service.set_schedule(acting, round_id, None, MORNING + timedelta(hours=1))
    late = replace(acting, now=MORNING + timedelta(hours=1))
    with refuses("schedule_over"):
        service.open_round(late, folder, PORTS, round_id)


def test_an_open_round_can_be_extended(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    prepare(acting, folder, round_id)
    with refuses("round_wrong_state"):
        service.extend_round(acting, round_id, {"closes_at": "2026-11-24T00:00:00+00:00"})
    service.open_round(acting, folder, PORTS, round_id)
    committed(acting.session)
    with refuses("schedule_over"):
        service.extend_round(acting, round_id, {"closes_at": MORNING.isoformat()})
    later = MORNING + timedelta(hours=3)
    service.extend_round(acting, round_id, {"closes_at": later.isoformat()})
    committed(acting.session)
    assert get_round(acting.session, round_id).closes_at == later
    with refuses("round_wrong_state"):
        service.set_schedule(acting, round_id, None, later)


@pytest.mark.parametrize("state", RoundState)
def test_every_state_before_publication_can_be_voided(acting: Acting, state: RoundState) -> None:
    round_id = make_draft(acting)
    acting.session.get_one(Round, round_id).state = state
    acting.session.flush()
    if state in {RoundState.PUBLISHED, RoundState.ARCHIVED, RoundState.VOID}:
        with refuses("round_wrong_state"):
            service.void_round(acting, round_id, {"reason": "名单有误"})
        return
    service.void_round(acting, round_id, {"reason": "名单有误"})
    committed(acting.session)
    assert get_round(acting.session, round_id).void_reason == "名单有误"


def test_a_voided_round_can_be_repeated_as_a_new_one(acting: Acting) -> None:
    plan = replace(DRAFT, opens_at=MORNING + timedelta(hours=1), wifi_name="hall", remarks=True)
    round_id = make_ready(acting, draft=plan)
    with refuses("round_wrong_state"):
        service.repeat_round(acting, round_id)
    service.void_round(acting, round_id, {"reason": "误"})
    committed(acting.session)
    again = get_round(acting.session, service.repeat_round(acting, round_id))
    assert (again.repeats, again.state, again.paper_hash) == (round_id, RoundState.DRAFT, None)
    assert (again.title, again.wifi_name, again.remarks, again.opens_at) == ("第一轮", "hall", True, None)


def test_a_rehearsal_has_the_same_paper_marked_as_such(acting: Acting) -> None:
    round_id = make_ready(acting)
    rehearsal = create_rehearsal(acting, round_id)
    real, practice = (frozen_paper(acting.session, it)[0] for it in (round_id, rehearsal))
    assert practice == replace(real, round_id=rehearsal, rehearsal=True)
    with refuses("round_wrong_state"):
        create_rehearsal(acting, rehearsal)
    assert not service.needs_second_person(acting.session, get_round(acting.session, rehearsal), "void", MORNING)


def rows_naming(session: Session, round_id: str) -> set[str]:
    """Return the tables in which any text column holds the id."""
    found = set()
    for table in Base.metadata.sorted_tables:
        texts = [column for column in table.columns if column.type.python_type is str]
        if texts and session.scalar(sa.select(sa.func.count()).where(sa.or_(*(c.contains(round_id) for c in texts)))):
            found.add(table.name)
    return found


def test_purging_leaves_no_row_of_a_rehearsal(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    rehearsal = create_rehearsal(acting, round_id)
    prepare(acting, folder, rehearsal)
    service.open_round(acting, folder, PORTS, rehearsal)
    committed(acting.session)
    assert {"round", "slip_batch", "round_key", "key_holder"} <= rows_naming(acting.session, rehearsal)
    assert rehearsal in folder.parts()
    prepare(acting, folder, round_id)
    service.open_round(acting, folder, PORTS, round_id)
    committed(acting.session)
    acting.session.expire_all()
    assert rows_naming(acting.session, rehearsal) == {"audit_entry"}
    assert rehearsal not in folder.parts()
    assert {"round_key"} <= rows_naming(acting.session, round_id)


def test_the_wifi_may_change_until_the_close(acting: Acting, folder: KeyFolder) -> None:
    round_id = make_ready(acting)
    prepare(acting, folder, round_id)
    service.open_round(acting, folder, PORTS, round_id)
    committed(acting.session)
    service.set_wifi(acting, round_id, "hall", "secret-password")
    details = acting.session.scalars(sa.select(AuditEntry.detail)).all()
    assert not any("secret-password" in detail for detail in details)
    service.close_round(acting, round_id, {})
    committed(acting.session)
    with refuses("round_wrong_state"):
        service.set_wifi(acting, round_id, "hall", "")


def test_an_unknown_round_is_named_as_such(acting: Acting, folder: KeyFolder) -> None:
    with refuses("round_unknown"):
        service.freeze(acting, "nowhere")
    with refuses("round_unknown"):
        service.open_round(acting, folder, PORTS, "nowhere")


def test_a_round_voided_behind_a_session_that_holds_it_stays_void(database: Database, folder: KeyFolder) -> None:
    """PostgreSQL: FOR UPDATE alone waits for the other writer and then goes on with the old row (SEC-82)."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        prepare(acting, folder, round_id)
        service.open_round(acting, folder, PORTS, round_id)
    with database.writing() as session:
        if not database.is_sqlite:  # SQLite's writers are alone: the second one could not begin
            assert get_round(session, round_id).state is RoundState.OPEN
        with database.writing() as other:
            service.void_round(Acting(other, MORNING, acting.actor), round_id, {"reason": "停电"})
        with refuses("round_wrong_state"):
            service.close_round(Acting(session, MORNING, acting.actor), round_id, {})
    with database.reading() as session:
        assert get_round(session, round_id).state is RoundState.VOID
        assert "round.close" not in log(session)


def test_two_who_close_at_once_write_one_act(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        prepare(acting, folder, round_id)
        service.open_round(acting, folder, PORTS, round_id)
    together = threading.Barrier(2)

    def act(do: Callable[[Acting, str, dict[str, str]], None]) -> str:
        try:
            with database.writing() as session:
                if not database.is_sqlite:
                    get_round(session, round_id)
                together.wait(10)
                do(Acting(session, MORNING, acting.actor), round_id, {"reason": "停电"})
        except DomainError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor() as nodes:
        outcomes = sorted(node.result() for node in [nodes.submit(act, service.close_round) for _ in range(2)])
    assert outcomes in (["done", "round_wrong_state"], ["act_under_way", "done"])
    with database.reading() as session:
        assert log(session).count("round.close") == 1


def test_a_rehearsal_is_not_repeated_as_a_round_that_counts(acting: Acting) -> None:
    rehearsal = create_rehearsal(acting, make_ready(acting))
    service.void_round(acting, rehearsal, {"reason": "试过了"})
    with refuses("round_wrong_state"):
        service.repeat_round(acting, rehearsal)


def test_the_layout_is_chosen_or_follows_the_size(acting: Acting) -> None:
    campaign_id = make_campaign(acting.session, acting.actor)
    chosen = service.create_round(acting, campaign_id, replace(DRAFT, layout="matrix"))
    left = service.create_round(acting, campaign_id, DRAFT)
    for round_id, layout in ((chosen, "matrix"), (left, "list")):
        service.freeze(acting, round_id)
        assert frozen_paper(acting.session, round_id)[0].layout == layout
