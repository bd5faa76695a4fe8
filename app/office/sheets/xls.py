"""An .xls workbook of Excel 97 to 2003, read by xlrd; macros are refused, formulas give their last value."""

import io
from typing import Any, Final

from app.office.sheets.codes import GENERAL, shown_text
from app.office.sheets.found import ERROR, Budget, Found, WorkbookRefusedError
from app.office.sheets.grid import of_number

_MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")


def read(data: bytes, budget: Budget, first: frozenset[str]) -> list[Found]:
    """Return all sheets, those named in ``first`` read before the others."""
    import xlrd  # noqa: PLC0415 -- only after the limits are set, and only for old workbooks

    if _MACROS in data:
        raise WorkbookRefusedError("workbook_macros")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except xlrd.XLRDError as error:
        is_locked = "encrypted" in str(error).lower()
        raise WorkbookRefusedError("workbook_encrypted" if is_locked else "workbook_old_format") from error
    found = [Found(sheet.name.strip(), "hidden" if sheet.visibility else "") for sheet in book.sheets()]
    for place in sorted(range(book.nsheets), key=lambda each: found[each].name not in first):
        if not found[place].state:
            _fill(book, book.sheet_by_index(place), found[place], budget)
    return found


def _fill(book: Any, sheet: Any, found: Found, budget: Budget) -> None:  # noqa: ANN401 -- xlrd has no types
    found.merged = [(top + 1, bottom, left + 1, right) for top, bottom, left, right in sheet.merged_cells]
    found.hidden_rows = {row + 1 for row, about in sheet.rowinfo_map.items() if about.hidden}
    found.hidden_columns = [(column + 1, column + 1) for column, about in sheet.colinfo_map.items() if about.hidden]
    try:
        for row in range(sheet.nrows):
            for column in range(sheet.row_len(row)):
                text, fault = _shown(book, sheet.cell(row, column))
                if text:
                    budget.spend(found.name, row + 1, column + 1, text)
                    found.put(row + 1, column + 1, text, fault)
    except WorkbookRefusedError as refusal:
        found.refused = refusal


def _shown(book: Any, cell: Any) -> tuple[str, str]:  # noqa: ANN401 -- as above
    from xlrd import biffh  # noqa: PLC0415 -- as above

    style = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    code = style.format_str if style is not None else GENERAL
    if cell.ctype in {biffh.XL_CELL_NUMBER, biffh.XL_CELL_DATE}:
        return of_number(cell.value, code, from_1904=bool(book.datemode))
    if cell.ctype == biffh.XL_CELL_BOOLEAN:
        return ("TRUE" if cell.value else "FALSE"), ""
    if cell.ctype == biffh.XL_CELL_ERROR:
        return biffh.error_text_from_code.get(cell.value, "#N/A"), ERROR
    text = str(cell.value).replace("\r\n", "\n").replace("\r", "\n")
    return shown_text(text, code), ""
