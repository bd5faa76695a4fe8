"""Reads one untrusted .xlsx from stdin and answers in JSON on stdout, in a process of its own (SEC-56).

Run by path with ``python -I``, so it imports nothing of the application; ``workbook.py`` only borrows its limits.
"""

import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from math import ceil
from typing import Any
from xml.parsers import expat

MAX_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 100
MAX_UNPACKED = 20 * 1024 * 1024
MAX_RATIO = 100
MAX_ROWS = 20_000
MAX_COLUMNS = 50
MAX_CELLS = 120_000
MAX_TEXT = 4_000_000
CPU_SECONDS = 4
MEMORY_BYTES = 256 * 1024 * 1024

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_CHUNK = 64 * 1024
_SMALL = 1024
_EXCEL_LAST_ROW = 1_048_576
_EXCEL_TITLE = 31
_DEFLATED_OR_STORED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_XML_NO_MEMORY = 1
_MACRO_PARTS = ("xl/macrosheets/", "xl/activex/", "xl/dialogsheets/")
_LINK_PARTS = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
_MAIN_TYPES = ("spreadsheetml.sheet.main+xml", "spreadsheetml.template.main+xml")


class WorkbookRefusedError(Exception):
    """The workbook breaks a limit; ``code`` and ``params`` become the reader's sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def check_archive(data: bytes) -> None:
    """Unpack every entry once, counting; refuse bombs, macros, links, DTDs and whatever is not a plain .xlsx."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES:
            raise WorkbookRefusedError("workbook_bomb")
        _check_entries(entries)
        total = 0
        for entry in entries:
            total += _check_entry(archive, entry, MAX_UNPACKED - total)
        if total > MAX_RATIO * len(data):
            raise WorkbookRefusedError("workbook_bomb")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Judge the table of contents before anything is unpacked."""
    names = [entry.orig_filename.replace("\\", "/").lower() for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookRefusedError("workbook_encrypted")
    if any(entry.compress_type not in _DEFLATED_OR_STORED for entry in entries) or len(set(names)) < len(names):
        raise WorkbookRefusedError("workbook_broken")
    if any(_leaves_the_archive(name) for name in names):
        raise WorkbookRefusedError("workbook_broken")
    if any(name.startswith(_MACRO_PARTS) or name.endswith("vbaproject.bin") for name in names):
        raise WorkbookRefusedError("workbook_macros")
    if any(name.startswith(_LINK_PARTS) for name in names):
        raise WorkbookRefusedError("workbook_links")
    if "[content_types].xml" not in names:
        raise WorkbookRefusedError("workbook_not_xlsx")


def _leaves_the_archive(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    """Count the bytes that really come out of ``entry``; its XML is well-formed and has no document type."""
    allowed = min(room, MAX_RATIO * max(entry.compress_size, _SMALL))
    inspector = _inspector(entry.filename.lower())
    count = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if count == 0 and chunk.startswith((ZIP_MAGIC, OLE_MAGIC)):
                raise WorkbookRefusedError("workbook_embedded")
            count += len(chunk)
            if count > allowed:
                raise WorkbookRefusedError("workbook_bomb")
            if inspector is not None:
                inspector.Parse(chunk, False)  # noqa: FBT003 -- expat takes it by position only
    if inspector is not None:
        inspector.Parse(b"", True)  # noqa: FBT003 -- as above
    return count


def _inspector(name: str) -> expat.XMLParserType | None:
    """Return a parser that keeps nothing and only refuses, for the entries that are XML."""
    if not name.endswith((".xml", ".rels")):
        return None
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if name.endswith(".rels"):
        parser.StartElementHandler = _check_relationship
    elif name == "[content_types].xml":
        types: set[str] = set()
        parser.StartElementHandler = partial(_collect_type, types)
        parser.EndElementHandler = partial(_check_types, types)
    return parser


def _refuse_doctype(*_: object) -> None:
    raise WorkbookRefusedError("workbook_dtd")


def _check_relationship(_: str, attributes: dict[str, str]) -> None:
    external = attributes.get("TargetMode", "").lower() == "external"
    if external and not attributes.get("Type", "").endswith("/hyperlink"):
        raise WorkbookRefusedError("workbook_links")


def _collect_type(types: set[str], _: str, attributes: dict[str, str]) -> None:
    types.add(attributes.get("ContentType", "").lower())


def _check_types(types: set[str], tag: str) -> None:
    if not tag.endswith("Types"):
        return
    if any("sheet.binary" in kind for kind in types):
        raise WorkbookRefusedError("workbook_not_xlsx")
    if any(word in kind for kind in types for word in _MACRO_TYPES):
        raise WorkbookRefusedError("workbook_macros")
    if not any(kind.endswith(_MAIN_TYPES) for kind in types):
        raise WorkbookRefusedError("workbook_not_xlsx")


def read_sheets(data: bytes, wanted: list[str], most_cells: int = MAX_CELLS) -> dict[str, Any]:
    """Return all sheets' names, and of those ``wanted`` (all if empty) the filled cells: row number, letter, text."""
    book = _open(data)
    names = [sheet.title.strip() for sheet in book.worksheets]
    if len({name.casefold() for name in names}) < len(names) or any(len(name) > _EXCEL_TITLE for name in names):
        raise WorkbookRefusedError("workbook_broken")
    budget = {"cells": most_cells, "most": most_cells, "text": MAX_TEXT}
    sheets = [
        {"name": name, "rows": list(_rows(sheet, name, budget))}
        for name, sheet in zip(names, book.worksheets, strict=True)
        if not wanted or name in wanted
    ]
    return {"names": names, "sheets": sheets}


