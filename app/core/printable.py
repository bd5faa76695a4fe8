"""Which signs print: one answer for pages that take names, for checks before printing and for whatever sets type.

The answer lies beside the fonts, a bit for each code point, made with them by ``scripts/vendor-assets``: whether both
weights of the bundled font have a glyph for it, or both fonts that stand in for it (typst's and matplotlib's own). So
a page can ask without loading a font.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).resolve().parents[1] / "static" / "fonts"
FAMILY: Final = "Noto Sans SC"
FACES: Final = ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf")
NO_GLYPH: Final = "〓"
"""Stands in print for a sign that no font has, as printers have always done."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
"""They choose among the shapes of the sign before them; the font has one shape of each."""


@dataclass(frozen=True, slots=True)
class Words:
    """Something that was typed, and what it names, such as 单位."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Unprintable:
    """A sign that no font has, and the words it stands in."""

    sign: str
    field: str
    text: str

    @property
    def code(self) -> str:
        """The code point as people write it: ``U+1F389``."""
        return f"U+{ord(self.sign):04X}"

    def __str__(self) -> str:
        """Return the words, the sign and its code point."""
        return f"{self.text}：{self.sign}（{self.code}）"


@cache
def _covered() -> bytes:
    return (FONTS / "printable.bin").read_bytes()


def is_unseen(sign: str) -> bool:
    """Whether a sign takes no room of its own in print and is left out; the end of a line is none of these."""
    return sign != "\n" and (unicodedata.category(sign) in _UNSEEN or any(ord(sign) in part for part in _SELECTORS))


def prints(sign: str) -> bool:
    """Whether every output can show a sign, or it is one of those that are left out."""
    code, covered = ord(sign), _covered()
    has_glyph = code >> 3 < len(covered) and bool(covered[code >> 3] >> (code & 7) & 1)
    return has_glyph or sign == "\n" or is_unseen(sign)


class _OnPaper(dict[int, str]):
    """What each sign becomes on paper, for ``str.translate``: the unseen ones go, those without glyph become a mark."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        return self.setdefault(code, "" if is_unseen(sign) else sign if prints(sign) else NO_GLYPH)


_ON_PAPER: Final = _OnPaper()


def on_paper(text: str) -> str:
    """Return a text as it can be printed."""
    return text if text.isascii() and text.isprintable() else text.translate(_ON_PAPER)


def on_paper_all(value: object) -> object:
    """Return data with every text in it as it can be printed."""
    if isinstance(value, str):
        return on_paper(value)
    if isinstance(value, Mapping):
        return {key: on_paper_all(each) for key, each in value.items()}
    return [on_paper_all(each) for each in value] if isinstance(value, list | tuple) else value


def lacking(texts: Iterable[str]) -> dict[str, str]:
    """Return the codes of the signs that no font has, each with the first of these texts that it stands in."""
    found: dict[str, str] = {}
    for each in unprintable(Words(field="", text=text) for text in texts):
        found.setdefault(each.code, each.text)
    return found


def unprintable(words: Iterable[Words]) -> tuple[Unprintable, ...]:
    """Return the signs that no font has, each once for the words it stands in."""
    signs = ((sign, each) for each in words if not each.text.isascii() for sign in each.text)
    return tuple(dict.fromkeys(Unprintable(sign, each.field, each.text) for sign, each in signs if not prints(sign)))
