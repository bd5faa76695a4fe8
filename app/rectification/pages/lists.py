"""四清单 of a campaign or a unit: what the ledger holds, as lists of problems, tasks, duties and results."""

from fastapi import APIRouter
from starlette.responses import Response

from app.office.workshop import Craft
from app.rectification.pages.ledger import shown_page
from app.rectification.pages.names import english_for
from app.rectification.pages.orders import LEDGER_WORDS
from app.rectification.pages.views import LISTS, only_unit, read_view
from app.rectification.pages.votes import file_picked, note_votes
from app.rectification.rules.lists import FOUR_LISTS
from app.web.desk import RectificationDesk

router = APIRouter()
LISTS_SHEET = Craft("app.rectification.documents.making:lists_sheet", "lists.xlsx")
LISTS_PRINT = Craft("app.rectification.documents.making:lists_print", "lists.docx")


@router.get("/rectification/lists")
def show_lists(desk: RectificationDesk) -> Response:
    """Show the four lists of what is picked of the ledger, a page at a time; the order stays the official one."""
    view = read_view(desk.request.query_params, LISTS)
    found = shown_page(desk, view)
    context = {"found": found, "view": view, "lists": FOUR_LISTS, "only": only_unit(desk, view.pick)}
    note_votes(desk, found.rows)
    context["english"] = english_for(desk, (each.plan.campaign_id for each in found.rows))
    return desk.show("rectification/lists.html", **context, **LEDGER_WORDS)


@router.get("/rectification/lists.xlsx")
def lists_sheet(desk: RectificationDesk) -> Response:
    """Send the four lists as a workbook, a sheet each."""
    return file_picked(desk, LISTS_SHEET)


@router.get("/rectification/lists.docx")
def lists_print(desk: RectificationDesk) -> Response:
    """Send the four lists as a Word file."""
    return file_picked(desk, LISTS_PRINT)
