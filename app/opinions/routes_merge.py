"""Merging opinions into issues: the screen, the proposals, the record of acts with its undo. Organisers only."""

from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.core.lists import cut, wish_of
from app.opinions import reads, service
from app.opinions.domain import ASIDE, MOST_COMPARED, REASON_LIMIT, TITLE_LIMIT, UNSORTED, Kind
from app.opinions.proposed import groups_of, page_of
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
        "typed": _typed(form, is_done=form is not None and not refused and not looks(form)),
    }
    return desk.show("opinions/merge.html", refused, **context)


def _typed(form: PostedForm | None, *, is_done: bool) -> dict[str, str]:
    """Return what stands in the form again; of a form that was done, nothing of what it said of the stored issue."""
    typed = form.as_dict() if form else {}
    return {name: text for name, text in typed.items() if not (is_done and name in {"renamed", "seen"})}


@router.get("/campaigns/{campaign_id}/opinions/merge")
def merge_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the opinions in one place, to be ticked and merged."""
    return _merge_page(desk, campaign_id)


def _target(form: PostedForm, opinions: str, issue: str, title: str) -> Wish:
    """Return what merges the ticked opinions of one field into the issue chosen in another, or the new one named."""
    chosen, seen = tuple(form.several(opinions)), form.sent_number("seen", 0, MOST_AT_ONCE)
    into, words = form.sent(issue, 20), form.text(title, TITLE_LIMIT, needed=False, label="问题")
    if into and words:
        raise DomainError("merge_target_twice")
    if not into and not words:
        raise DomainError("merge_target_missing")
    if into:
        return Wish(Kind.MERGE, chosen, into, seen=seen)
    return Wish(Kind.NEW_ISSUE, chosen, words=words, seen=seen)


def _wish(form: PostedForm) -> Wish:
    """Return the act that is asked for: a button's, or merging into the issue chosen or the new one named.

    A key that presses no button of these renames the issue where its name was changed and no other is chosen.
    """
    renamed = form.text("renamed", TITLE_LIMIT, needed=False, label="问题")
    is_renaming = renamed != form.sent("named", TITLE_LIMIT) and not (
        form.is_filled("issue") or form.is_filled("title")
    )
    asked = form.sent("do", 20) or ("rename" if is_renaming else "merge")
    if asked == "merge":
        return _target(form, OPINIONS, "issue", "title")
    chosen, seen = tuple(form.several(OPINIONS)), form.sent_number("seen", 0, MOST_AT_ONCE)
    reason = form.text("reason", REASON_LIMIT, needed=False, label="不采纳的理由")
    wishes = {
        "detach": Wish(Kind.DETACH, chosen, seen=seen),
        "set_aside": Wish(Kind.SET_ASIDE, chosen, words=reason, seen=seen),
        "rename": Wish(Kind.RENAME_ISSUE, issue=form.sent("place", 20), words=renamed),
    }
    if asked not in wishes:
        raise DomainError("field_not_a_choice", field="操作")
    return wishes[asked]


def _do(desk: Desk, campaign_id: str, wish: Wish) -> str:
    return service.do(desk.acting, campaign_id, wish, ports_of(desk.request).answering)


@router.post("/campaigns/{campaign_id}/opinions/merge")
def merge(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Merge, detach, set aside or rename, and show the same place and searches again; or show other lines.

    What is ticked stays where an issue was renamed.
    """
    if looks(form):
        return desk.consider(lambda: _merge_page(desk, campaign_id, form), lambda _: _merge_page(desk, campaign_id))
    given = form.as_dict()
    kept = {name: given[name] for name in KEPT if given.get(name)}

    def act() -> Kind:
        wish = _wish(form)
        _do(desk, campaign_id, wish)
        return wish.kind

    def then(kind: Kind) -> Response:
        if kind is Kind.RENAME_ISSUE and form.several(OPINIONS):
            return _merge_page(desk, campaign_id, form)
        return see_other(f"/campaigns/{campaign_id}/opinions/merge" + (f"?{urlencode(kept)}" if kept else ""))

    return desk.attempt(act, then, lambda refused: _merge_page(desk, campaign_id, form, refused))


def _proposals_page(
    desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None, done: str = ""
) -> Response:
    found = reads.collection(desk.session, campaign_id)
    part = wish_of(asked_of(form, desk.request.query_params)).part
    listed, elsewhere = page_of(groups_of(found, form, done), part, form)
    context = {
        "found": found,
        "campaign": found.campaign,
        "listed": listed,
        "elsewhere": elsewhere,
        "seen": form.as_dict().get("seen", "") if form and looks(form) else found.acts,
        "unsorted": len(found.at(UNSORTED)),
        "compared": MOST_COMPARED,
    }
    return desk.show("opinions/proposals.html", refused, **context)


@router.get("/campaigns/{campaign_id}/opinions/proposals")
def proposals_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show which unsorted opinions seem to belong together; nothing is merged until somebody says so."""
    return _proposals_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/opinions/proposals")
def accept(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Merge the ticked opinions of one proposal, or show others; what is ticked and typed of all of them stays."""
    if looks(form):
        return desk.consider(
            lambda: _proposals_page(desk, campaign_id, form), lambda _: _proposals_page(desk, campaign_id)
        )

    def act() -> str:
        group = form.sent("accept", 40)
        _do(desk, campaign_id, _target(form, f"opinions-{group}[]", f"issue-{group}", f"title-{group}"))
        return group

    return desk.attempt(
        act,
        lambda group: _proposals_page(desk, campaign_id, form, done=group),
        lambda refused: _proposals_page(desk, campaign_id, form, refused),
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