def _open(data: bytes) -> Any:  # noqa: ANN401 -- openpyxl has no types
    """Open with openpyxl, and only with the one that uses defusedxml."""
    import openpyxl  # noqa: PLC0415 -- only after the limits are set and the parsers hardened

    if openpyxl.DEFUSEDXML is not True or openpyxl.LXML is True:
        raise WorkbookRefusedError("workbook_broken")
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)


def _rows(sheet: Any, name: str, budget: dict[str, int]) -> Iterator[list[Any]]:  # noqa: ANN401 -- openpyxl
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- only after the limits are set

    # The dimension is what the file says of itself; rows and columns are counted as they come instead.
    sheet.reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > _EXCEL_LAST_ROW:
            raise WorkbookRefusedError("workbook_broken")
        cells = [(index, text) for index, value in enumerate(values, start=1) if (text := cell_text(value))]
        if not cells:
            continue
        _spend(name, number, cells, budget)
        yield [number, [[get_column_letter(index), text] for index, text in cells]]


def _spend(name: str, number: int, cells: list[tuple[int, str]], budget: dict[str, int]) -> None:
    if number > MAX_ROWS:
        raise WorkbookRefusedError("workbook_too_many_rows", sheet=name, row=number, limit=MAX_ROWS)
    if cells[-1][0] > MAX_COLUMNS:
        raise WorkbookRefusedError("workbook_too_many_columns", sheet=name, row=number, limit=MAX_COLUMNS)
    budget["cells"] -= len(cells)
    budget["text"] -= sum(len(text) for _, text in cells)
    if budget["cells"] < 0:
        raise WorkbookRefusedError("workbook_too_many_cells", limit=budget["most"])
    if budget["text"] < 0:
        raise WorkbookRefusedError("workbook_bomb")


def cell_text(value: object) -> str:
    """Return what a reader sees in the cell, near enough: 12.0 is ``12``; empty text for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.15g}"
    return str(value)


def answer(data: bytes, wanted: list[str], most_cells: int = MAX_CELLS) -> dict[str, Any]:
    """Return the sheets, or ``{"refused": code, "params": {...}}``; never an exception."""
    try:
        check_archive(data)
        return read_sheets(data, wanted, most_cells)
    except WorkbookRefusedError as refusal:
        return {"refused": refusal.code, "params": refusal.params}
    except MemoryError:
        return {"refused": "workbook_bomb", "params": {}}
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return {"refused": "workbook_broken", "params": {}}
    except Exception as failure:  # noqa: BLE001 -- on hostile bytes every other failure is one and the same refusal
        return {"refused": _name_failure(failure), "params": {}}


def _name_failure(failure: Exception) -> str:
    causes = [failure, failure.__cause__, failure.__context__]
    if any(type(cause).__name__ in {"DTDForbidden", "EntitiesForbidden"} for cause in causes):
        return "workbook_dtd"
    if any(isinstance(cause, MemoryError) or getattr(cause, "code", None) == _XML_NO_MEMORY for cause in causes):
        return "workbook_bomb"
    return "workbook_broken"


def times_the_usual(most_cells: int) -> float:
    """Return how much more time than usual a reader gets who may bring more cells than usual."""
    return max(1.0, most_cells / MAX_CELLS)


def _limit_myself(most_cells: int) -> None:
    """Set by the child itself: a hook between fork and exec would not be safe in a threaded server."""
    seconds = ceil(CPU_SECONDS * times_the_usual(most_cells))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for forbidden in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(forbidden, (0, 0))


def _harden() -> None:
    """Set for the whole process, before openpyxl is imported and picks its parsers."""
    # Not needed here, and it would cost memory and half the start.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    from defusedxml import ElementTree  # noqa: PLC0415 -- only after the limits are set

    ElementTree.iterparse = partial(ElementTree.iterparse, forbid_dtd=True)
    ElementTree.fromstring = partial(ElementTree.fromstring, forbid_dtd=True)


def main() -> None:
    """Arguments: JSON list of sheet names, most cells. Stdin: the workbook."""
    most_cells = int(sys.argv[2])
    _limit_myself(most_cells)
    _harden()
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    sys.stdout.write(json.dumps(answer(data, json.loads(sys.argv[1]), most_cells)))


if __name__ == "__main__":
    main()
