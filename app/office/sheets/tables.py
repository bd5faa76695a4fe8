"""Sheets as lists: where the header stands, what each column means, what is in the rows, and what was not taken.

Columns are known by their titles, of which each has several; whatever has no place in the list is named, never passed
over in silence.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.core.asides import is_labelled, is_note, is_total
from app.core.errors import DomainError, Ours
from app.core.folding import is_visible
from app.office.sheets.found import DIGITS_LOST, ERROR, NO_VALUE, column_of, letters
from app.office.sheets.listings import Listing
from app.office.sheets.notes import Note, rows_told
from app.office.workbook import Row, Sheet, Workbook

SHOWN: Final = 40
"""So many signs of a strange cell are quoted."""
_NAMED: Final = 8
_HEADER_WITHIN: Final = 20
_RANGE: Final = re.compile(r"([A-Z]+)([0-9]+):[A-Z]+([0-9]+)")
_LINE_ENDS: Final = "\u2028\u2029"
_FAULTS: Final = {ERROR: "text_error", NO_VALUE: "formula_without_value", DIGITS_LOST: "digits_lost"}

PROBLEM_SENTENCES: Final[Mapping[str, str]] = {
    "header_missing": "没有找到“%(wanted)s”这一列。请在表头写上这个列名。",
    "header_twice": "“%(value)s”这一列出现了两次。请只保留一列。",
    "sheet_empty": "表头下面没有内容。请填写后再上传。",
    "text_empty": "没有填写。",
    "text_control": "含有看不见的字符（%(value)s）或换行。请删去后重新填写。",
    "text_too_long": "共 %(length)s 个字，最多 %(limit)s 个字。",
    "text_error": "单元格是公式错误“%(value)s”。请改为文字。",
    "formula_without_value": "这一格是公式，没有算出的值。请在 Excel 或 WPS 中打开、保存后再上传，或改为文字。",
    "digits_lost": "“%(value)s”位数太多，Excel 已把末几位变成 0。请把单元格设为文本后重新填写。",
    "note_within": "“%(value)s”像是说明或者签字，却夹在表的中间。请删去这一行；如果确是名称，请去掉冒号。",
    "merged_wide": "合并的单元格 %(value)s 跨了几列，看不出每一列的内容。请取消合并，逐格填写。",
}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one cell; its sentence is that of ``code``, filled with ``params``."""

    sheet: str
    row: int
    column: str
    column_name: str
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matched:
    """A column as it was understood: its letter and title, and the title of ours that it was taken for."""

    sheet: str
    column: str
    title: str
    meaning: Ours


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was understood, and what of it was not taken."""

    matched: tuple[Matched, ...] = ()
    notes: tuple[Note, ...] = ()

    def __add__(self, other: "Reading") -> "Reading":
        return Reading(self.matched + other.matched, self.notes + other.notes)


def header_place(sheet: Sheet, listing: Listing) -> int | None:
    """Return the place among the first rows of the one with the most titles; None where no title stands in any."""
    counts = [len(listing.matches(row)) for row in sheet.rows[:_HEADER_WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best else None


def has_needed(sheet: Sheet, listing: Listing) -> bool:
    """Whether a sheet that was read has all columns a list needs."""
    place = None if sheet.state or sheet.refused else header_place(sheet, listing)
    return place is not None and set(listing.needed) <= _block_matches(sheet, place, listing)


def _block_matches(sheet: Sheet, place: int, listing: Listing) -> set[str]:
    return set().union(*(listing.matches(row) for row in _header_rows(sheet, place, listing)))


def _header_rows(sheet: Sheet, place: int, listing: Listing) -> tuple[Row, ...]:
    """Return the rows of the header: more than one where a title of the list is merged downwards."""
    head = sheet.rows[place]
    spans = [found for found in map(_RANGE.fullmatch, sheet.filled) if found and listing.key(head.text(found[1]))[0]]
    last = max((int(found[3]) for found in spans if int(found[2]) == head.number), default=head.number)
    return tuple(row for row in sheet.rows[place:] if row.number <= last)


class Table:
    """A sheet from its header downwards; collects the problems of its cells, and what is not taken."""

    def __init__(self, sheet: Sheet, listing: Listing) -> None:
        if sheet.refused is not None:
            raise DomainError(sheet.refused[0], **sheet.refused[1])
        self.sheet, self.listing = sheet, listing
        self.problems: list[CellProblem] = []
        self.columns: dict[str, str] = {}
        self.names: dict[str, str] = dict[str, str](listing.headings)
        self._titles: dict[str, str] = {}
        self._notes: list[Note] = []
        self._left: dict[str, list[int]] = {}
        self._faulty: set[tuple[int, str]] = set()
        place = header_place(sheet, listing)
        self.header = sheet.rows[place].number if place is not None else 1
        self.body = self._under(place)

    def _under(self, place: int | None) -> tuple[Row, ...]:
        """Understand the titles; return the rows below, none where a needed column is missing."""
        rows = _header_rows(self.sheet, place, self.listing) if place is not None else ()
        for row in rows:
            self._titles |= {column: text for column, text in row.cells.items() if self.listing.key(text)[0]}
            self._titles = {**row.cells, **self._titles}
        self._match()
        missing = [key for key in self.listing.needed if key not in self.columns]
        for key in missing:
            self.report(self.header, key, "header_missing", wanted=self.names[key])
        if place is None or missing:
            return ()
        self._leave("rows_above", [row.number for row in self.sheet.rows[:place]])
        return self.sheet.rows[place + len(rows) :]

    def _match(self) -> None:
        """Take for each column of ours the title that stands first in the list of its titles."""
        found: dict[str, list[tuple[int, str]]] = {}
        for column, title in self._titles.items():
            key, place = self.listing.key(title)
            if key:
                found.setdefault(key, []).append((place, column))
        for key, columns in found.items():
            columns.sort(key=lambda each: (each[0], column_of(each[1])))
            (place, chosen), *others = columns
            self.columns[key] = chosen
            self.names[key] = self._titles[chosen].strip()[:SHOWN]
            for other, column in others:
                if other == place:
                    title = self._titles[column][:SHOWN]
                    self.report(self.header, key, "header_twice", column=column, value=title)
                else:
                    self._note_column("column_again", column, other=self.names[key])

    def rows(self) -> Iterator[Row]:
        """Yield the rows that list something, after their faulty cells were reported; the others are noted."""
        subtitles, whole_to = self._subtitles(), self._whole_to()
        for row in self.body:
            told = self._told(row)
            if all(key in self.listing.unsaved for key in told):
                self._leave("row_without", [row.number])
            elif all(self.listing.key(self.text(row, key))[0] == key for key in told):
                self._leave("row_header_again", [row.number])
            elif row.number in subtitles:
                self._leave("row_subtitle", [row.number])
            elif aside := self._aside(row, told):
                self._set_aside(aside, row, told[0], whole_to)
            else:
                self._report_faults(row)
                yield row

    def _told(self, row: Row) -> list[str]:
        """Return the columns of ours in which something stands, as they follow one another in a row."""
        keys = {column: key for key, column in self.columns.items()}
        return [keys[at] for at, text in row.cells.items() if at in keys and (at in row.faults or text.strip())]

    def _whole_to(self) -> int:
        """Return the number of the last row that lists something whole."""
        told = ((row, self._told(row)) for row in self.body)
        whole = (row for row, keys in told if set(self.listing.needed) <= set(keys) and not self._aside(row, keys))
        return max((row.number for row in whole), default=0)

    def _aside(self, row: Row, told: Sequence[str]) -> str:
        """Return why a row is no line of the list: it begins with a footnote or a sum, and lists nothing whole."""
        is_short, first = not set(self.listing.needed) <= set(told), self.text(row, told[0])
        if is_note(first) and (is_short or len(told) == 1):
            return "row_note"
        return "row_total" if is_short and is_total(first) else ""

    def _set_aside(self, aside: str, row: Row, key: str, whole_to: int) -> None:
        """Leave a row that is no line of the list; one that may be, amid others, is for the reader to say."""
        text = self.text(row, key)
        if row.number < whole_to and key in self.listing.needed and is_labelled(text):
            self.report(row.number, key, "note_within", value=text[:SHOWN])
        else:
            self._leave(aside, [row.number])

    def _subtitles(self) -> set[int]:
        """Return the rows that one merged cell fills alone; others with cells over several columns are reported."""
        taken = {column_of(column): key for key, column in self.columns.items()}
        alone = {row.number for row in self.body if len(row.cells) == 1}
        numbers, found = [row.number for row in self.body], set()
        for first, last, left, right in self.sheet.wide:
            keys = [key for column, key in taken.items() if left <= column <= right]
            at = bisect_left(numbers, first)
            if len(keys) < 2 or at == len(numbers) or numbers[at] > last:  # noqa: PLR2004 - over two columns of ours
                continue
            if first == last and first in alone:
                found.add(first)
            elif not self.total(self.body[at]):
                area = f"{letters(left)}{first}:{letters(right)}{last}"
                self.report(numbers[at], keys[0], "merged_wide", value=area)
        return found

    def _report_faults(self, row: Row) -> None:
        if not row.faults:
            return
        for key, column in self.columns.items():
            if column in row.faults and key not in self.listing.unsaved:
                self.report(row.number, key, _FAULTS[row.faults[column]], value=row.text(column)[:SHOWN])
                self._faulty.add((row.number, key))

    def text(self, row: Row, key: str) -> str:
        """Return the trimmed text under a column; empty if there is no such column, or something wrong with it."""
        column = self.columns.get(key, "")
        return "" if column in row.faults else row.text(column).strip()

    def report(self, row: int, key: str, code: str, *, column: str = "", **params: object) -> None:
        """Add a problem of the cell under column ``key`` (or the letter ``column``), unless it has a worse one."""
        if (row, key) in self._faulty:
            return
        letter = column or self.columns.get(key) or letters(1 + list(self.listing.titles).index(key))
        self.problems.append(CellProblem(self.sheet.name, row, letter, self.names[key], code, params))

    def total(self, row: Row) -> str:
        """Return what a row says that is the sum of others; empty if our columns say nothing of the kind."""
        kept = {column for key, column in self.columns.items() if key not in self.listing.unsaved}
        told = (text for column, text in row.cells.items() if column in kept)
        return next((text.strip() for text in told if is_total(text)), "")

    def _leave(self, code: str, rows: Sequence[int]) -> None:
        self._left.setdefault(code, []).extend(rows)

    def _note_column(self, code: str, column: str, **params: object) -> None:
        title = self._titles.get(column, "").strip()[:SHOWN]
        self._notes.append(Note(self.sheet.name, "column", (column,), code, {"title": title, **params}))

    def reading(self) -> Reading:
        """Return how the sheet was understood and what was not taken; asked for when all rows were read."""
        matched = tuple(
            Matched(self.sheet.name, column, self.names[key], self.listing.headings[key])
            for key, column in self.columns.items()
        )
        self._note_columns()
        rows = [Note(self.sheet.name, "row", rows_told(rows), code, {}) for code, rows in self._left.items() if rows]
        if self.sheet.hidden_rows:
            rows.append(Note(self.sheet.name, "row", rows_told(self.sheet.hidden_rows), "row_hidden", {}))
        areas = (*self.sheet.filled[:SHOWN], *(("…",) if len(self.sheet.filled) > SHOWN else ()))
        filled = [Note(self.sheet.name, "range", areas, "filled", {})] if areas else []
        return Reading(matched, (*self._notes, *rows, *filled))

    def _note_columns(self) -> None:
        """Note the columns that have no place in the list but something in them, and what is special of the others."""
        taken, noted = set(self.columns.values()), {place for note in self._notes for place in note.places}
        filled = {column for row in self.body for column in row.cells}
        for column in sorted(({*self._titles} | filled) - taken - noted, key=column_of):
            self._note_column("column_unknown" if self._titles.get(column, "").strip() else "column_untitled", column)
        for key, code in self.listing.unsaved.items():
            if self.columns.get(key) in filled:
                self._note_column(code, self.columns[key])
        for column in sorted(taken & set(self.sheet.hidden_columns), key=column_of):
            self._note_column("column_hidden", column)


def unseen_in(text: str) -> str:
    """Return as U+… the first sign that a name would be saved without, or that ends a line; "" where there is none.

    A list has to say every name as it is saved: what is changed afterwards would no longer be found by it.
    """
    bad = next((sign for sign in text if not is_visible(sign) or sign in _LINE_ENDS), "")
    return f"U+{ord(bad):04X}" if bad else ""


def left_sheets(workbook: Workbook, taken: Sequence[Sheet], listings: Sequence[Listing]) -> Reading:
    """Return the notes of all sheets that were not taken though something stands in them, and of the whole file."""
    notes = [Note("", "file", (), f"lost_{each}", {}) for each in workbook.lost]
    for sheet in workbook.sheets:
        if sheet in taken or not (sheet.rows or sheet.state or sheet.refused):
            continue
        code = f"sheet_{sheet.state}" if sheet.state else "sheet_large" if sheet.refused else "sheet_other"
        params: dict[str, object] = {}
        if code == "sheet_other" and any(has_needed(sheet, listing) for listing in listings):
            code, params = "sheet_second", {"taken": names_told(each.name for each in taken)}
        notes.append(Note(sheet.name, "sheet", (sheet.name,), code, params))
    return Reading((), tuple(notes))


def names_told(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of sheets short enough for a sentence, not more than a reader looks for."""
    told = tuple(name[:SHOWN] for name in names)
    return (*told[:_NAMED], "…") if len(told) > _NAMED else told


def cells_row(number: int, texts: Sequence[str]) -> Row:
    """Return a row of texts from column A on; empty ones are no cells."""
    return Row(number, {letters(at): text for at, text in enumerate(texts, 1) if text})
