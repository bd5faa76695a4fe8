"""PDF from a typst template and data, in memory only: nothing is written to disk.

The template is ours and fixed; whatever a user wrote goes in as JSON and reaches the page as strings, never as markup
(SEC-59). Typst keeps what it laid out in a cache inside the process, so secrets stay out of the data: they are put on
the finished pages by ``pdf_overlay``. It puts into a file the glyphs that are used and no others.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import typst

from app.core.holding import hold_nothing
from app.core.printable import FONTS, on_paper_all


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
        sys_inputs={"data": json.dumps(on_paper_all(data), ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", timestamp=0, pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError
    return made
