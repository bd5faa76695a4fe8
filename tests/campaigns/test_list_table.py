"""Names out of lists: what a list says is what is saved, or it is refused with its cell."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.list_table import ListTable, joined, named, parts_of
from app.core.folding import clean_name, folded
from app.office.sheets.listings import Listing
from app.office.sheets.tables import CellProblem, unseen_in
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


KNOWN = {folded(name): name for name in ("宣传、文化口", "党代表", "群众代表", "甲,乙", "甲", "乙")}


@pytest.mark.parametrize(
    ("text", "names", "strange"),
    [
        ("", [], []),
        ("无", [], []),
        *((nothing, [], []) for nothing in ("None", "NONE", " ｎｏｎｅ", "／", "－")),
        ("党代表", ["党代表"], []),
        ("宣传、文化口", ["宣传、文化口"], []),
        ("宣传、文化口、党代表", ["宣传、文化口", "党代表"], []),
        ("党代表；宣传 、文化口；党代表", ["党代表", "宣传、文化口"], []),
        ("党代表、宣传", ["党代表"], ["宣传"]),
        ("、党代表、、工会、", ["党代表"], ["工会"]),
        ("甲，乙", ["甲,乙"], []),
        ("甲\n乙", ["甲", "乙"], []),
    ],
)
def test_several_names_of_a_cell_are_told_apart(text: str, names: list[str], strange: list[str]) -> None:
    assert named(text, KNOWN) == (names, strange)


NAMES = st.lists(st.text("甲乙丙、，;,", min_size=1, max_size=6), min_size=1, max_size=6, unique_by=folded)


@given(every=NAMES, between=st.sampled_from(["、", ", "]), data=st.data())
@settings(deadline=None)
def test_what_is_written_into_a_cell_is_read_back(every: list[str], between: str, data: st.DataObject) -> None:
    known = {folded(name): name for name in every}
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True))
    assert named(joined(chosen, every, between), known) == (chosen, [])


def test_parts_stand_on_lines_and_between_separators() -> None:
    assert parts_of(" 组织者、督办员\n\n领导;，") == ["组织者", "督办员", "领导"]
