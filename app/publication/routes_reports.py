"""The files a reader takes away: workbook, Word reports, one-page brief."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from app.publication.reports.workbook import result_workbook
from app.publication.seen import ReadingDesk

router = APIRouter()
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, media_type: str, name: str, plain: str) -> Response:
    """Send a file under its Chinese name, with a plain one for old browsers."""
    headers = {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=headers)


@router.get("/results/{round_id}/export.xlsx")
def workbook(desk: ReadingDesk, round_id: str) -> Response:
    """Send the result as an Excel workbook."""
    result = desk.result(round_id, "workbook")
    return attachment(result_workbook(result), XLSX, f"{result.document['round']['title']}结果.xlsx", "result.xlsx")
