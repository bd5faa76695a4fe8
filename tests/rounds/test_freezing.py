"""Two people see groups, numbers and recusals before they are fixed; what was changed meanwhile is not frozen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.campaigns.models import VoterGroup
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.rounds.approvals import ask_or_act, decide
from app.rounds.domain import RoundState, paper_digest
from app.rounds.freezing import FREEZE, request_to_freeze, rows_of
from app.rounds.papers import paper_text
from app.rounds.reads import frozen_paper, get_round, waiting_approvals
from app.rounds.rehearsing import create_rehearsal
from app.rounds.service import RoundDraft, draft_paper, edit_round
from tests.cast import MORNING, Desk, committed, make_draft, refuses

THREE_HOLDERS = RoundDraft("第一轮", "t2", remarks=True, key_needed=2, key_holders=3)
ONE_HOLDER = replace(THREE_HOLDERS, key_needed=1, key_holders=1)


def ask(acting: Acting, round_id: str) -> bool:
    done = ask_or_act(acting, PORTS, round_id, FREEZE, request_to_freeze(acting.session, round_id))
    committed(acting.session)
    return done


def agree(acting: Acting, second: Principal, round_id: str) -> None:
    [waiting] = waiting_approvals(acting.session, round_id)
    decide(replace(acting, actor=second), PORTS, waiting.id, granted=True)
    committed(acting.session)


def state(acting: Acting, round_id: str) -> RoundState:
    acting.session.expire_all()
    return get_round(acting.session, round_id).state


@pytest.mark.parametrize("second", ["qianer", "lisi"])
def test_it_works(acting: Acting, people: dict[str, Principal], second: str) -> None:
    round_id = make_draft(acting, draft=THREE_HOLDERS)
    asked = request_to_freeze(acting.session, round_id)
    assert not ask(acting, round_id)
    assert state(acting, round_id) == RoundState.DRAFT
    agree(acting, people[second], round_id)
    assert state(acting, round_id) == RoundState.READY
    paper, digest = frozen_paper(acting.session, round_id)
    assert asked["paper"] == digest
    assert [(group["name"], group["expected"]) for group in asked["groups"]] == [
        (group.name, group.expected) for group in paper.groups
    ]
    log = list(acting.session.scalars(sa.select(AuditEntry.action)))
    assert {"round.freeze.ask", "round.freeze.grant", "round.freeze"} <= set(log)


def test_it_refuses_one_person(acting: Acting) -> None:
    round_id = make_draft(acting, draft=THREE_HOLDERS)
    assert not ask(acting, round_id)
    with refuses("approval_own"):
        agree(acting, acting.actor, round_id)
    assert state(acting, round_id) == RoundState.DRAFT


def test_it_refuses_somebody_who_is_newer_than_what_was_asked(acting: Acting, people: dict[str, Principal]) -> None:
    round_id = make_draft(acting, draft=THREE_HOLDERS)
    early = replace(acting, now=MORNING - timedelta(days=3_650))
    assert not ask(early, round_id)
    with refuses("approval_younger"):
        agree(acting, people["lisi"], round_id)
    assert state(acting, round_id) == RoundState.DRAFT


@pytest.mark.parametrize("two_person", [True, False])
def test_no_real_vote_has_a_box_that_one_person_opens(acting: Acting, *, two_person: bool) -> None:
    round_id = make_draft(acting, two_person=two_person, draft=ONE_HOLDER)
    with refuses("one_holder"):
        ask(acting, round_id)
    assert state(acting, round_id) == RoundState.DRAFT
    rehearsal = get_round(acting.session, create_rehearsal(acting, round_id))
    assert rehearsal.state is RoundState.READY, "what one person opens is for rehearsals"


def test_the_key_is_not_made_one_persons_after_the_freeze_was_asked_for(
    acting: Acting, people: dict[str, Principal]
) -> None:
    round_id = make_draft(acting, draft=THREE_HOLDERS)
    assert not ask(acting, round_id)
    edit_round(acting, round_id, ONE_HOLDER)
    with refuses("one_holder"):
        agree(acting, people["lisi"], round_id)
    edited = acting.session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "round.edit")).one()
    assert '"keys": "1/1"' in edited


def test_what_was_asked_for_before_that_was_refused_is_not_agreed_to(
    acting: Acting, people: dict[str, Principal]
) -> None:
    round_id = make_draft(acting, draft=ONE_HOLDER)
    paper = draft_paper(acting.session, get_round(acting.session, round_id))
    asked = {"paper": paper_digest(paper_text(paper)), "groups": []}
    assert not ask_or_act(acting, PORTS, round_id, FREEZE, asked)
    committed(acting.session)
    with refuses("one_holder"):
        agree(acting, people["lisi"], round_id)


def test_the_page_offers_no_freeze_where_one_person_holds_the_key(
    database: Database, new_desk: Callable[[str], Desk], people: dict[str, Principal]
) -> None:
    with database.writing() as session:
        round_id = make_draft(Acting(session, MORNING, people["zhangsan"]), draft=ONE_HOLDER)
    page = new_desk("zhangsan").get(f"/rounds/{round_id}/freeze").text
    assert "还不能冻结，缺：开箱钥匙由两人以上分持" in page
    assert f'action="/rounds/{round_id}/freeze"' not in page


def test_where_one_person_does_all_he_freezes_alone(acting: Acting) -> None:
    round_id = make_draft(acting, two_person=False, draft=THREE_HOLDERS)
    assert ask(acting, round_id)
    assert state(acting, round_id) == RoundState.READY


def grow_a_group(acting: Acting, _round_id: str) -> None:
    acting.session.scalars(sa.select(VoterGroup)).first().expected += 1  # type: ignore[union-attr]


def make_a_group_for_one(acting: Acting, _round_id: str) -> None:
    campaign_id = acting.session.scalars(sa.select(VoterGroup.campaign_id)).first()
    acting.session.add(VoterGroup(id="one", campaign_id=campaign_id, position=9, name="某人", expected=12))


@pytest.mark.parametrize("change", [grow_a_group, make_a_group_for_one])
def test_it_refuses_what_was_changed_after_it_was_asked(
    acting: Acting, people: dict[str, Principal], change: Callable[[Acting, str], None]
) -> None:
    round_id = make_draft(acting, draft=THREE_HOLDERS)
    assert not ask(acting, round_id)
    change(acting, round_id)
    committed(acting.session)
    with refuses("freeze_outdated"):
        agree(acting, people["lisi"], round_id)


def test_it_refuses_to_ask_for_what_cannot_be_frozen(acting: Acting) -> None:
    round_id = make_draft(acting, draft=THREE_HOLDERS)
    acting.session.execute(sa.update(VoterGroup).values(expected=1))
    with refuses("steps_missing"):
        request_to_freeze(acting.session, round_id)


def test_rows_say_what_becomes_of_a_group(acting: Acting) -> None:
    round_id = make_draft(acting)
    paper = draft_paper(acting.session, get_round(acting.session, round_id))
    sizes = (1, 8, 12)
    groups = tuple(replace(paper.groups[0], id=f"g{size}", expected=size, left_out=()) for size in sizes)
    rows = rows_of(replace(paper, groups=groups))
    assert [(row.gets_slips, row.gets_row) for row in rows] == [(False, False), (True, False), (True, True)]


def test_both_see_the_page_and_the_second_agrees_there(
    database: Database, settings: Settings, new_client: Callable[[], TestClient], people: dict[str, Principal]
) -> None:
    with database.writing() as session:
        round_id = make_draft(Acting(session, MORNING, people["zhangsan"]), draft=THREE_HOLDERS)
    folder, page = KeyFolder(settings.data / "keys"), f"/rounds/{round_id}/freeze"
    first = Desk(new_client(), database, folder, "zhangsan")
    second = Desk(new_client(), database, folder, "lisi")
    assert "还没有人提请冻结" in second.get(page).text
    text = first.get(page).text
    assert "示例票面，不是任何人的评价" in text
    assert "提请冻结（须另一人同意）" in text
    assert first.post(page).status_code == 303
    assert "/grant" not in first.get(page).text
    assert page in second.get(f"/rounds/{round_id}").text
    shown = second.get(page).text
    [grant] = [part.split('"')[0] for part in shown.split('action="') if "/grant" in part.split('"')[0]]
    assert second.post(grant).headers["location"] == f"/rounds/{round_id}"
    assert first.get(page).status_code == 409
