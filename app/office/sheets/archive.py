"""The archive of an uploaded .xlsx: judged and unpacked once, counting, before anything in it is read (SEC-56)."""

import io
import zipfile
from functools import partial
from typing import Final
from xml.parsers import expat

from app.office.sheets.found import WorkbookRefusedError

MAX_ENTRIES: Final = 100
MAX_UNPACKED: Final = 20 * 1024 * 1024
MAX_RATIO: Final = 100

ZIP_MAGIC: Final = b"PK\x03\x04"
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_CHUNK = 64 * 1024
_SMALL = 1024
_DEFLATED_OR_STORED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MACRO_PARTS = ("xl/macrosheets/", "xl/activex/", "xl/dialogsheets/")
_LINK_PARTS = ("xl/externallinks/", "xl/connections.xml", "xl/querytables/")
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
_MAIN_TYPES = ("spreadsheetml.sheet.main+xml", "spreadsheetml.template.main+xml")
_NOT_NEEDED = (
    "docprops/", "customxml/", "xl/theme/", "xl/drawings/", "xl/charts/", "xl/printersettings/", "xl/styles.xml",
    "xl/comments", "xl/threadedcomments/", "xl/persons/", "xl/calcchain.xml", "xl/tables/", "xl/media/",
)  # fmt: skip
"""Parts that do not tell what the cells show: what is broken in them stops nothing, what is dangerous does."""


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
    name = entry.filename.lower()
    inspection = _Inspection(_inspector(name), is_needed=not name.startswith(_NOT_NEEDED))
    count = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if count == 0 and chunk.startswith((ZIP_MAGIC, OLE_MAGIC)):
                raise WorkbookRefusedError("workbook_embedded")
            count += len(chunk)
            if count > allowed:
                raise WorkbookRefusedError("workbook_bomb")
            inspection.take(chunk)
    inspection.take(b"", is_last=True)
    return count


class _Inspection:
    """The parsing of one entry, which ends early where an entry that is not needed is no XML."""

    def __init__(self, parser: expat.XMLParserType | None, *, is_needed: bool) -> None:
        self._parser, self._is_needed = parser, is_needed

    def take(self, chunk: bytes, *, is_last: bool = False) -> None:
        """Parse some more bytes."""
        if self._parser is None:
            return
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError:
            if self._is_needed:
                raise
            self._parser = None


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
