"""PDF from a typst template and data, in memory only: nothing is written to disk.

The template is ours and fixed; whatever a user wrote goes in as JSON and reaches the page as strings, never as markup
(SEC-59). Typst keeps what it laid out in a cache inside the process, so secrets stay out of the data: they are put on
the finished pages by ``pdf_overlay``.
"""

import json
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst
from matplotlib.ft2font import FT2Font

from app.core.holding import hold_nothing

FONTS: Final = Path(__file__).resolve().parents[1] / "static" / "fonts"
FONT_FAMILY: Final = "Noto Sans SC"


NO_GLYPH: Final = "〓"
"""Stands in print for a sign that the bundled font lacks, as printers have always done."""
_BASIC_SIGNS: Final = 0xFFFF


@lru_cache(maxsize=1)
def _rare_signs() -> frozenset[int]:
    """Return the signs beyond the basic plane that the bundled font can draw; nearly always nobody asks."""
    return frozenset(
        code for code in FT2Font(str(FONTS / "NotoSansSC-Regular.ttf")).get_charmap() if code > _BASIC_SIGNS
    )


class _Printable(dict[int, str]):
    """What each sign becomes on paper, for ``str.translate``: the unseen ones go, those without glyph become a mark."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign != "\n" and unicodedata.category(sign) in {"Cc", "Cf", "Cs"}:
            sign = ""
        elif code > _BASIC_SIGNS and code not in _rare_signs():
            sign = NO_GLYPH
        return self.setdefault(code, sign)


_PRINTABLE: Final = _Printable()


def printable(value: object) -> object:
    """Return data with every text in it as it can stand on paper."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else value.translate(_PRINTABLE)
    if isinstance(value, Mapping):
        return {key: printable(each) for key, each in value.items()}
    return [printable(each) for each in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def pdf(template_source: str, data: Mapping[str, object], fonts: Path = FONTS) -> bytes:
    """Typeset the template; it reads the data with ``json(bytes(sys.inputs.data))``.

    The same template and data give the same bytes: no time and no tags of the machine go into the file.
    """
    hold_nothing("typesetting")
    compiler = typst.Compiler(
        input=template_source.encode(),
        font_paths=_fonts(fonts),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(printable(data), ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", timestamp=0, pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError
    return made
