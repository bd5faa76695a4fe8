"""Files sent to a browser: always as downloads, under their Chinese names."""

from urllib.parse import quote

from starlette.responses import Response

ANY_FILE = "application/octet-stream"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
PDF = "application/pdf"
JSON = "application/json"


def attachment(content: bytes, media_type: str, name: str, plain: str = "file") -> Response:
    """Send a file under its Chinese name, with a plain one for old browsers; none is shown or run in the page."""
    headers = {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=media_type, headers=headers)
