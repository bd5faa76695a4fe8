"""Dates in both languages, in China's time."""

from datetime import UTC, date, datetime

from app.core.chinese import date_in, day_in, has_chinese, time_in

NIGHT = datetime(2026, 11, 26, 16, 5, tzinfo=UTC)


def test_it_works() -> None:
    assert (date_in("zh", NIGHT), date_in("en", NIGHT)) == ("2026年11月27日", "27 November 2026")
    assert (time_in("zh", NIGHT), time_in("en", NIGHT)) == ("2026年11月27日 00:05", "27 November 2026 00:05")
    assert (day_in("zh", date(2026, 1, 2)), day_in("en", date(2026, 1, 2))) == ("2026年1月2日", "2 January 2026")
    assert date_in("en", None) == time_in("zh", None) == "—"


def test_it_knows_chinese() -> None:
    assert [has_chinese(text) for text in ("县", "，", "𠀀", "Don’t – 3%", "")] == [True, True, True, False, False]
