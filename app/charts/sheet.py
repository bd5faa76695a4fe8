"""One drawing in CSS pixels with the origin at the top left, saved as SVG with text as text or as PNG."""

import io
import re
import threading
import warnings
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Literal
from xml.sax.saxutils import escape

from matplotlib import font_manager, rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from app.charts.palette import LINE, Look
from app.core.holding import hold_nothing
from app.core.printable import FACES, FAMILY, FONTS, on_paper

_STACK = f"'{FAMILY}', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_PX_PER_INCH = 72
_CSS_PX_PER_INCH = 96
# Half the height of digits and Han above the baseline, in em: placed by baseline, a line looks centred in any font.
_MIDDLE = 0.36
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLE = re.compile(r' style="([^"]*)"')
_SPACE = re.compile(r"\s*\n\s*")
_NOISE = re.compile(r' ?</?g(?: id="[a-z]+_\d+")?>| transform="rotate\(-0 [^"]*\)"')
_FAMILY_LIST = re.compile(r"font-family: [^;\"]*")

Align = Literal["left", "center", "right"]

# rc_context and matplotlib's font objects are shared by all threads of the process.
_lock = threading.Lock()


def clean(text: str) -> str:
    """Make one line of the text, without the characters that XML cannot carry."""
    return " ".join(_NOT_XML.sub("", text).split())


class Sheet:
    """A figure without axes; all sizes in pixels, y grows downwards."""

    def __init__(self, width: float, height: float, background: str = "none") -> None:
        """Start an empty sheet; ``background`` is a colour or none."""
        self.width, self.height = width, height
        self._figure = Figure(figsize=(width / _PX_PER_INCH, height / _PX_PER_INCH), dpi=_PX_PER_INCH)
        self._figure.patch.set_facecolor(background)
        self._pixels = Affine2D().scale(1 / _PX_PER_INCH) + self._figure.dpi_scale_trans

    def box(self, x: float, y: float, size: tuple[float, float], look: Look) -> None:
        """Fill a rectangle with an option's colour and pattern."""
        self._rectangle(x, y, size, facecolor=look.fill, hatch=look.hatch or None, hatchcolor=look.hatch_colour)

    def plain(self, x: float, y: float, size: tuple[float, float], fill: str) -> None:
        """Fill a rectangle without pattern."""
        self._rectangle(x, y, size, facecolor=fill)

    def outline(self, x: float, y: float, size: tuple[float, float]) -> None:
        """Frame an empty place."""
        self._rectangle(x, y, size, facecolor="none", edgecolor=LINE, linewidth=1)

    def rule(self, x: float, y: float, height: float, colour: str) -> None:
        """Draw a vertical hairline centred on ``x``."""
        self._rectangle(x - 0.5, y, (1, height), facecolor=colour)

    def text(self, x: float, y: float, words: str, colour: str, *, size: float = 12, align: Align = "left") -> None:
        """Write one line with its middle at ``y``; nothing in the words is markup."""
        baseline = self.height - y - _MIDDLE * size
        self._figure.add_artist(
            Text(
                x,
                baseline,
                clean(words),
                color=colour,
                fontfamily=[FAMILY, "DejaVu Sans"],
                fontsize=size,
                horizontalalignment=align,
                verticalalignment="baseline",
                transform=self._pixels,
                parse_math=False,
            )
        )

    def svg(self, title: str, description: str) -> str:
        """Render the sheet as a stand-alone SVG image: same calls, same bytes."""
        hold_nothing("drawing")
        out = io.StringIO()
        with _lock, _settings(), warnings.catch_warnings():
            # The reader's own font draws the text of an SVG.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            _add_fonts()
            FigureCanvasSVG(self._figure).print_svg(out, metadata=_NO_METADATA)  # type: ignore[no-untyped-call]
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" stroke-linejoin="round" {size}>'
            f"<title>{escape(clean(title))}</title><desc>{escape(clean(description))}</desc>"
            f"{_slimmed(out.getvalue())}\n"
        )

    def png(self, title: str, description: str, dpi: int) -> bytes:
        """Render the sheet as pixels; one CSS pixel is 1/96 inch of the page it is put on."""
        hold_nothing("drawing")
        out = io.BytesIO()
        with _lock, _settings():
            _add_fonts()
            for drawn in self._figure.findobj(Text):
                drawn.set_text(on_paper(drawn.get_text()))
            self._figure.set_dpi(dpi * _PX_PER_INCH / _CSS_PX_PER_INCH)
            metadata = {"Title": clean(title), "Description": clean(description), "Software": None}
            canvas = FigureCanvasAgg(self._figure)
            canvas.print_png(out, metadata=metadata, pil_kwargs={"dpi": (dpi, dpi)})  # type: ignore[no-untyped-call]
        return out.getvalue()

    def _rectangle(self, x: float, y: float, size: tuple[float, float], **look: Any) -> None:  # noqa: ANN401 - artist properties
        width, height = size
        look = {"edgecolor": "none", "transform": self._pixels, **look}
        self._figure.add_artist(Rectangle((x, self.height - y - height), width, height, **look))


def _settings() -> AbstractContextManager[None]:
    return rc_context({"svg.fonttype": "none", "svg.hashsalt": "charts", "hatch.linewidth": 1.0})


@cache
def _add_fonts() -> None:
    for name in FACES:
        font_manager.fontManager.addfont(FONTS / name)


def _slimmed(drawn: str) -> str:
    """Leave only the shapes and texts of matplotlib's SVG, without prologue, style sheet and groups."""
    body = drawn[drawn.index("</defs>") + len("</defs>") :]
    return _NOISE.sub("", _STYLE.sub(_as_attributes, _SPACE.sub(" ", body))).strip()


def _as_attributes(style: re.Match[str]) -> str:
    """Turn an inline style into attributes, which no style-src rule can refuse."""
    declarations = _FAMILY_LIST.sub(f"font-family: {_STACK}", style[1])
    pairs = (declaration.split(":", 1) for declaration in declarations.split(";") if declaration.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)
