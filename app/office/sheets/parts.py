"""One XML part of a workbook, fed to whoever reads it; names without their namespaces, of which there are two sets."""

import re
from collections.abc import Mapping
from typing import IO, Final
from xml.parsers import expat

from app.office.sheets.found import WorkbookRefusedError

Attributes = Mapping[str, str]
_CHUNK: Final = 64 * 1024
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MARK: Final = "|"


class Part:
    """A reader of one part; hears the text of an element while it listens."""

    listens = False
    has_links = False
    """Whether attributes with a namespace matter: those that name other parts have one."""

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of an element."""

    def end(self, tag: str) -> None:
        """Take the end of an element."""

    def text(self, text: str) -> None:
        """Take some text of an element that is listened to."""


class _Local(dict[str, str]):
    """Names without their namespaces, each made once: a sheet has half a million elements of a dozen names."""

    def __missing__(self, full: str) -> str:
        self[full] = full.rpartition(_MARK)[2]
        return self[full]


def feed(stream: IO[bytes], part: Part) -> None:
    """Parse a stream for a reader; ExpatError, WorkbookRefusedError ``workbook_dtd``."""
    parser = expat.ParserCreate(namespace_separator=_MARK)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    local = _Local()

    def start(tag: str, attributes: dict[str, str]) -> None:
        part.start(local[tag], attributes)

    def start_linked(tag: str, attributes: dict[str, str]) -> None:
        part.start(local[tag], {local[key]: value for key, value in attributes.items()})

    def text(words: str) -> None:
        if part.listens:
            part.text(words)

    parser.StartElementHandler = start_linked if part.has_links else start
    parser.EndElementHandler = lambda tag: part.end(local[tag])
    parser.CharacterDataHandler = text
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)  # noqa: FBT003 -- expat takes it by position only
    parser.Parse(b"", True)  # noqa: FBT003 -- as above


def _refuse_doctype(*_: object) -> None:
    raise WorkbookRefusedError("workbook_dtd")


def unescaped(text: str) -> str:
    """Return a text with what the format had to write as ``_xHHHH_`` as it is meant, and line breaks of one kind."""
    if "_x" in text:
        text = _ESCAPE.sub(_sign, text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _sign(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    # Half a character is nothing that could be stored.
    return found[0] if "\ud800" <= sign <= "\udfff" else sign
