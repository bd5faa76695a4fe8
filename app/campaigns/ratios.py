"""Ratios and numbers as officials write them: 80%, 66.7 %, 2/3, 12.5. Exact on the way in and on the way out."""

import re
from decimal import Decimal
from fractions import Fraction

from app.core.errors import DomainError
from app.core.folding import plain_number

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)\s*%?")
_FRACTION = re.compile(r"([0-9]{1,4})\s*/\s*([0-9]{1,4})")


def parse_ratio(text: str, label: str) -> Fraction:
    """Return the ratio, from 0 to 1; ``80`` without a sign means per cent, ``0.8`` is refused as ambiguous."""
    narrow = plain_number(text)
    ratio = None
    if found := _FRACTION.fullmatch(narrow):
        ratio = Fraction(int(found[1]), int(found[2])) if int(found[2]) else None
    elif (found := _PERCENT.fullmatch(narrow)) and (narrow.endswith("%") or Fraction(found[1]) > 1):
        ratio = Fraction(found[1]) / 100
    if ratio is None or ratio > 1:
        raise DomainError("ratio_malformed", field=label)
    return ratio


def ratio_text(ratio: Fraction) -> str:
    """Return the ratio as per cent where that is exact, else as a fraction."""
    percent = ratio * 100
    for places in (0, 1, 2, 3):
        if (percent * 10**places).denominator == 1:
            return f"{float(percent):.{places}f}%"
    return f"{ratio.numerator}/{ratio.denominator}"


def number_text(number: Fraction) -> str:
    """Return a number that was typed, with all of its decimals: ``30``, ``12.5``."""
    return f"{decimal_of(number).normalize():f}"


def decimal_of(number: Fraction) -> Decimal:
    """Return a number that has no more digits than a field holds."""
    return number.numerator / Decimal(number.denominator)
