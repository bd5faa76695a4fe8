"""Numbers in English sentences: one of a thing stands in the singular."""

from datetime import date

import pytest

from app.core.errors import Ours
from app.web.i18n import counted, worded


@pytest.mark.parametrize(
    ("english", "params", "said"),
    [
        ("%(n)s actions are late", {"n": 1}, "1 action is late"),
        ("%(n)s actions are late", {"n": 2}, "2 actions are late"),
        ("%(n)s valid slips", {"n": "1"}, "1 valid slip"),
        ("%(n)s people, %(m)s entries", {"n": 1, "m": 1}, "1 person, 1 entry"),
        ("Row %(n)s has no name", {"n": 1}, "Row 1 has no name"),
        ("%(n)s is less", {"n": 1}, "1 is less"),
        ("%(n)s%% of %(m)s units", {"n": 1, "m": 11}, "1% of 11 units"),
    ],
)
def test_it_works(english: str, params: dict[str, object], said: str) -> None:
    assert counted(english, params) % params == said


def test_chinese_is_left_alone() -> None:
    assert worded("zh", "%(n)s actions", {"n": 1}) == "1 actions"


def test_days_among_the_values_are_written_as_the_reader_writes_them() -> None:
    sentence, values = "%(day)s|%(days)s", {"day": date(2027, 1, 4), "days": (date(2026, 12, 31),)}
    assert worded("zh", sentence, values) == "2027年1月4日|2026年12月31日"
    assert worded("en", sentence, values) == "4 January 2027|31 December 2026"


def test_words_of_ours_among_the_values_are_said_too_and_what_was_typed_is_left() -> None:
    values = {"one": Ours("组织者"), "typed": "组织者", "some": (Ours("组织者"), "甲")}
    sentence = "%(one)s|%(typed)s|%(some)s"
    assert worded("en", sentence, values) == "Organiser|组织者|Organiser, 甲"
    assert worded("zh", sentence, values) == "组织者|组织者|组织者、甲"
