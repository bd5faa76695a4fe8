"""The signs of a number format, one by one."""

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r'(?P<quoted>"[^"]*"?)|(?P<escaped>\\.)|(?P<pad>_.|\*.)|(?P<elapsed>\[(?:h+|m+|s+)\])|(?P<bracket>\[[^\]]*\])'
    r"|(?P<general>General|G/通用格式)|(?P<half>上午/下午|AM/PM|A/P)|(?P<weekday>aaaa?)|(?P<year>y+|e(?![+-]))"
    r"|(?P<month>m+)|(?P<day>d+)|(?P<hour>h+)|(?P<second>s+(?:\.0+)?)"
    r"|(?P<power>e[+-])|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>[%％])|(?P<slash>/)|(?P<at>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CURRENCY: Final = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a format; ``kind`` "literal" stands for itself."""

    kind: str
    text: str


def tokens_of(section: str) -> tuple[Token, ...]:
    """Return the tokens of one section."""
    return tuple(_token(found) for found in _TOKEN.finditer(section))


def _token(found: re.Match[str]) -> Token:
    kind, text = found.lastgroup or "other", found[0]
    if kind == "quoted":
        return Token("literal", text.strip('"'))
    if kind == "escaped":
        return Token("literal", text[1:])
    if kind == "pad":
        return Token("literal", " " if text[0] == "_" else "")
    if kind == "bracket" and (money := _CURRENCY.fullmatch(text)):
        return Token("literal", money[1]) if money[1] else Token("bracket", text.lower())
    if kind == "at":
        return Token("@", text)
    return Token("literal" if kind == "other" else kind, text.lower() if kind != "other" else text)
