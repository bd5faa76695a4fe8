"""QR codes as module grids, SVG paths and terminal text; error correction level M, for slips on bad paper."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import segno

_ASCII_BITS: Final = 7
_WIFI_ESCAPES: Final = str.maketrans({sign: f"\\{sign}" for sign in '\\;,:"'})


@dataclass(frozen=True, slots=True)
class QrGrid:
    """The dark modules of one code: ``bits`` row by row, the top left module is the highest bit; no quiet zone."""

    size: int
    bits: int

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Yield each horizontal run of dark modules as (x, y, width), y downwards."""
        cells = f"{self.bits:0{self.size * self.size}b}"
        for y in range(self.size):
            row = cells[y * self.size : (y + 1) * self.size]
            start = row.find("1")
            while start >= 0:
                end = row.find("0", start)
                end = self.size if end < 0 else end
                yield start, y, end - start
                start = row.find("1", end)

    def svg_path(self) -> str:
        """Return the ``d`` of an SVG path in module units, to be filled; leave four units of white around it."""
        return "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width in self.runs())


def _grid(code: segno.QRCode) -> QrGrid:
    cells = "".join("1" if module else "0" for row in code.matrix for module in row)
    return QrGrid(len(code.matrix), int(cells, 2))


def _make(text: str, mask: int | None = None) -> segno.QRCode:
    return segno.make(text, error="m", mask=mask, mode="byte", micro=False, boost_error=False)


def qr_grid(text: str) -> QrGrid:
    """Return the code of any text."""
    return _grid(_make(text))


def wifi_text(ssid: str, password: str) -> str:
    """Return the text that makes a phone join a wireless network; special signs are escaped."""
    key = f"T:WPA;S:{ssid.translate(_WIFI_ESCAPES)};P:{password.translate(_WIFI_ESCAPES)}"
    return f"WIFI:{key};;" if password else f"WIFI:T:nopass;S:{ssid.translate(_WIFI_ESCAPES)};;"


def terminal_qr(text: str) -> str:
    """Return the code in block characters for a terminal, two modules per line, without colours."""
    drawn = io.StringIO()
    _make(text).terminal(out=drawn, compact=True)
    return drawn.getvalue()


class QrSeries:
    """Codes of many texts of one length that share their beginning, without the work of making each anew.

    With version and mask fixed every module is an affine function over GF(2) of the bits of the text: data bits are
    placed, Reed-Solomon parity is linear and the mask is a constant (ISO/IEC 18004, 7.5-7.8). So one grid per bit of
    the ending is made once, and a code is the exclusive or of the grids of its bits: 10,000 take a tenth of a second.
    """

    def __init__(self, prefix: str, ending_length: int) -> None:
        self._length = ending_length
        mask = _make(prefix + "0" * ending_length).mask
        zero = "\x00" * ending_length
        origin = _grid(_make(prefix + zero, mask))
        self._size, self._origin = origin.size, origin.bits
        self._bits = [
            [
                _grid(_make(prefix + zero[:place] + chr(1 << bit) + zero[place + 1 :], mask)).bits ^ origin.bits
                for bit in range(_ASCII_BITS)
            ]
            for place in range(ending_length)
        ]
        self._made: dict[tuple[int, str], int] = {}

    def _contribution(self, place: int, sign: str) -> int:
        bits = 0
        for bit in range(_ASCII_BITS):
            if ord(sign) >> bit & 1:
                bits ^= self._bits[place][bit]
        self._made[place, sign] = bits
        return bits

    def grid(self, ending: str) -> QrGrid:
        """Return the code of the prefix followed by this ASCII ending."""
        if len(ending) != self._length or not ending.isascii():
            raise ValueError
        bits = self._origin
        for key in enumerate(ending):
            bits ^= self._made.get(key) or self._contribution(*key)
        return QrGrid(self._size, bits)
