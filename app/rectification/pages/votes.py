"""Putting actions of the ledger to the vote, and the note of who has read what votes say."""

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.reads import get_campaign
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.publication.read_log import note_read
from app.rectification.ledger import votes
from app.rectification.ledger.reads import picked_rows
from app.rectification.ledger.service import LedgerRow
from app.rectification.pages.orders import LEDGER_WORDS
from app.rectification.pages.views import read_view
from app.rectification.rules.ledger import ActionState
from app.rectification.rules.picks import Pick, told_of
from app.rectification.rules.ratings import MOST_VOTED
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form
from app.web.pages import see_other

router = APIRouter()
DONE = frozenset({ActionState.COMPLETED.value, ActionState.CLOSED_OUT.value})
"""States of actions that are ticked from the start: people can say how what is done was done."""
VOTERS_LIMIT = 4000


def _vote_page(desk: Desk, refused: Refused | None = None) -> Response:
    view = read_view(desk.request.query_params)
    rows = picked_rows(desk.session, desk.staff, desk.today, view.pick)
    campaigns = dict.fromkeys(each.plan.campaign_id for each in rows)
    source = get_campaign(desk.session, next(iter(campaigns))) if campaigns else None
    voters = "\n".join(f"{group.name} {group.expected}" for group in source.groups) if source else ""
    ticked = {each.row.id for each in rows if each.row.state in DONE}
    context = {
        "rows": rows[:MOST_VOTED],
        "total": len(rows),
        "most": MOST_VOTED,
        "view": view,
        "title": votes.KIND.title,
        "voters": voters,
        "mixed": len(campaigns) > 1,
        "ticked": set(refused.form.several("action[]")) if refused else ticked,
    }
    return desk.show("rectification/vote.html", refused, **context, **LEDGER_WORDS)


@router.get("/rectification/vote")
def vote_page(desk: OrganiserDesk) -> Response:
    """Show the picked actions, to choose those that people are asked about, and the voter groups."""
    return _vote_page(desk)


@router.post("/rectification/vote")
def start_vote(desk: OrganiserDesk, form: Form) -> Response:
    """Make a campaign with a first round whose objects are the chosen actions."""

    def do() -> str:
        asked = votes.Asked(
            form.text("title", 80, label="活动名称"), form.text("voters", VOTERS_LIMIT, label="参评人员")
        )
        return votes.start_vote(desk.acting, form.several("action[]"), asked)

    return desk.attempt(do, lambda made: see_other(f"/campaigns/{made}"), lambda refused: _vote_page(desk, refused))


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
