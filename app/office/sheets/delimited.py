"""Plain text with commas, semicolons or tabs between its columns, as Excel and others write it."""

import csv
import io
import re
import unicodedata
from typing import Final

from app.office.sheets.found import Budget, Found, WorkbookRefusedError

NAME: Final = "CSV"
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GUESSES: Final = ("utf-8", "gb18030")
_SEPARATORS: Final = "\t,;|，；"
_LINES_LOOKED_AT: Final = 20
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_MARKUP: Final = ("<html", "<!doctype", "<table", "<?xml", "<meta", "{", "%pdf", "{\\rtf")


def read(data: bytes, budget: Budget) -> list[Found]:
    """Return the one sheet there is; WorkbookRefusedError ``workbook_not_xlsx`` where this is no such text."""
    text = _decoded(data)
    if text.lstrip().lower().startswith(_MARKUP):
        raise WorkbookRefusedError("workbook_not_xlsx")
    sheet = Found(NAME)
    csv.field_size_limit(len(text) + 1)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), 1):
            for column, words in enumerate(row, 1):
                _put(sheet, budget, (number, column), words)
    except csv.Error:
        raise WorkbookRefusedError("workbook_not_xlsx") from None
    return [sheet]


def _put(sheet: Found, budget: Budget, place: tuple[int, int], words: str) -> None:
    shown = words.replace("\r\n", "\n").replace("\r", "\n")
    if shown.startswith('="') and shown.endswith('"'):
        # So other systems keep Excel from making numbers of texts.
        shown = shown[2:-1]
    if shown.strip():
        budget.spend(sheet.name, *place, shown)
        sheet.put(*place, shown)


def _decoded(data: bytes) -> str:
    marked = next((code for mark, code in _MARKS if data.startswith(mark)), "")
    for code in (marked,) if marked else _GUESSES:
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        if not any(unicodedata.category(sign) in {"Cc", "Cn"} for sign in set(text) - set("\t\r\n")):
            return text
    raise WorkbookRefusedError("workbook_not_xlsx")


def _separator(text: str) -> str:
    """Return the sign that stands in most of the first lines; what is quoted says nothing about it."""
    lines = [line for line in _QUOTED.sub("", text).splitlines()[:_LINES_LOOKED_AT] if line.strip()]
    counts = {sign: [line.count(sign) for line in lines] for sign in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda sign: (sum(map(bool, counts[sign])), sum(counts[sign])))
    return best if any(counts[best]) else ","
