"""Lists of what a campaign has, out of a workbook: rows in an order, each with a name of its own."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from app.campaigns.both_names import NO_NAMES, BothNames
from app.campaigns.rules import strange_in_name
from app.core.chinese import has_chinese
from app.core.folding import folded, spaceless
from app.office.sheets import tables
from app.office.sheets.listings import Listing
from app.office.sheets.tables import SHOWN, CellProblem, Table, unseen_in
from app.office.workbook import Row, Sheet

MAX_NAME: Final = 60
MAX_ENGLISH: Final = 160
MAX_ORDER: Final = 9_999
ENGLISH: Final = ("英文名称", "英文", "英文名", "英文全称", "英语名称", "English name", "English", "name in English")
CHINESE: Final = ("中文名称", "中文", "中文名", "中文全称", "Name in Chinese", "Chinese name", "Chinese")
"""What stands in English, and in Chinese, beside the name of a list in the other language."""
_NOTHING: Final = frozenset({"", "无", "没有", "none", "-", "—", "——", "/"})
"""What is written into a cell of several names where there are none, ``folded``."""
_LATIN: Final = re.compile("[A-Za-z]")
_SEPARATOR: Final = re.compile(r"([、;；,，])")

PROBLEM_SENTENCES: Final[Mapping[str, str]] = {
    **tables.PROBLEM_SENTENCES,
    "too_many_rows": "最多 %(limit)s 行，从这一行起没有读取。请删去多余的行。",
    "total_row": "这像是“%(value)s”行，不是名单。请删去这一行。",
    "order_empty": "其他行有序号，这一行没有。请补上序号，或清空整列序号。",
    "order_not_whole": "“%(value)s”不是 1 到 %(high)s 之间的整数。",
    "order_twice": "序号 %(value)s 与第 %(first_row)s 行重复。",
    "name_twice": "“%(value)s”与第 %(first_row)s 行重复。",
    "name_beside_chinese": "“%(value)s”是中文，不能作这个名称的英文。要改名称，请改中文名称那一列。",
    "name_is_number": "“%(value)s”只有数字，不像名称。请填写名称。",
    "name_has_number": "“%(value)s”前面像是序号。请只填写名称。",
    "name_has_phone": "“%(value)s”里像有电话号码，会印给每一位参评人员看。请只填写名称。",
}


def whole(text: str) -> int | None:
    """Return the whole number in ``text``, also in full-width digits, with thousands separators or 人 behind it."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", spaceless(text)).rstrip("人.、号")
    plain = re.sub(r"\.0+$", "", plain)
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


def parts_of(text: str) -> list[str]:
    """Return what stands on lines or between separators."""
    return [part for line in text.splitlines() for each in _SEPARATOR.split(line)[::2] if (part := each.strip())]


