"""What stands beside an announced result is typed as people write it."""

import pytest

from app.core.errors import DomainError
from app.publication.meeting import FIELDS, NOTHING, Meeting, typed_meeting


def test_it_works() -> None:
    typed = {"name": " 县十七届人大常委会  第五次会议 ", "held_on": "2026年11月27日", "contact": "张三 0571-0000"}
    meeting = typed_meeting(typed)
    assert meeting == Meeting(name="县十七届人大常委会 第五次会议", held_on="2026-11-27", contact="张三 0571-0000")
    assert meeting.lines() == [
        ("会议名称和届次", "县十七届人大常委会 第五次会议"),
        ("会议日期", "2026年11月27日"),
        ("公示期间联系人和电话", "张三 0571-0000"),
    ]
    assert meeting.digest
    assert NOTHING.lines() == []
    assert NOTHING.digest == ""


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-07",
        "2026/11/7",
        "2026.11.07",
        "2026年11月7日",
        "20261107",
        "２０２６年１１月７日",
        " 2026 年 11 月 7 日 ",
    ],
)
def test_a_day_is_taken_however_it_is_written(text: str) -> None:
    assert typed_meeting({"issued_on": text}).issued_on == "2026-11-07"


@pytest.mark.parametrize("text", ["昨天", "2026-13-01", "2026-02-30", "11月27日", "2026117"])
def test_it_refuses_what_is_no_day_and_names_the_field(text: str) -> None:
    with pytest.raises(DomainError, match="field_not_a_date") as refused:
        typed_meeting({"posted_until": text})
    assert refused.value.params["field"] == FIELDS["posted_until"]


@pytest.mark.parametrize("before", ["held_on", "issued_on"])
def test_it_refuses_a_posting_that_ends_before_it_can_have_begun(before: str) -> None:
    assert typed_meeting({before: "2026-11-27", "posted_until": "2026-11-27"}).posted_until == "2026-11-27"
    with pytest.raises(DomainError, match="posting_ends_early") as refused:
        typed_meeting({before: "2026-11-27", "posted_until": "2026年11月26日"})
    assert refused.value.params == {"other": FIELDS[before], "at": "posted_until"}


def test_it_refuses_what_is_too_long() -> None:
    with pytest.raises(DomainError, match="field_too_long"):
        typed_meeting({"office": "办" * 121})
