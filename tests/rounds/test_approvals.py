"""Acts that need two different people (SEC-41): 张三 asks, 钱二 or 李四 agrees, 张三 never agrees with himself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.consents.reads import asked_of
from app.consents.service import GRANTED, LAPSED, REFUSED
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.inbox import service as inbox
from app.inbox.models import InboxItem
from app.main import PORTS
from app.rounds import service
from app.rounds.acts import ALL_ACTS
from app.rounds.approvals import WHAT, ask_or_act, decide
from app.rounds.domain import RoundState
from app.rounds.reads import get_round, waiting_approvals
from app.web.errors import sentence
from tests.cast import MORNING, Desk, committed, make_ready, prepare, refuses


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


def open_round(acting: Acting, folder: KeyFolder, *, two_person: bool = True) -> str:
    round_id = make_ready(acting, two_person=two_person)
    prepare(acting, folder, round_id)
    service.set_schedule(acting, round_id, None, MORNING + timedelta(hours=2))
    service.open_round(acting, folder, PORTS, round_id)
    committed(acting.session)
    return round_id


def only_approval(acting: Acting, round_id: str) -> str:
    [waiting] = waiting_approvals(acting.session, round_id)
    return waiting.id


REQUESTS = {
    "close": {},
    "extend": {"closes_at": (MORNING + timedelta(hours=5)).isoformat()},
    "void": {"reason": "名单有误"},
}


def effect(acting: Acting, round_id: str) -> tuple[RoundState, bool, str]:
    acting.session.flush()
    acting.session.expire_all()
    row = get_round(acting.session, round_id)
    return row.state, row.closes_at == MORNING + timedelta(hours=5), row.void_reason


BEFORE = (RoundState.OPEN, False, "")
AFTER = {
    "close": (RoundState.SEALED, False, ""),
    "extend": (RoundState.OPEN, True, ""),
    "void": (RoundState.VOID, False, "名单有误"),
}


@pytest.mark.parametrize("act", REQUESTS)
@pytest.mark.parametrize("second", ["qianer", "lisi"])
def test_it_works(acting: Acting, people: dict[str, Principal], folder: KeyFolder, act: str, second: str) -> None:
    round_id = open_round(acting, folder)
    assert not ask_or_act(acting, PORTS, round_id, act, REQUESTS[act])
    committed(acting.session)
    assert effect(acting, round_id) == BEFORE
    decide(replace(acting, actor=people[second]), PORTS, only_approval(acting, round_id), granted=True)
    committed(acting.session)
    assert effect(acting, round_id) == AFTER[act]
    log = list(acting.session.scalars(sa.select(AuditEntry.action)))
    assert {f"round.{act}.ask", f"round.{act}.grant", f"round.{act}"} <= set(log)


@pytest.mark.parametrize("act", REQUESTS)
def test_it_refuses_one_person(acting: Acting, folder: KeyFolder, act: str) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, act, REQUESTS[act])
    committed(acting.session)
    for _ in range(2):
        with refuses("approval_own"):
            decide(acting, PORTS, only_approval(acting, round_id), granted=True)
    with refuses("approval_waiting"):
        ask_or_act(acting, PORTS, round_id, act, REQUESTS[act])
    assert effect(acting, round_id) == BEFORE


@pytest.mark.parametrize("act", REQUESTS)
def test_where_the_campaign_asks_for_no_second_person_it_is_done_at_once(
    acting: Acting, folder: KeyFolder, act: str
) -> None:
    round_id = open_round(acting, folder, two_person=False)
    assert ask_or_act(acting, PORTS, round_id, act, REQUESTS[act])
    committed(acting.session)
    assert effect(acting, round_id) == AFTER[act]


def test_closing_at_the_planned_end_needs_nobody_else(acting: Acting, folder: KeyFolder) -> None:
    round_id = open_round(acting, folder)
    late = replace(acting, now=MORNING + timedelta(hours=2))
    assert ask_or_act(late, PORTS, round_id, "close", {})
    committed(acting.session)


def test_refusing_ends_the_request(acting: Acting, people: dict[str, Principal], folder: KeyFolder) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, "void", REQUESTS["void"])
    committed(acting.session)
    approval = only_approval(acting, round_id)
    decide(replace(acting, actor=people["lisi"]), PORTS, approval, granted=False)
    committed(acting.session)
    for granted in (True, False):
        with refuses("approval_gone"):
            decide(replace(acting, actor=people["qianer"]), PORTS, approval, granted=granted)
    assert effect(acting, round_id) == BEFORE


def test_a_request_may_be_taken_back_by_who_made_it(acting: Acting, folder: KeyFolder) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, "void", REQUESTS["void"])
    committed(acting.session)
    decide(acting, PORTS, only_approval(acting, round_id), granted=False)
    committed(acting.session)
    assert waiting_approvals(acting.session, round_id) == []


def test_an_act_that_came_too_late_is_refused(acting: Acting, people: dict[str, Principal], folder: KeyFolder) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, "extend", REQUESTS["extend"])
    committed(acting.session)
    asked = only_approval(acting, round_id)
    assert inbox.unread(acting.session, people["lisi"]) == 1
    service.close_round(acting, round_id, {})
    committed(acting.session)
    with refuses("approval_gone"):
        decide(replace(acting, actor=people["lisi"]), PORTS, asked, granted=True)
    assert inbox.unread(acting.session, people["lisi"]) == 0
    assert [item.text for item in inbox.found_items(acting.session, acting.actor).rows] == [
        LAPSED.format(what=WHAT["extend"].format(title=get_round(acting.session, round_id).title))
    ]


@pytest.mark.parametrize("granted", [True, False])
def test_all_who_may_agree_are_told_and_the_asker_is_told_the_answer(
    acting: Acting, people: dict[str, Principal], folder: KeyFolder, granted: bool
) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, "void", {"reason": "名单有误"})
    committed(acting.session)
    waits = {name: inbox.unread(acting.session, who) for name, who in people.items()}
    assert {name for name, count in waits.items() if count} == {"qianer", "lisi", "wangwu"}
    item = acting.session.scalars(sa.select(InboxItem).where(InboxItem.staff_id == people["lisi"].id)).one()
    assert not inbox.found_items(acting.session, people["lisi"]).rows, "it is told above, until it is answered"
    inbox.mark_read(replace(acting, actor=people["lisi"]), item.id)
    inbox.mark_all_read(replace(acting, actor=people["lisi"]))
    committed(acting.session)
    assert inbox.unread(acting.session, people["lisi"]) == 1
    assert [one.subject_id for one in asked_of(acting.session, people["lisi"].id)] == [round_id]
    decide(replace(acting, actor=people["lisi"]), PORTS, only_approval(acting, round_id), granted=granted)
    committed(acting.session)
    assert not any(inbox.unread(acting.session, people[name]) for name in ("qianer", "lisi", "wangwu"))
    (told,) = inbox.found_items(acting.session, acting.actor).rows
    assert told.text == (GRANTED if granted else REFUSED).format(
        name="李四", what=WHAT["void"].format(title=get_round(acting.session, round_id).title)
    )


@pytest.mark.parametrize("granted", [True, False])
def test_who_sees_nothing_of_its_office_does_not_answer(
    acting: Acting, people: dict[str, Principal], folder: KeyFolder, *, granted: bool
) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, "void", REQUESTS["void"])
    committed(acting.session)
    outside = replace(people["lisi"], role="scrutineer liaison", office_id="elsewhere")
    with refuses("not_found"):
        decide(replace(acting, actor=outside), PORTS, only_approval(acting, round_id), granted=granted)
    assert effect(acting, round_id) == BEFORE


def test_what_one_takes_back_oneself_is_told_to_nobody(
    acting: Acting, people: dict[str, Principal], folder: KeyFolder
) -> None:
    round_id = open_round(acting, folder)
    ask_or_act(acting, PORTS, round_id, "void", {"reason": "名单有误"})
    committed(acting.session)
    decide(acting, PORTS, only_approval(acting, round_id), granted=False)
    committed(acting.session)
    assert not any(inbox.unread(acting.session, who) for who in people.values())


def test_every_act_that_is_asked_for_has_its_words() -> None:
    assert set(WHAT) == {*PORTS.acts, *PORTS.ready} == set(ALL_ACTS)


def test_two_log_ins_of_one_person_are_one_person(
    database: Database, people: dict[str, Principal], settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    keys = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        round_id = open_round(Acting(session, MORNING, people["zhangsan"]), keys)
    office, phone = (Desk(new_client(), database, keys, "zhangsan") for _ in range(2))
    assert office.form_token != phone.form_token
    asked = office.post(f"/rounds/{round_id}/void", reason="名单有误", name="第一轮")
    assert asked.status_code == 303
    with database.reading() as session:
        [waiting] = waiting_approvals(session, round_id)
    refused = phone.post(f"/approvals/{waiting.id}/grant")
    status, words = sentence("zh", "approval_own", {})
    assert (refused.status_code, words in refused.text) == (status, True)
    with database.reading() as session:
        assert get_round(session, round_id).state is RoundState.OPEN
    assert Desk(new_client(), database, keys, "lisi").post(f"/approvals/{waiting.id}/grant").status_code == 303
    with database.reading() as session:
        assert get_round(session, round_id).state is RoundState.VOID
