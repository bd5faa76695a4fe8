"""What anybody may open without a log-in: notices of results in bands, and the check of a verification code."""

from fastapi import APIRouter
from starlette.responses import Response

from app.core.lists import wish_of
from app.office.ordering import public_file
from app.office.workshop import Craft
from app.publication import reads, verification
from app.publication.admission import admission
from app.publication.announced import slides_of, summary_of_words
from app.publication.composites import composites_told
from app.publication.domain import Scope
from app.publication.listed import found_notices
from app.publication.previous import in_words, previous_told
from app.publication.routes import signed_answer
from app.publication.spoken import english_on, spoken
from app.web.desk import AnybodysDesk
from app.web.i18n import choose_language

router = APIRouter()
NOTICE = Craft("app.reports.making:notice", "notice.pdf")


@router.get("/notices")
def list_notices(desk: AnybodysDesk) -> Response:
    """List the results that are public; those for participants are reached by their link alone."""
    found = found_notices(desk.session, desk.now, wish_of(desk.request.query_params))
    return desk.show("publication/notices.html", found=found, english=english_on(found.rows))


@router.get("/notices/{round_id}")
def notice(desk: AnybodysDesk, round_id: str) -> Response:
    """Show the bands of a result that was released to participants or to the public."""
    stored = reads.published_bands(desk.session, round_id, reads.ANYONE, desk.now)
    previous = previous_told(desk.session, desk.now, stored)
    beside = composites_told(desk.session, stored, desk.now)
    result = spoken(desk, stored)
    slides = slides_of(result.document)
    context = {
        "result": result,
        "document": result.document,
        "sections": result.document["sections"],
        "listed": result.scope is Scope.PUBLIC,
        "slides": slides,
        "words": summary_of_words(slides),
        "composites": beside,
        "previous": in_words(choose_language(desk.request), previous),
    }
    return desk.show("publication/notice.html", **context)


@router.get("/notices/{round_id}/notice.pdf")
def notice_to_print(desk: AnybodysDesk, round_id: str) -> Response:
    """Send the notice as a PDF for the board; it is made once for everybody."""
    told = admission(desk.session, round_id, reads.ANYONE, desk.now, looks_back=True)
    return public_file(desk.request, NOTICE, told.as_arguments())


@router.get("/notices/{round_id}/result.json")
def signed(desk: AnybodysDesk, round_id: str) -> Response:
    """Send the bands of a result, signed, to be checked without this service."""
    return signed_answer(desk, reads.published_bands(desk.session, round_id, reads.ANYONE, desk.now))


@router.get("/verify")
def verify(desk: AnybodysDesk, code: str = "") -> Response:
    """Say whether a verification code is genuine and current, and nothing else."""
    answer = verification.check(desk.session, code, desk.now) if code else None
    public_key = desk.request.app.state.public_key
    return desk.show("publication/verify.html", code=code[:60], answer=answer, public_key=public_key)
