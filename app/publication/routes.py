"""Publishing a result, and everything a reader of it may open. All of it goes through ``reads.published``."""

from hashlib import sha256
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.errors import DomainError
from app.publication import charts, reads, service
from app.publication.domain import Document, Pick, Scope, pick_of, picked_units, unit_of, units_with_remarks
from app.publication.workbook import result_workbook
from app.rounds.domain import RoundState
from app.rounds.ports import Acting, ports_of
from app.rounds.reads import frozen_paper, get_round, waiting_approvals
from app.rounds.service import needs_second_person
from app.web.auth import Organiser, Reader
from app.web.errors import sentence
from app.web.forms import Form
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()
REMARKS_AHEAD = 2
"""How many remarks of a unit open the result page; its own page has them all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _confirm_page(request: Request, db: Db, round_id: str, now: Now, error: DomainError | None = None) -> Response:
    row, (paper, _) = get_round(db, round_id), frozen_paper(db, round_id)
    status, message = (200, "") if error is None else sentence(choose_language(request), error.code, error.params)
    context = {
        "round": row,
        "paper": paper,
        "must_void": row.state is RoundState.COUNTED and not reads.has_result(db, round_id),
        "waiting": any(approval.act == "publish" for approval in waiting_approvals(db, round_id)),
        "second_person": needs_second_person(db, row, "publish", now),
        "message": message,
    }
    return page(request, "publication/publish.html", status=status, **context)


@router.get("/rounds/{round_id}/publish")
def publish_page(request: Request, round_id: str, _staff: Organiser, db: Db, now: Now) -> Response:
    """Say what publication shows to whom, before it is done; no figure is on this page."""
    if get_round(db, round_id).state not in {RoundState.COUNTED, *reads.READABLE}:
        raise DomainError("round_wrong_state")
    return _confirm_page(request, db, round_id, now)


@router.post("/rounds/{round_id}/publish")
def publish(request: Request, round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Publish to the leaders, or ask the second person for it."""
    try:
        done = service.ask_to_publish(Acting(db, now, staff), ports_of(request), round_id, Scope.LEADERS)
    except DomainError as error:
        db.rollback()
        if error.code == "round_unknown":
            raise
        return _confirm_page(request, db, round_id, now, error)
    return see_other(f"/results/{round_id}" if done else f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/archive")
def archive(round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Put the round away and forget its codes."""
    service.archive(Acting(db, now, staff), round_id)
    return see_other(f"/rounds/{round_id}")


@router.get("/results")
def list_results(request: Request, _staff: Reader, db: Db) -> Response:
    """List the published results, newest round first."""
    return page(request, "publication/list.html", results=reads.published_rounds(db))


@router.get("/results/{round_id}")
def show_result(request: Request, round_id: str, _staff: Reader, db: Db, show: str = "") -> Response:
    """Show remarks, chain and units; ``show`` picks units, which stay in official order."""
    result, pick = reads.published(db, round_id), pick_of(show)
    context = {
        "result": result,
        "document": result.document,
        "units": picked_units(result.document, pick),
        "heard": units_with_remarks(result.document),
        "remarks_ahead": REMARKS_AHEAD,
        "pick": pick,
        "picks": list(Pick),
    }
    return page(request, "publication/result.html", status=200, **context)


def _unit(db: Db, round_id: str, unit_id: str) -> tuple[reads.Published, Document]:
    result = reads.published(db, round_id)
    unit = unit_of(result.document, unit_id)
    if unit is None:
        raise DomainError("not_found")
    return result, unit


@router.get("/results/{round_id}/units/{unit_id}")
def show_unit(request: Request, round_id: str, unit_id: str, _staff: Reader, db: Db) -> Response:
    """Show a unit's items, voter groups and remarks."""
    result, unit = _unit(db, round_id, unit_id)
    units, place = result.document["units"], unit["position"] - 1
    context = {
        "result": result,
        "document": result.document,
        "unit": unit,
        "before": units[place - 1] if place else None,
        "after": units[place + 1] if place + 1 < len(units) else None,
    }
    return page(request, "publication/unit.html", status=200, **context)


def _picture(request: Request, svg: str) -> Response:
    # Vary by cookie: who logs out and hands the browser on does not leave the pictures to the next one.
    tag = f'"{sha256(svg.encode()).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, max-age=600", "vary": "cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(svg, media_type="image/svg+xml", headers=headers)


@router.get("/results/{round_id}/charts/overall.svg")
def overall_chart(request: Request, round_id: str, _staff: Reader, db: Db) -> Response:
    """Draw the overall figures of all units."""
    return _picture(request, charts.overall_chart(reads.published_result(db, round_id)))


@router.get("/results/{round_id}/units/{unit_id}/chart.svg")
def unit_chart(request: Request, round_id: str, unit_id: str, _staff: Reader, db: Db) -> Response:
    """Draw all items of a unit."""
    result, unit = _unit(db, round_id, unit_id)
    return _picture(request, charts.unit_chart(result.document, unit))


@router.get("/results/{round_id}/units/{unit_id}/rows/{place}.svg")
def row_chart(request: Request, round_id: str, unit_id: str, place: int, _staff: Reader, db: Db) -> Response:
    """Draw one bar: place 0 is the overall figure, from 1 on the items."""
    result, unit = _unit(db, round_id, unit_id)
    return _picture(request, charts.row_chart(result.document, unit, place))


@router.get("/results/{round_id}/export.xlsx")
def export(round_id: str, _staff: Reader, db: Db) -> Response:
    """Send the result as an Excel workbook."""
    result = reads.published(db, round_id)
    name = quote(f"{result.document['round']['title']}结果.xlsx", safe="")
    headers = {"content-disposition": f"attachment; filename=\"result.xlsx\"; filename*=UTF-8''{name}"}
    return Response(result_workbook(result), media_type=XLSX, headers=headers)
