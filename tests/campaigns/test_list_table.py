"""Names out of lists: what a list says is what is saved, or it is refused with its cell."""

import sys
import unicodedata

import pytest

from app.campaigns.list_table import ListTable, unseen_in
from app.campaigns.rules import clean_name
from app.office.sheets.tables import CellProblem, Listing
from tests.campaigns.test_workbook_import import sheet

LISTING = Listing({"name": ("名称",), "english": ("英文",)}, ("name",))
UNSEEN = ["\ue863", "\U000f0001", "\u0378", "\uffff", "\u200b", "\u2028", "\n", "\x07", "\ufeff"]


def read(name: str) -> tuple[str | None, list[CellProblem]]:
    """Read a list of one name."""
    problems: list[CellProblem] = []
    table = ListTable(sheet("名单", [["名称", "英文"], [name]]), LISTING, 10, problems)
    return table.name(table.listed[0]), problems


def test_it_works() -> None:
    assert read("某县文化馆") == ("某县文化馆", [])
    assert read("\u3400四") == ("\u3400四", [])


@pytest.mark.parametrize("sign", UNSEEN)
def test_it_refuses_what_a_name_would_be_saved_without(sign: str) -> None:
    name, problems = read(f"张{sign}三")
    assert name is None
    assert [(one.row, one.column, one.code, one.params) for one in problems] == [
        (2, "A", "text_control", {"value": f"U+{ord(sign):04X}"})
    ]


def test_whatever_it_takes_is_saved_as_it_is_but_for_white_space() -> None:
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        if sign.isspace() or unseen_in(sign):
            continue
        assert clean_name(f"张{sign}三") == f"张{sign}三", unicodedata.name(sign, f"U+{code:04X}")
