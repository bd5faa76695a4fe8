"""Merging opinions into issues: the screen, the proposals, the record of acts with its undo. Organisers only."""

from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.core.lists import cut, wish_of
from app.opinions import reads, service
from app.opinions.domain import ASIDE, MOST_COMPARED, REASON_LIMIT, TITLE_LIMIT, UNSORTED, Kind
from app.opinions.record import record_of, searched_record
from app.opinions.service import Wish
from app.rounds.ports import ports_of
from app.web.choosing import asked_of, choice_of, looks
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
MOST_AT_ONCE = 9_999_999
OPINIONS, ISSUES = "opinions[]", "issues-"
"""The field of what is ticked, and how the names begin by which address and form say what issues are looked for."""
KEPT = ("place", "q", "part", f"{ISSUES}q", f"{ISSUES}part")
"""What a form says of where one was, to be there again once it is done."""
KINDS = frozenset(kind.value for kind in Kind)
UNDO_PAGES = ("merge", "proposals")
"""Pages that show the last act with a button to undo it."""


def _merge_page(
    desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None
) -> Response:
    query = desk.request.query_params
    asked = form.as_dict() if form else dict(query)
    found = reads.collection(desk.session, campaign_id)
    place = asked.get("place", UNSORTED)
    place = place if place in {UNSORTED, ASIDE, *found.sorting.titles} else UNSORTED
    issues = replace(wish_of(asked_of(form, query), prefix=ISSUES), also=(("place", place),) if place else ())
    context = {
        "found": found,
        "campaign": found.campaign,
        "place": place,
        "aside": ASIDE,
        "issues": cut([each for each in enumerate(found.issues, 1) if issues.fits(each[1].title)], issues),
        "choice": choice_of(found.at(place), (), form, OPINIONS, query, reads.AT_A_PLACE),
        "typed": form.as_dict() if form else {},
    }
    return desk.show("opinions/merge.html", refused, **context)


@router.get("/campaigns/{campaign_id}/opinions/merge")
def merge_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the opinions in one place, to be ticked and merged."""
    return _merge_page(desk, campaign_id)


def _wish(form: PostedForm) -> Wish:
    """Return the act that is asked for: a button's, or merging into the issue chosen or the new one named."""
    chosen = tuple(form.several(OPINIONS))
    seen = form.sent_number("seen", 0, MOST_AT_ONCE)
    issue, title = form.sent("issue", 20), form.text("title", TITLE_LIMIT, needed=False, label="问题")
    asked = form.sent("do", 20) or "merge"
    if asked == "merge" and issue and title:
        raise DomainError("merge_target_twice")
    if asked == "merge" and not issue and not title:
        raise DomainError("merge_target_missing")
    reason = form.text("reason", REASON_LIMIT, needed=False, label="不采纳的理由")
    wishes = {
        "merge": Wish(Kind.MERGE, chosen, issue, seen=seen)
        if issue
        else Wish(Kind.NEW_ISSUE, chosen, words=title, seen=seen),
        "detach": Wish(Kind.DETACH, chosen, seen=seen),
        "set_aside": Wish(Kind.SET_ASIDE, chosen, words=reason, seen=seen),
        "rename": Wish(Kind.RENAME_ISSUE, issue=form.sent("place", 20), words=title),
    }
    if asked not in wishes:
        raise DomainError("field_not_a_choice", field="操作")
    return wishes[asked]


def _do(desk: Desk, campaign_id: str, wish: Wish) -> str:
    return service.do(desk.acting, campaign_id, wish, ports_of(desk.request).answering)


@router.post("/campaigns/{campaign_id}/opinions/merge")
def merge(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Merge, detach, set aside or rename, and show the same place and searches again; or show other lines."""
    if looks(form):
        return desk.consider(lambda: _merge_page(desk, campaign_id, form), lambda _: _merge_page(desk, campaign_id))
    given = form.as_dict()
    kept = {name: given[name] for name in KEPT if given.get(name)}
    return desk.attempt(
        lambda: _do(desk, campaign_id, _wish(form)),
        f"/campaigns/{campaign_id}/opinions/merge" + (f"?{urlencode(kept)}" if kept else ""),
        lambda refused: _merge_page(desk, campaign_id, form, refused),
    )


def _proposals_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    found = reads.collection(desk.session, campaign_id)
    context = {
        "found": found,
        "campaign": found.campaign,
        "proposals": reads.proposals(found),
        "unsorted": len(found.at(UNSORTED)),
        "compared": MOST_COMPARED,
        "ticked": frozenset(refused.form.several("opinions[]")) if refused else frozenset(),
    }
    return desk.show("opinions/proposals.html", refused, **context)


@router.get("/campaigns/{campaign_id}/opinions/proposals")
def proposals_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show which unsorted opinions seem to belong together; nothing is merged until somebody says so."""
    return _proposals_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/opinions/proposals")
def accept(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Merge the ticked opinions of one proposal."""
    return desk.attempt(
        lambda: _do(desk, campaign_id, _wish(form)),
        f"/campaigns/{campaign_id}/opinions/proposals",
        lambda refused: _proposals_page(desk, campaign_id, refused),
    )


def _record_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    asked = refused.form.as_dict() if refused else desk.request.query_params
    found = reads.collection(desk.session, campaign_id)
    listed = searched_record(record_of(desk.session, found), wish_of(asked, KINDS))
    return desk.show("opinions/record.html", refused, found=found, campaign=found.campaign, listed=listed)


@router.get("/campaigns/{campaign_id}/opinions/record")
def record_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show who merged what, the last first, as it is looked for; what no later act builds upon can be undone."""
    return _record_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/opinions/record")
def undo(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Undo the act named, and go back to the page where its button was pressed, of the record to the same search."""
    here = wish_of(form.as_dict(), KINDS).here

    def act() -> str:
        _do(desk, campaign_id, Wish(Kind.UNDO, undoes=form.sent_number("undoes", 1, MOST_AT_ONCE)))
        return form.sent("back", 20)

    def then(back: str) -> Response:
        return see_other(f"/campaigns/{campaign_id}/opinions/{back if back in UNDO_PAGES else f'record{here}'}")

    return desk.attempt(act, then, lambda refused: _record_page(desk, campaign_id, refused))
