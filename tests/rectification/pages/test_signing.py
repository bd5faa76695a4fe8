"""The heads of 700 units are chosen a page at a time, and those chosen on other pages stay."""

import json
import re

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.audit.models import AuditEntry
from app.campaigns.reads import CampaignView
from app.campaigns.stored import locked_campaign
from app.core.acting import Acting
from app.core.db import Database
from app.rectification.models import RemedialAction, UnitPlan
from app.rectification.pages import signing
from app.rectification.rules.ledger import ActionState
from app.rectification.rules.plans import PlanState
from app.rectification.signing import service as signing_service
from app.web.choosing import ROWS
from app.web.forms import PostedForm
from tests.cast import MORNING, Desk, Desks
from tests.form_fields import sent
from tests.many import desk_over
from tests.rectification.flagged import ZHANG, make_ledger

UNITS = 700
HEADS = 2
PATH = "/rectification/campaigns/c0/signing"


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    return desk_over(new_desk, database, UNITS, HEADS)


def test_it_works(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        for place in (0, 60):
            accounts.set_liaisons(session, MORNING, ZHANG, f"u0-{place}", ["s1", "s2"])
    page = desk.get(PATH).text
    second = desk.post(PATH, **sent(page, PATH, look="2", needed="1", **{"head-u0-0": "s1"})).text
    assert 'name="head-u0-0" value="s1"' in second
    assert 'name="needed" value="1" checked' in second
    assert desk.post(PATH, **sent(second, PATH, **{"head-u0-60": "s2"})).status_code == 303
    page = desk.get(PATH).text
    assert re.findall(r'value="(s\d)" selected', page) == ["s1"]
    assert desk.post(PATH, **sent(page, PATH, **{"head-u0-0": ""})).status_code == 303
    assert "selected" not in desk.get(PATH).text
    second = desk.post(PATH, **sent(desk.get(PATH).text, PATH, look="2")).text
    assert re.findall(r'value="(s\d)" selected', second) == ["s2"]
    with database.reading() as session:
        asked = sa.select(AuditEntry.detail).where(AuditEntry.action == "campaign.signing").order_by(AuditEntry.number)
        logged = session.scalars(asked).all()
    assert [json.loads(detail)["heads"] for detail in logged] == [
        {"u0-0": ["", "s1"], "u0-60": ["", "s2"]},
        {"u0-0": ["s1", ""]},
    ], "of the units that a form has, those that changed: before and after"


def test_a_form_is_read_once_for_all_units_and_before_the_campaign_is_held(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    several, held = PostedForm.several, locked_campaign

    def noted(form: PostedForm, name: str) -> list[str]:
        happened.extend(["read"] if name == ROWS else [])
        return several(form, name)

    def noted_holding(session: Session, campaign_id: str) -> CampaignView:
        happened.append("held")
        return held(session, campaign_id)

    fields = sent(desk.get(PATH).text, PATH)
    monkeypatch.setattr(PostedForm, "several", noted)
    monkeypatch.setattr(signing, locked_campaign.__name__, noted_holding)
    assert desk.post(PATH, **fields).status_code == 303
    assert happened == ["read", "held"]


def test_what_was_accepted_waits_for_no_signature(new_desk: Desks, database: Database) -> None:
    """Of a plan that had long been accepted its page said that it could not be accepted yet."""
    found, order_id, (action_id,) = make_ledger(database)
    desk = new_desk("zhengshi")
    with database.writing() as session:
        session.execute(sa.update(RemedialAction).values(state=ActionState.COMPLETED))
        signing_service.set_signing(Acting(session, MORNING, ZHANG), found.campaign_id, {}, needed=True)
    plan, action = f"/rectification/orders/{order_id}", f"/rectification/actions/{action_id}"
    assert "签批以后才能" not in desk.get(plan).text
    assert "签批以后才能验收销号" in desk.get(action).text
    with database.writing() as session:
        session.execute(sa.update(RemedialAction).values(state=ActionState.CLOSED_OUT))
        session.execute(sa.update(UnitPlan).values(state=PlanState.SUBMITTED))
    assert "签批以后才能审定" in desk.get(plan).text
    assert "签批以后才能" not in desk.get(action).text
