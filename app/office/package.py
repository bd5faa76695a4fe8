"""A Word file from outside, before anything opens it: small, plain, without macros, links or embedded things."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from app.core.errors import DomainError

MAX_BYTES = 2 * 1024**2
MAX_ENTRIES = 200
MAX_UNPACKED = 16 * 1024**2
MAX_XML = 4 * 1024**2

_CHUNK = 64 * 1024
_MAX_DEPTH = 100
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATIONS = frozenset(
    {
        "officeDocument", "core-properties", "extended-properties", "custom-properties", "thumbnail",
        "styles", "stylesWithEffects", "settings", "webSettings", "fontTable", "numbering", "theme",
        "header", "footer", "footnotes", "endnotes", "image", "hyperlink", "customXml", "customXmlProps",
        "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "glossaryDocument",
    }
)  # fmt: skip
_CODES = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "TOC", "PAGEREF", "REF", "STYLEREF", "HYPERLINK"})
_PLACE_IN_THE_TEXT = re.compile(r'\s*\\l\s+"?[^"\s\\]+"?(\s+\\h|\s+\\o\s+"[^"]*")*\s*')
_ADDRESSES = ("href", "src")
_REFUSED_TAGS = frozenset(
    {
        "altChunk", "object", "OLEObject", "control", "subDoc",
        "mailMerge", "schemaLibrary", "saveThroughXslt", "webVideoPr",
    }
)  # fmt: skip
_CODE_TAGS = frozenset({"instrText", "delInstrText"})
_INSPECTED = (".xml", ".rels", ".svg")
"""How the names of parts end that are read here; the table of contents may call no other part XML."""


def check_package(content: bytes) -> None:
    """Raise DomainError ``template_too_large``, ``template_not_word`` or ``template_active_content``."""
    if len(content) > MAX_BYTES:
        raise DomainError("template_too_large", limit_mb=MAX_BYTES // 1024**2)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            room = MAX_UNPACKED
            for entry in archive.infolist():
                room -= _check_entry(archive, entry, room)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        expat.ExpatError,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise DomainError("template_not_word") from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.orig_filename.replace("\\", "/").lower() for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise DomainError("template_too_large", limit_mb=MAX_BYTES // 1024**2)
    strange = any(entry.flag_bits & 1 or entry.compress_type not in _PACKINGS for entry in entries)
    outside = any(name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name for name in names)
    if strange or outside or len(set(names)) < len(names) or not {"[content_types].xml", "_rels/.rels"} <= set(names):
        raise DomainError("template_not_word")
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/activex/" in name for name in names):
        raise DomainError("template_active_content")


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    """Count the bytes that really come out; XML is well-formed, shallow and has no document type."""
    name = entry.filename.lower()
    is_xml = name.endswith(_INSPECTED)
    limit, count = min(room, MAX_XML) if is_xml else room, 0
    inspector = _Inspector(name) if is_xml else None
    for chunk in _chunks(archive, entry):
        count += len(chunk)
        if count > limit:
            raise DomainError("template_too_large", limit_mb=MAX_BYTES // 1024**2)
        if inspector is not None:
            inspector.feed(chunk)
    if inspector is not None:
        inspector.close()
    return count


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


class _Inspector:
    """A parser that keeps nothing and only refuses."""

    def __init__(self, name: str) -> None:
        self._parser = expat.ParserCreate(namespace_separator="|")
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._depth = 0
        self._is_drawing = name.endswith(".svg")
        self._types: set[str] | None = set() if name == "[content_types].xml" else None
        self._fields = _FieldCodes()
        self._in_code = False

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes."""
        self._parser.Parse(chunk, False)  # noqa: FBT003 -- expat takes it by position only

    def close(self) -> None:
        """Parse the end; the table of contents must name a plain Word document."""
        self._parser.Parse(b"", True)  # noqa: FBT003 -- as above
        if self._types is None:
            return
        if any("macroenabled" in kind or "vbaproject" in kind for kind in self._types):
            raise DomainError("template_active_content")
        if _MAIN_TYPE not in self._types:
            raise DomainError("template_not_word")

    def _refuse_doctype(self, *_: object) -> None:
        raise DomainError("template_active_content" if self._is_drawing else "template_not_word")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise DomainError("template_not_word")
        local = tag.rpartition("|")[2]
        values = {name.rpartition("|")[2]: value for name, value in attributes.items()}
        if self._types is not None:
            self._types.add(_checked_type(values))
        if local in _REFUSED_TAGS or any(_leads_outside(values.get(name, "")) for name in _ADDRESSES):
            raise DomainError("template_active_content")
        if local == "Relationship":
            _check_relation(values)
        self._in_code = local in _CODE_TAGS
        self._fields.start(local, values)

    def _end(self, _: str) -> None:
        self._depth -= 1
        self._in_code = False

    def _text(self, text: str) -> None:
        if self._in_code:
            self._fields.add(text)


def _checked_type(line: dict[str, str]) -> str:
    """Return the type in a line of the table of contents; ``template_not_word`` where it hides XML from us."""
    kind = line.get("ContentType", "").lower()
    names = [line[name] for name in ("PartName", "Extension") if name in line]
    is_xml = kind.partition(";")[0].strip().endswith("xml")
    if is_xml and not all(f".{name.lower()}".endswith(_INSPECTED) for name in names):
        raise DomainError("template_not_word")
    return kind


class _FieldCodes:
    """The field codes being read, innermost last: they may count pages and point inside the document only."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def start(self, tag: str, values: dict[str, str]) -> None:
        """Take an element: a code is whole where another begins in it, at its result and at its end."""
        if tag == "fldSimple":
            _check_code(values.get("instr", ""))
        if tag != "fldChar":
            return
        if self._open:
            _check_code(self._open[-1])
        if values.get("fldCharType") == "begin":
            self._open.append("")
        elif values.get("fldCharType") == "end" and self._open:
            self._open.pop()

    def add(self, text: str) -> None:
        """Take a piece of a code; one outside of any field must do by itself."""
        if self._open:
            self._open[-1] += text
        else:
            _check_code(text)


def _check_relation(attributes: dict[str, str]) -> None:
    """Refuse what a template may not bring, and whatever lies outside of it: a click on a link, or none, fetches it."""
    kind = attributes.get("Type", "").rpartition("/")[2]
    external = attributes.get("TargetMode", "").lower() == "external"
    if kind not in _RELATIONS or external or _leads_outside(attributes.get("Target", "")):
        raise DomainError("template_active_content")


def _leads_outside(target: str) -> bool:
    """Whether an address names a host, a drive or a scheme; parts of the package and places in the text do not."""
    return ":" in target.partition("#")[0] or target.lstrip().startswith(("//", "\\\\"))


def _check_code(text: str) -> None:
    """Refuse a field code that may fetch a file or start a program, and one that is still to be made up."""
    name, _, rest = text.strip().partition(" ")
    if name.upper() not in _CODES or (name.upper() == "HYPERLINK" and not _PLACE_IN_THE_TEXT.fullmatch(rest)):
        raise DomainError("template_active_content")
