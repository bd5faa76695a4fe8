"""Acts of weight ask again who one is, whatever their route; what was typed goes on with the password (SEC-80)."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from httpx import Response

from app.accounts.models import StaffSession
from app.rounds.domain import RoundState
from app.web.forms import TOKEN_FIELD
from app.web.proof import ProvenForm
from tests.cast import PASSWORD, asks_for_proof
from tests.security.access import ACCESS
from tests.security.world import World

[PROVEN] = [each.dependency for each in ProvenForm.__metadata__]  # type: ignore[attr-defined]
STEP_UP = {
    "POST /rounds/{round_id}/opening/begin": "organiser",
    "POST /rounds/{round_id}/opening/start": "organiser",
    "POST /rounds/{round_id}/void": "organiser",
    "POST /rounds/{round_id}/publish": "organiser",
    "POST /rounds/{round_id}/correct": "organiser",
    "POST /rounds/{round_id}/archive": "organiser",
    "POST /restored/{restored_id}/accept": "scrutineer",
    "POST /approvals/{approval_id}/grant": "scrutineer",
    "POST /staff": "organiser",
    "POST /staff/{staff_id}/link": "organiser",
    "POST /staff/{staff_id}/enable": "organiser",
    "POST /staff/{staff_id}/role": "organiser",
    "POST /staff/{staff_id}/office": "organiser",
    "POST /campaigns/{campaign_id}/office": "organiser",
    "POST /consents/{consent_id}/grant": "scrutineer",
    "POST /account/factor": "scrutineer",
    "POST /staff/{staff_id}/disable": "organiser",
    "POST /rounds/{round_id}/releases/{release_id}/withdraw": "organiser",
    "POST /tokens": "organiser",
    "POST /campaigns/{campaign_id}/liaisons/import/confirm": "organiser",
    "POST /rectification/actions/{action_id}/sign": "liaison",
    "POST /rectification/plans/{plan_id}/sign": "liaison",
}
"""Every act of weight, and who does it here."""
WEIGHTY = re.compile(
    r"POST .*/(void|sign|publish|correct|archive|withdraw|grant|accept|link|enable|disable|role|office)$"
    r"|POST .*/(opening/\w+|liaisons/import/confirm)$"
    r"|POST /(staff|tokens)$|POST /account/factor$"
)
LIGHT = {
    "POST /rounds/{round_id}/opening/share": "a holder's secret proves more than his password does",
    "POST /rounds/{round_id}/slips/batches/{batch_id}/void": "voids slips, no round",
    "POST /rectification/plans/{plan_id}/withdraw": "takes a request back that can be made again",
    "POST /rectification/campaigns/{campaign_id}/issues/{issue_id}/withdraw": "takes a typed line back",
    "POST /rounds/{round_id}/slips/void": "voids slips, no round",
}
TYPED: dict[str, str | list[str]] = {
    "reason": "会场断电,\n重新组织",
    "name": '第一 "轮" <b>',
    "units[]": ["u1", "u2"],
    "scope": "organisers",
}


def hidden(answer: Response) -> dict[str, list[str]]:
    """Return what a page carries on in hidden fields."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text.split("<main")[1]
    ):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


def leaves(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from leaves(each)


@pytest.fixture
def stale(world: World) -> World:
    """The installation after everybody's proof has run out."""
    with world.database.writing() as session:
        session.execute(sa.update(StaffSession).values(proved_at=None))
    return world


def test_every_act_of_weight_asks(world: World) -> None:
    asking = {
        f"{method} {context.path}"
        for context in iter_route_contexts(world.api.routes)
        for method in context.methods or ()
        if PROVEN in leaves(getattr(context.original_route, "dependant", Dependant()))
    }
    assert asking == set(STEP_UP)
    assert {route for route in ACCESS if WEIGHTY.match(route)} - set(LIGHT) == set(STEP_UP)


@pytest.mark.parametrize("route", STEP_UP)
def test_it_asks_and_goes_on_with_the_same_form(stale: World, route: str) -> None:
    desk, address = stale.desks[STEP_UP[route]], stale.address(route.split(" ")[1], RoundState.COUNTED)
    before = stale.dump()
    answer = desk.post_once(address, **TYPED)
    assert asks_for_proof(answer)
    assert f'action="{address}"' in answer.text
    kept = hidden(answer)
    assert kept == {
        TOKEN_FIELD: [desk.form_token],
        **{name: value if isinstance(value, list) else [value] for name, value in TYPED.items()},
    }
    assert stale.dump() == before
    wrong = desk.post_once(address, **TYPED, proof_password="wrong" + PASSWORD)
    assert asks_for_proof(wrong)
    assert hidden(wrong) == kept
    assert PASSWORD not in wrong.text
    assert "口令或动态码不对" in wrong.text
    assert not asks_for_proof(desk.post_once(address, **TYPED, proof_password=PASSWORD))
    assert not asks_for_proof(desk.post_once(address, **TYPED))


def test_a_program_is_told(stale: World) -> None:
    desk, address = stale.desks["organiser"], stale.address("/rounds/{round_id}/void", RoundState.COUNTED)
    answer = desk.client.post(address, data={TOKEN_FIELD: desk.form_token}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (403, "proof_needed")


def test_who_may_not_is_refused_before_he_is_asked(stale: World) -> None:
    for route in STEP_UP:
        address = stale.address(route.split(" ")[1], RoundState.COUNTED)
        for role in {"nobody", "leader"} - ACCESS[route]:
            assert not asks_for_proof(stale.desks[role].post_once(address, **TYPED))
