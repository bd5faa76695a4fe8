"""Tables of the documents of 补课: their heads in the language of the document, with room for its words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from docx.document import Document as DocumentType

from app.office.language import _, language_of_file
from app.office.markup import TEXT_WIDTH, Column
from app.office.word_layout import Kind, add, paragraph
from app.reports.ruled import ruled

_NUMERALS = "〇一二三四五六七八九"


def table(
    document: DocumentType, columns: Sequence[Column], rows: Iterable[Sequence[str]], width: float = TEXT_WIDTH
) -> None:
    """Add a ruled table whose head is repeated on every page; ``width`` is that of the text."""
    add(document, ruled("", [replace(column, label=_(column.label)) for column in columns], rows, width))


def heading(document: DocumentType, number: int, words: str) -> None:
    """Head a numbered part."""
    paragraph(document, numbered(number, words), Kind.SECTION)


def numbered(number: int, words: str) -> str:
    """Return the words of a numbered part or point."""
    return f"{number}. {words}" if language_of_file() == "en" else _NUMERALS[number] + "、" + words
