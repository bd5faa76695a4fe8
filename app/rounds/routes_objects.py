"""The objects of a round as a workbook, to set up the next round by."""

from fastapi import APIRouter
from starlette.responses import Response

from app.office.ordering import file_later
from app.office.workshop import Craft
from app.rounds.reads import frozen_paper
from app.web.desk import OrganiserDesk

router = APIRouter()
OBJECTS = Craft("app.rounds.objects_workbook:objects", "objects.xlsx")


@router.get("/rounds/{round_id}/objects.xlsx")
def objects(desk: OrganiserDesk, round_id: str) -> Response:
    """Send what a frozen round asks about, as sections are imported."""
    frozen_paper(desk.session, round_id)
    return file_later(desk.request, desk.staff, OBJECTS, {"round": round_id})
