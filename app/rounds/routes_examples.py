"""The organiser's examples: one of each kind is loaded from the start page and thrown away from its own."""

from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.kinds import KINDS
from app.core.errors import DomainError
from app.rounds.examples import begin_example, discard_example, is_played
from app.rounds.players import Players
from app.rounds.ports import ports_of
from app.rounds.reads import get_round
from app.web.desk import OrganiserDesk
from app.web.forms import Form
from app.web.pages import see_other

router = APIRouter()


def _players(request: Request) -> Players:
    return cast("Players", request.app.state.players)


@router.post("/campaigns/examples/new")
def load(desk: OrganiserDesk, form: Form) -> Response:
    """Make the example of a kind and have it played; its page says how far it is."""
    players, key = _players(desk.request), form.sent("kind", 20, needed=True)
    if key not in KINDS:
        raise DomainError("not_found")

    def act() -> tuple[str, str]:
        players.refuse_second()
        rehearsal_id = begin_example(desk.acting, KINDS[key])
        return rehearsal_id, get_round(desk.session, rehearsal_id).campaign_id

    def go_on(made: tuple[str, str]) -> Response:
        players.play(made[0], desk.staff)
        return see_other(f"/campaigns/{made[1]}")

    return desk.attempt(act, go_on)


@router.post("/campaigns/{campaign_id}/discard")
def discard(desk: OrganiserDesk, campaign_id: str, _form: Form) -> Response:
    """Delete an example with all that was played in it."""
    players, ports = _players(desk.request), ports_of(desk.request)

    def act() -> None:
        if not is_played(desk.session, campaign_id):
            players.refuse_second()
        discard_example(desk.acting, desk.keys, ports, campaign_id)

    return desk.attempt(act, "/campaigns")
