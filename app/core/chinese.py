"""Dates as they are written in China, in China's time."""

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")


def chinese_date(value: datetime | None) -> str:
    """Return 2026年11月23日 in China's time, or a dash."""
    if value is None:
        return "—"
    local = value.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日"


def chinese_day(value: date) -> str:
    """Return 2026年11月23日."""
    return f"{value.year}年{value.month}月{value.day}日"


def chinese_time(value: datetime | None) -> str:
    """Return 2026年11月23日 09:05 in China's time, or a dash."""
    return "—" if value is None else f"{chinese_date(value)} {value.astimezone(CHINA):%H:%M}"


def days_words(first: datetime | None, last: datetime | None) -> str:
    """Say from which day to which; nothing unless both are known."""
    if first is None or last is None:
        return ""
    return "至".join(dict.fromkeys((chinese_date(first), chinese_date(last))))
