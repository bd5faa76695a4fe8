"""What is read off the figures of a result document."""

import pytest

from app.tally.shown import ChainRow, GroupIssuedRow, participation_rate


def counted(returned: int, expected: int) -> ChainRow:
    return {
        "expected": expected, "printed": returned, "voided": 0, "spare": 0, "issued": returned, "shown": True,
        "returned": returned, "valid": returned, "invalid": 0, "blank": 0, "handed_back": 0, "missing": 0,
        "return_rate": {"text": "100.0%", "tenths": 1000},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("returned", "expected", "text"),
    [(132, 654, "20.2%"), (2, 3, "66.7%"), (80, 80, "100.0%"), (9999, 10000, "99.99%"), (0, 7, "0.0%"),
     (1, 9000, "0.01%"), (21, 20, "105.0%"), (10001, 10000, "100.01%")],
)  # fmt: skip
def test_it_works(returned: int, expected: int, text: str) -> None:
    rate = participation_rate(counted(returned, expected))
    assert rate is not None
    assert rate["text"] == text


def test_it_refuses_to_tell_where_what_came_back_is_not_told() -> None:
    row: GroupIssuedRow = {
        "id": "a", "name": "甲", "expected": 7, "printed": 7, "voided": 0, "spare": 0, "issued": 7, "shown": False,
    }  # fmt: skip
    assert participation_rate(row) is None
    assert participation_rate(counted(0, 0)) is None
