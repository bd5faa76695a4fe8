"""Putting actions of the ledger to the vote, and the note of who has read what votes say."""

from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.reads import get_campaign
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.publication.read_log import note_read
from app.rectification.ledger import votes
from app.rectification.ledger.reads import picked_actions, picked_rows
from app.rectification.ledger.service import LedgerRow
from app.rectification.pages.orders import LEDGER_WORDS
from app.rectification.pages.views import read_view
from app.rectification.rules.ledger import ActionState
from app.rectification.rules.picks import Pick, told_of
from app.rectification.rules.ratings import MOST_VOTED
from app.web.choosing import choice_of, looks
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
DONE = frozenset({ActionState.COMPLETED, ActionState.CLOSED_OUT})
"""States of actions that are ticked from the start: people can say how what is done was done."""
ACTIONS: Final = "action[]"
VOTERS_LIMIT = 4000


def _vote_page(desk: Desk, form: PostedForm | None = None, refused: Refused | None = None) -> Response:
    view = read_view(desk.request.query_params)
    every = picked_actions(desk.session, desk.staff, desk.today, view.pick)
    campaigns = dict.fromkeys(each.campaign_id for each in every)
    source = get_campaign(desk.session, next(iter(campaigns))) if campaigns else None
    done = [each.id for each in every if each.state in DONE]
    context = {
        "choice": choice_of(every, done if len(done) <= MOST_VOTED else (), form, ACTIONS),
        "states": {each.id: each.state for each in every},
        "most": MOST_VOTED,
        "view": view,
        "title": votes.KIND.title,
        "voters": "\n".join(f"{group.name} {group.expected}" for group in source.groups) if source else "",
        "mixed": len(campaigns) > 1,
        "typed": form.as_dict() if form else {},
    }
    return desk.show("rectification/vote.html", refused, **context, **LEDGER_WORDS)


@router.get("/rectification/vote")
def vote_page(desk: OrganiserDesk) -> Response:
    """Show the picked actions, to choose those that people are asked about, and the voter groups."""
    return _vote_page(desk)


@router.post("/rectification/vote")
def start_vote(desk: OrganiserDesk, form: Form) -> Response:
    """Make a campaign with a first round whose objects are the chosen actions, or show other actions to choose from."""
    if looks(form):
        return desk.consider(lambda: _vote_page(desk, form), lambda _: _vote_page(desk))

    def do() -> str:
        asked = votes.Asked(
            form.text("title", 80, label="活动名称"), form.text("voters", VOTERS_LIMIT, label="参评人员")
        )
        return votes.start_vote(desk.acting, form.several(ACTIONS), asked)

    def again(refused: Refused) -> Response:
        return _vote_page(desk, form, refused)

    return desk.attempt(do, lambda made: see_other(f"/campaigns/{made}"), again)


def note_votes(desk: Desk, rows: Iterable[LedgerRow]) -> None:
    """Note that a reader has read the results that stand beside these actions."""
    for round_id in dict.fromkeys(each.rating.round_id for each in rows if each.rating is not None):
        note_read(desk, desk.staff, round_id, "ledger")


def file_picked(desk: Desk, craft: Craft) -> Response:
    """Send a file of what the address picks of the ledger within reach, and note the results that stand in it."""
    pick = read_view(desk.request.query_params).pick
    note_votes_of(desk, pick)
    return file_later(desk.request, desk.staff, craft, told_of(pick))


def note_votes_of(desk: Desk, pick: Pick) -> None:
    """Note it of a file that holds what is picked of the ledger."""
    if votes.are_held(desk.session):
        rows = picked_rows(desk.session, desk.staff, desk.today, pick)
        note_votes(desk, votes.with_votes(desk.session, desk.staff, desk.now, rows))
