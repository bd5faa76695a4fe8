"""Announcing in the hall: what stands beside the result, stepping through the objects, and the screen."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.nouns import called
from app.campaigns.sentences import gates_text, rule_text
from app.core.errors import DomainError
from app.publication import announcing
from app.publication.announced import slides_of, summary_of_words, with_scores
from app.publication.announcing import NOT_BEGUN, in_hall, last_place, place_of
from app.publication.composites import composites_told
from app.publication.meeting import DAYS, FIELDS, NOTHING, typed_meeting
from app.publication.previous import in_words, previous_told
from app.publication.reads import meeting_of
from app.publication.spoken import spoken
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import locked_round
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused, typed
from app.web.forms import Form
from app.web.i18n import choose_language
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()
SCREEN_SECONDS = "3"
"""The screen asks again so often: whoever speaks waits for it."""


def _page(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    session = desk.session
    row, meeting, place = get_round(session, round_id), meeting_of(session, round_id), place_of(session, round_id)
    found, now_stored = in_hall(session, round_id, desk.now), _stored(desk, round_id)
    result = spoken(desk, found) if found else None
    slides = slides_of(result.document) if result else []
    shown = {name: getattr(meeting, name) for name in FIELDS}
    context = {
        "round": row,
        "result": result,
        "slides": slides,
        "place": place,
        "last": last_place(slides),
        "fields": FIELDS,
        "days": DAYS,
        "typed": shown | typed(refused),
        "stored": now_stored,
    }
    return desk.show("publication/announce.html", refused, **context)


def _stored(desk: Desk, round_id: str) -> Stored:
    meeting = meeting_of(desk.session, round_id)
    return stored([(label, getattr(meeting, name)) for name, label in FIELDS.items()], round_id)


@router.get("/rounds/{round_id}/announce")
def announce_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Show what stands beside the result, and step through the objects on the hall screen."""
    return _page(desk, round_id)


@router.post("/rounds/{round_id}/meeting")
def save_meeting(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Save what stands beside the result."""

    def act() -> None:
        locked_round(desk.session, round_id)
        refuse_stale(form, _stored(desk, round_id))
        announcing.set_meeting(desk.acting, round_id, typed_meeting(form.as_dict()))

    again = f"/rounds/{round_id}/announce"
    return desk.attempt(act, again, lambda refused: _page(desk, round_id, refused))


@router.post("/rounds/{round_id}/announce")
def announce(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Have the hall screen show a slide."""

    def act() -> None:
        text = form.text("to", 5, label="第几项")
        if not text.removeprefix("-").isdecimal():
            raise DomainError("announce_no_slide")
        announcing.show_slide(desk.acting, round_id, int(text))

    from_screen = form.flag("screen")
    then = f"/rounds/{round_id}/announce" + ("/screen" if from_screen else "")
    return desk.attempt(act, then, lambda refused: _page(desk, round_id, refused))


def _rules_of(paper: Paper) -> dict[str, str]:
    """Return the rules that judge its sections, each once, with what the first of them is called."""
    rules: dict[str, str] = {}
    for section in paper.sections:
        rules.setdefault(called(section.objects, rule_text(section.scheme)), section.noun)
    return rules


@router.get("/rounds/{round_id}/announce/screen")
def screen(desk: KeyDesk, round_id: str) -> Response:
    """Show the hall the slide that is being announced; it asks again by itself."""
    session = desk.session
    row, place = get_round(session, round_id), place_of(session, round_id)
    result = in_hall(session, round_id, desk.now) if place > NOT_BEGUN else None
    meeting, (paper, digest) = meeting_of(session, round_id) if result else NOTHING, frozen_paper(session, round_id)
    beside = composites_told(session, result, desk.now) if result else None
    rows = beside.rows if beside and beside.formula else ()
    scores = {each.id: (each.score, each.conclusion_text) for each in rows}
    slides = with_scores(slides_of(result.document), scores) if result else []
    slide = slides[place - 1] if 0 < place <= len(slides) else None
    told = previous_told(session, desk.now, result) if result and slide else ()
    last = [each for each in told if slide and each.id == slide.id]
    context = {
        "slide": slide,
        "before": next(iter(in_words(choose_language(desk.request), last)), None),
        "composite": beside.composite if beside else None,
        "score_rule": beside.rule if beside else "",
        "gates": gates_text(paper.scheme, {group.id: group.name for group in paper.groups}) if result else "",
        "round": row,
        "paper": paper,
        "digest": digest,
        "result": result,
        "meeting": meeting.lines(),
        "slides": slides,
        "words": summary_of_words(slides),
        "place": min(place, last_place(slides)),
        "last": last_place(slides),
        "rules": _rules_of(paper) if result else {},
        "steps": "organiser" in desk.staff.roles,
    }
    response = desk.show("publication/screen.html", **context)
    response.headers["refresh"] = SCREEN_SECONDS
    return response
