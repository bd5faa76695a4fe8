"""Numbers in English sentences: one of a thing stands in the singular."""

import pytest

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
