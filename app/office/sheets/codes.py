"""Number formats of spreadsheets (ECMA-376 §18.8.30 and 31): what a stored number looks like in its cell."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from app.office.sheets import days, digits
from app.office.sheets.tokens import Token, tokens_of

GENERAL: Final = "General"
BUILTIN: Final[dict[int, str]] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;"¥"-#,##0', 7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;"¥"-#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: '上午/下午h"时"mm"分"', 35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: "#,##0;-#,##0;-", 42: '"¥"#,##0;"¥"-#,##0;"¥"-', 43: "#,##0.00;-#,##0.00;-",
    44: '"¥"#,##0.00;"¥"-#,##0.00;"¥"-', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"', 56: '上午/下午h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""Formats that files name by number alone, as a Chinese Excel shows them."""

_LONGEST_CODE: Final = 300
_MOST_SECTIONS: Final = 4
_TEXT_SECTION: Final = 3
_SYSTEM: Final = (("[$-f800]", 'yyyy"年"m"月"d"日"'), ("[$-f400]", "h:mm:ss"))
"""Codes that stand for whatever the reader's system calls a long day, and a time."""
_SECTION: Final = re.compile(r'(?:"[^"]*"?|\\.|\[[^\]]*\]|[^;])*')
_CONDITION: Final = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)\]")
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "=": lambda left, right: left == right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "<>": lambda left, right: left != right,
}


def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """Return the number as the format shows it, however narrow the column; as General where the format is none."""
    try:
        tokens, signed = _chosen(value, _sections(_code(code)))
        if days.is_day(tokens):
            return days.shown(value, tokens, from_1904=from_1904)
        return digits.shown(value if signed else abs(value), tokens)
    except (ValueError, OverflowError, ArithmeticError):
        return digits.general(value)


def shown_text(text: str, code: str) -> str:
    """Return the text as the format shows it: one with a place for text may write something around it."""
    if "@" not in code or len(code) > _LONGEST_CODE:
        return text
    sections = _sections(code)
    tokens = sections[_TEXT_SECTION] if len(sections) > _TEXT_SECTION else sections[-1]
    parts = [text if token.kind == "@" else token.text if token.kind == "literal" else "" for token in tokens]
    return "".join(parts) if any(token.kind == "@" for token in tokens) else text


def _code(code: str) -> str:
    if not code or len(code) > _LONGEST_CODE:
        return GENERAL
    return next((meant for mark, meant in _SYSTEM if mark in code.lower()), code)


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[tuple[Token, ...], ...]:
    """Return the sections of a format, each as its tokens, its condition still among them."""
    parts: list[tuple[Token, ...]] = []
    start = 0
    while start <= len(code) and len(parts) < _MOST_SECTIONS:
        found = _SECTION.match(code, start)
        end = found.end() if found else len(code)
        parts.append(tokens_of(code[start:end]))
        start = end + 1
    return tuple(parts) or (tokens_of(GENERAL),)


def _chosen(value: float, sections: Sequence[tuple[Token, ...]]) -> tuple[tuple[Token, ...], bool]:
    """Return the section for a number, and whether the sign is still to be written."""
    conditions = [_condition(section) for section in sections[:_TEXT_SECTION]]
    if any(condition is not None for condition in conditions):
        for section, condition in zip(sections, conditions, strict=False):
            if condition is None or _COMPARE[condition[0]](value, condition[1]):
                return section, True
        raise ValueError
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > _TEXT_SECTION - 1:
        return sections[2], False
    return sections[0], True


def _condition(section: Sequence[Token]) -> tuple[str, float] | None:
    for token in section:
        if token.kind == "bracket" and (found := _CONDITION.fullmatch(token.text)):
            return found[1], float(found[2])
    return None
