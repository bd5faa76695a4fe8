"""Dates as they are written in China, and in English beside, in China's time."""

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_DAY = re.compile(r"(\d{4})(?:\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
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


def day_however_written(text: str) -> date | None:
    """Return the day of 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日, 20261123; None of other texts."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        return None


def english_day(value: date) -> str:
    """Return 23 November 2026."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def day_in(language: str, value: date) -> str:
    """Return a day as a reader of the language writes it."""
    return english_day(value) if language == "en" else chinese_day(value)


def date_in(language: str, value: datetime | None) -> str:
    """Return the day of a moment, as ``day_in``, or a dash."""
    return "—" if value is None else day_in(language, value.astimezone(CHINA).date())


def time_in(language: str, value: datetime | None) -> str:
    """Return day, hour and minute, as ``day_in``, or a dash."""
    return "—" if value is None else f"{date_in(language, value)} {value.astimezone(CHINA):%H:%M}"


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese sign in a text."""
    return _HAN.search(text) is not None


def days_words(first: datetime | None, last: datetime | None, language: str = "zh") -> str:
    """Say from which day to which; nothing unless both are known."""
    if first is None or last is None:
        return ""
    between = " to " if language == "en" else "至"
    return between.join(dict.fromkeys((date_in(language, first), date_in(language, last))))
