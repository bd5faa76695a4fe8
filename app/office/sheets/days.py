"""Days and times under a number format, with the words a Chinese Excel uses."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from app.office.sheets.digits import said
from app.office.sheets.tokens import Token

_KINDS: Final = frozenset({"weekday", "year", "month", "day", "hour", "second", "half", "elapsed"})
_LAST: Final = 2_958_466.0
"""The first day of the year 10000."""
_FALSE_DAY: Final = 60
"""Excel counts a 29th of February 1900; all days before it are one later than their number says."""
_START: Final = datetime(1899, 12, 30, tzinfo=UTC)
_START_1904: Final = datetime(1904, 1, 1, tzinfo=UTC)
_WEEKDAYS: Final = "一二三四五六日"
_ENGLISH_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CHINESE: Final = ("-804]", "-7804]", "-30804]", "dbnum")
_SIGNS, _PLACES = "〇一二三四五六七八九", ("", "十", "百", "千")
_SIGNS_2, _PLACES_2 = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
_NOON: Final = 12
_SHORT, _WHOLE = 3, 4


def is_day(tokens: Sequence[Token]) -> bool:
    """Whether a section of a format shows days or times."""
    return any(token.kind in _KINDS for token in tokens)


def shown(value: float, tokens: Sequence[Token], *, from_1904: bool) -> str:
    """Return the day or time that a number stands for; ValueError where it stands for none."""
    if not 0 <= value < _LAST:
        raise ValueError
    start = _START_1904 if from_1904 else _START if value >= _FALSE_DAY else _START + timedelta(days=1)
    exact = any(token.kind == "second" and "." in token.text for token in tokens)
    seconds = round(value * 86_400, 3) if exact else round(value * 86_400)
    moment = start + timedelta(seconds=seconds)
    writer = _Writer(moment, seconds, tokens)
    return "".join(writer.text(place) for place in range(len(tokens)))


class _Writer:
    """One moment, told token by token."""

    def __init__(self, moment: datetime, seconds: float, tokens: Sequence[Token]) -> None:
        self._moment, self._seconds, self._tokens = moment, seconds, tokens
        marks = "".join(token.text for token in tokens if token.kind == "bracket")
        self._chinese = any(mark in marks for mark in _CHINESE)
        self._numerals = (
            (_SIGNS_2, _PLACES_2) if "dbnum2" in marks else (_SIGNS, _PLACES) if "dbnum1" in marks else None
        )
        self._halves = any(token.kind == "half" for token in tokens)
        self._tell: dict[str, Callable[[str], str]] = {
            "weekday": lambda text: ("星期" if len(text) == _WHOLE else "") + _WEEKDAYS[moment.weekday()],
            "year": self._year,
            "day": self._day,
            "hour": lambda text: self._number((moment.hour % _NOON or _NOON) if self._halves else moment.hour, text),
            "second": self._second,
            "half": self._half,
            "elapsed": self._elapsed,
            "digit": lambda text: text,
            "point": lambda text: text,
            "comma": lambda text: text,
            "slash": lambda text: text,
            "percent": lambda text: text,
        }

    def text(self, place: int) -> str:
        """Return what stands for one token."""
        token = self._tokens[place]
        if token.kind == "literal":
            return token.text
        if token.kind == "month":
            return self._number(self._moment.minute, token.text) if self._is_minute(place) else self._month(token.text)
        tell = self._tell.get(token.kind)
        return tell(token.text) if tell else ""

    def _is_minute(self, place: int) -> bool:
        """Whether m stands behind an hour or before a second."""
        before = [token.kind for token in self._tokens[:place] if token.kind in _KINDS - {"half"}]
        behind = [token.kind for token in self._tokens[place + 1 :] if token.kind in _KINDS - {"half"}]
        is_behind = bool(before) and (before[-1] == "hour" or self._is_elapsed_hour(place))
        return len(self._tokens[place].text) < _SHORT and (is_behind or (bool(behind) and behind[0] == "second"))

    def _is_elapsed_hour(self, place: int) -> bool:
        last = [token for token in self._tokens[:place] if token.kind in _KINDS][-1]
        return last.kind == "elapsed" and "h" in last.text

    def _number(self, number: int, text: str) -> str:
        if self._numerals:
            return said(number, *self._numerals)
        return f"{number:02d}" if len(text) > 1 else str(number)

    def _year(self, text: str) -> str:
        number = f"{self._moment.year:04d}"
        if self._numerals:
            number = "".join(self._numerals[0][int(digit)] for digit in number)
        return number[-2:] if text in {"y", "yy"} else number

    def _month(self, text: str) -> str:
        month = self._moment.month
        if len(text) < _SHORT:
            return self._number(month, text)
        if self._chinese:
            return f"{said(month, _SIGNS, _PLACES)}月"
        name = _MONTHS[month - 1]
        return name[:3] if len(text) == _SHORT else name if len(text) == _WHOLE else name[0]

    def _day(self, text: str) -> str:
        if len(text) < _SHORT:
            return self._number(self._moment.day, text)
        if self._chinese:
            return ("周" if len(text) == _SHORT else "星期") + _WEEKDAYS[self._moment.weekday()]
        name = _ENGLISH_DAYS[self._moment.weekday()]
        return name[:3] if len(text) == _SHORT else name

    def _second(self, text: str) -> str:
        whole, _, places = text.partition(".")
        shown_second = self._number(self._moment.second, whole)
        return shown_second + (f".{self._moment.microsecond:06d}"[: len(places) + 1] if places else "")

    def _half(self, text: str) -> str:
        is_early = self._moment.hour < _NOON
        names = {"上午/下午": ("上午", "下午"), "am/pm": ("AM", "PM"), "a/p": ("A", "P")}[text]
        if self._chinese:
            names = ("上午", "下午")
        return names[0] if is_early else names[1]

    def _elapsed(self, text: str) -> str:
        unit = {"h": 3600, "m": 60, "s": 1}[text[1]]
        return str(int(self._seconds // unit)).rjust(len(text) - 2, "0")
