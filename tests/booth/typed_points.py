"""What people type for points, and what it is: one table for the phone and for the server."""

from typing import Final

from app.campaigns.score import Score

TENTHS: Final = Score(decimals=1)
WHOLE: Final = Score(10)
_OF_TENTHS: Final = {
    "95.5": 955, "95": 950, "0": 0, "007": 70, "100": 1000, "100.0": 1000, "95.": 950,
    "９５．５": 955, "95。5": 955, "９５｡５": 955, "①": 10,
    "95分": 950, "95.5 分": 955, " 95.5 分 ": 955, "95\u3000分": 950, "\t95\t": 950, "95。分": 950,
    "": None, " ": None, "分": None, "分95": None, "9分5": None, "95分5": None, "95分分": None, "95。。5": None,
    "101": None, "100.1": None, "95.55": None, "95.5.5": None, "95,5": None, "9 5": None, "0095": None, ".5": None,
    "-1": None, "+95": None, "1e1": None, "½": None, "٩٥": None, "九十": None, "\ufeff95": None, "95\u2028": None,
}  # fmt: skip
_OF_WHOLE: Final = {
    "10": 10,
    "9": 9,
    "9.0": 9,
    "9.": 9,
    "9分": 9,
    "９": 9,
    "11": None,
    "9.5": None,
    "10.0": 10,
    "9分.0": None,
}
TYPED: Final = [(TENTHS, *one) for one in _OF_TENTHS.items()] + [(WHOLE, *one) for one in _OF_WHOLE.items()]
"""The item's points, what is typed, and the points in steps, or None for what is none."""