def named(text: str, known: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return which names a cell has, each once in its order, and the parts of it that are none.

    ``known``: the names by what they may be written as, ``folded``. They stand on lines or between separators; one
    that has a separator in it is found before its parts are.
    """
    if folded(text) in _NOTHING:
        return [], []
    longest = max((len(_SEPARATOR.split(name)) for name in known), default=1)
    found, strange = dict[str, None](), list[str]()
    for line in text.splitlines():
        parts = _SEPARATOR.split(line)
        while parts:
            tried = range(min(longest, len(parts)), 0, -2)
            taken = next((n for n in tried if folded("".join(parts[:n])) in known), 0)
            if taken:
                found[known[folded("".join(parts[:taken]))]] = None
            elif part := parts[0].strip():
                strange.append(part)
            parts = parts[max(taken, 1) + 1 :]
    return list(found), strange


def joined(names: Sequence[str], every: Iterable[str], between: str) -> str:
    """Return a cell from which ``named`` reads these of ``every`` name: on lines where a separator could mislead."""
    text = between.join(names)
    return text if named(text, {folded(name): name for name in every}) == ([*names], []) else "\n".join(names)


class ListTable(Table):
    """A list of what a campaign has: names in an order, each once.

    ``names``: by column, what may be written in English for what is there already. It means that only under an English
    heading: a Chinese list says names as they are stored, and what it calls like the English of another is a new one.
    """

    def __init__(
        self,
        sheet: Sheet,
        listing: Listing,
        limit: int,
        problems: list[CellProblem],
        names: Mapping[str, BothNames] = MappingProxyType({}),
    ) -> None:
        super().__init__(sheet, listing)
        self._limit = limit
        self._written = {key: both for key, both in names.items() if not has_chinese(self.names[key])}
        self._first_rows: dict[tuple[str, str], int] = {}
        self.listed = list(self._listing())
        problems += self.problems
        self.problems = problems

    def _listing(self) -> Iterator[Row]:
        """Yield the rows that list something; a blank row ends nothing, a total is reported."""
        for counted, row in enumerate(self._no_totals(), 1):
            if counted > self._limit:
                self.report(row.number, "name", "too_many_rows", limit=self._limit)
                return
            yield row

    def _no_totals(self) -> Iterator[Row]:
        for row in self.rows():
            if total := self.total(row):
                self.report(row.number, "name", "total_row", value=total[:SHOWN])
            else:
                yield row

    def text(self, row: Row, key: str) -> str:
        """Return the trimmed text under a column, a name as it is stored; so the page of a preview carries it too."""
        return self._written.get(key, NO_NAMES).stored(super().text(row, key))

    def is_first(self, row: Row, key: str, text: str, code: str) -> bool:
        """Whether no row above holds the same; otherwise reported."""
        first = self._first_rows.setdefault((key, folded(text)), row.number)
        if first != row.number:
            self.report(row.number, key, code, value=text[:SHOWN], first_row=first)
        return first == row.number

    def called(self, row: Row) -> str:
        """Return the name as it is stored: in a list that was taken in English a column of its own has it."""
        return self.text(row, "chinese") or self.text(row, "name")

    def in_english(self, row: Row) -> str:
        """Return the English of a name: where a column of its own has the Chinese, the name may be the English."""
        chinese, beside = self.text(row, "chinese"), super().text(row, "name")
        told = chinese and folded(beside) != folded(chinese)
        return self.text(row, "english") or (beside if told else "")

    def name(self, row: Row) -> str | None:
        """Return the checked name; None if it was reported. Text that looks like a formula is text."""
        key, text = "chinese" if self.text(row, "chinese") else "name", self.called(row)
        if self._checked(row, key, text, MAX_NAME) is None:
            return None
        if code := "text_empty" if not text else strange_in_name(text):
            self.report(row.number, key, code, value=text[:SHOWN])
            return None
        return text if self.is_first(row, "name", text, "name_twice") else None

    def english(self, row: Row) -> str | None:
        """Return the checked English of a name; None if it was reported."""
        key, text = "english" if self.text(row, "english") else "name", self.in_english(row)
        if key == "name" and has_chinese(text) and not _LATIN.search(text):
            self.report(row.number, key, "name_beside_chinese", value=text[:SHOWN])
            return None
        return self._checked(row, key, text, MAX_ENGLISH)

    def words(self, row: Row, key: str) -> str | None:
        """Return another checked text; None if it was reported."""
        return self._checked(row, key, self.text(row, key), MAX_NAME)

    def _checked(self, row: Row, key: str, text: str, limit: int) -> str | None:
        if unseen := unseen_in(text):
            self.report(row.number, key, "text_control", value=unseen)
        elif len(text) > limit:
            self.report(row.number, key, "text_too_long", length=len(text), limit=limit)
        else:
            return text
        return None

    def ordered_rows(self) -> list[tuple[Row, int | None]]:
        """Pair each row with its place, which is that in the sheet where no numbers are given; None if reported."""
        if not any(self.text(row, "order") for row in self.listed):
            return [(row, place) for place, row in enumerate(self.listed, start=1)]
        return [(row, self._order(row)) for row in self.listed]

    def _order(self, row: Row) -> int | None:
        text = self.text(row, "order")
        number = whole(text)
        if not text:
            self.report(row.number, "order", "order_empty")
        elif number is None or not 1 <= number <= MAX_ORDER:
            self.report(row.number, "order", "order_not_whole", value=text[:SHOWN], high=MAX_ORDER)
        elif self.is_first(row, "order", str(number), "order_twice"):
            return number
        return None
