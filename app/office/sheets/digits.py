"""Numbers under a number format: places, thousands, percent, powers, fractions, Chinese numerals."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from app.office.sheets.tokens import Token

_EXACT: Final = 1e15
_NUMERALS: Final = {
    "[dbnum1]": "〇一二三四五六七八九",
    "[dbnum2]": "零壹贰叁肆伍陆柒捌玖",
    "[dbnum3]": "０１２３４５６７８９",
}
_PLACES: Final = {"[dbnum1]": ("", "十", "百", "千"), "[dbnum2]": ("", "拾", "佰", "仟")}
_GROUPS: Final = ("", "万", "亿", "万亿")
_PERCENT: Final = 100
_THOUSAND: Final = 1000
_LARGEST_CHINESE: Final = 10**16


def general(value: float) -> str:
    """Return the number under no format: ten digits as in a wide column, whole numbers in full."""
    if value == int(value) and abs(value) < _EXACT:
        return str(int(value))
    return f"{value:.10g}" if abs(value) < _EXACT else f"{value:.5E}"


def shown(value: float, tokens: Sequence[Token]) -> str:
    """Return the number as one section of a format shows it; ValueError where the section is no format of numbers."""
    numerals = next((token.text for token in tokens if token.text in _NUMERALS), "")
    kinds = [token.kind for token in tokens]
    if "general" in kinds or "@" in kinds:
        text = "".join(
            general(value) if token.kind in {"general", "@"} else token.text if token.kind == "literal" else ""
            for token in tokens
        )
    elif "slash" in kinds and "digit" in kinds:
        text = _fraction(value, tokens)
    else:
        text = _placed(value, tokens)
    return in_chinese(text, numerals) if numerals else text


def _placed(value: float, tokens: Sequence[Token]) -> str:
    """Return the number with its digits in their places."""
    layout = _Layout(tokens)
    number = Decimal(f"{abs(value):.15g}") * _PERCENT**layout.percents / Decimal(_THOUSAND) ** layout.scales
    power = 0
    if layout.has_power:
        number, power = _normal(number, layout)
    number = number.quantize(Decimal(1).scaleb(-layout.decimals), ROUND_HALF_UP)
    whole, _, rest = f"{number:f}".partition(".")
    sign = "-" if value < 0 and number else ""
    return sign + "".join(_written(tokens, layout, whole.lstrip("0"), rest, power))


class _Layout:
    """Where the digits of a section stand."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        kinds = [token.kind for token in tokens]
        self.point = kinds.index("point") if "point" in kinds else len(tokens)
        self.power = kinds.index("power") if "power" in kinds else len(tokens)
        self.has_power = "power" in kinds
        digits = [place for place, kind in enumerate(kinds) if kind == "digit" and place < self.power]
        self.before = [place for place in digits if place < self.point]
        self.decimals = len(digits) - len(self.before)
        self.percents = kinds.count("percent")
        commas = [place for place, kind in enumerate(kinds) if kind == "comma"]
        last = self.before[-1] if self.before else -1
        self.thousands = any(self.before and self.before[0] < place < last for place in commas)
        self.scales = sum(last < place < self.power for place in commas) if self.before else 0


def _normal(number: Decimal, layout: _Layout) -> tuple[Decimal, int]:
    """Return mantissa and exponent, which is a multiple of the number of places before the point."""
    if not number:
        return number, 0
    step = max(1, len(layout.before))
    power = number.adjusted() // step * step
    return number.scaleb(-power), power


def _written(tokens: Sequence[Token], layout: _Layout, whole: str, rest: str, power: int) -> Iterator[str]:
    """Yield the text of each token."""
    spare = len(whole) - len(layout.before)
    kept = len(rest.rstrip("0"))
    place, decimal = 0, 0
    for at, token in enumerate(tokens):
        if token.kind == "literal":
            yield token.text
        elif token.kind == "percent":
            yield "%"
        elif token.kind == "point":
            # What stands before the point is written even where no place is kept for it.
            yield ("" if layout.before else whole) + "." if at == layout.point else ""
        elif token.kind == "power":
            yield f"E{'-' if power < 0 else '+' if '+' in token.text else ''}"
            yield str(abs(power)).rjust(sum(each.kind == "digit" for each in tokens[at:]), "0")
            return
        elif token.kind == "digit" and at < layout.point:
            yield _before(whole, layout, place, spare, token.text)
            place += 1
        elif token.kind == "digit":
            yield _behind(rest[decimal], token.text, is_needed=decimal < kept)
            decimal += 1


def _before(whole: str, layout: _Layout, place: int, spare: int, sign: str) -> str:
    """Return the digits that stand at one place before the point: the first takes all that have none of their own."""
    at = place + spare
    left = len(layout.before) - 1 - place
    if at < 0:
        text = {"0": "0", "?": " "}.get(sign, "")
        return _grouped(text, left, layout) if text == "0" else text
    digits = whole[: at + 1] if place == 0 else whole[at]
    return "".join(_grouped(digit, left + len(digits) - 1 - number, layout) for number, digit in enumerate(digits))


def _grouped(digit: str, left: int, layout: _Layout) -> str:
    return f"{digit}," if layout.thousands and left and left % 3 == 0 else digit


def _behind(digit: str, sign: str, *, is_needed: bool) -> str:
    return digit if is_needed or sign == "0" else {"?": " "}.get(sign, "")


def _fraction(value: float, tokens: Sequence[Token]) -> str:
    """Return a fraction, with what is whole before it if the format has a place for it."""
    kinds = [token.kind for token in tokens]
    slash = kinds.index("slash")
    places = sum(kind == "digit" for kind in kinds[slash:])
    fixed = "".join(token.text for token in tokens[slash + 1 :]).strip()
    number = Fraction(abs(value)).limit_denominator(10**places - 1 if places else 9)
    if fixed.isdecimal() and int(fixed):
        number = Fraction(round(abs(value) * int(fixed)), int(fixed))
    ahead = kinds[:slash]
    has_whole = "literal" in ahead[ahead.index("digit") :]
    whole, part = divmod(number, 1) if has_whole else (0, number)
    shown_whole = str(whole) if whole or not part else ""
    shown_part = f"{part.numerator}/{part.denominator}" if part or not has_whole else ""
    return ("-" if value < 0 else "") + " ".join(filter(None, (shown_whole if has_whole else "", shown_part)))


def in_chinese(text: str, numerals: str) -> str:
    """Return a text with its digits as Chinese numerals: whole numbers as they are said, others digit by digit."""
    signs = _NUMERALS[numerals]
    if numerals in _PLACES and text.isdecimal() and int(text) < _LARGEST_CHINESE:
        return said(int(text), signs, _PLACES[numerals])
    return "".join(signs[int(sign)] if sign in "0123456789" else sign for sign in text)


def said(number: int, signs: str, places: Sequence[str]) -> str:
    """Return a whole number as it is said: 25 is 二十五, 105 is 一百〇五, 10,020 is 一万〇二十."""
    groups = [number // 10_000**place % 10_000 for place in range(len(_GROUPS))]
    made = ""
    for place in range(len(_GROUPS) - 1, -1, -1):
        if groups[place]:
            gap = signs[0] if made and groups[place] < _THOUSAND else ""
            made += gap + _four(groups[place], signs, places) + _GROUPS[place]
    made = made or signs[0]
    return made[1:] if made.startswith(signs[1] + "十") else made


def _four(number: int, signs: str, places: Sequence[str]) -> str:
    """Return a number below ten thousand as it is said."""
    made, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            made += (signs[0] if gap and made else "") + signs[digit] + places[place]
        gap = not digit
    return made
