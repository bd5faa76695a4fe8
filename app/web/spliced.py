"""A page that is the same for everybody but for a few bytes, as one gzip member (RFC 1951, 1952).

The constant stretches are compressed once, each up to a flush; what differs goes between them as stored blocks of
constant length, so that filling a page in costs two microseconds and no compression. Several members would be
simpler, but browsers show the first alone.

A stretch may point back to those before it, but never into a hole: while it is compressed, the holes hold bytes that no
page of text has.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_POLYNOMIAL: Final = 0xEDB88320
_ONE: Final = 1 << 31
_X8: Final = 1 << 23
"""Of the polynomials modulo CRC-32's, lowest power in the highest bit: 1, and the eighth power of x."""
_WORD: Final = 32
_NO_TEXT: Final = b"\xff"
"""A byte that is nowhere in UTF-8."""
LONGEST: Final = 0xFFFF
"""Bytes that a stored block can hold."""


@dataclass(frozen=True, slots=True)
class _Hole:
    """Where bytes go in: ``before`` them the compressed stretch and the block's header, ``tables`` for their CRC."""

    before: bytes
    length: int
    crc_of_zeros: int
    tables: tuple[tuple[int, ...], ...]

    def crc(self, text: bytes) -> int:
        """Return what these bytes instead of zeros change in the CRC of the whole page."""
        own = zlib.crc32(text) ^ self.crc_of_zeros
        first, second, third, fourth = self.tables
        return first[own & 255] ^ second[own >> 8 & 255] ^ third[own >> 16 & 255] ^ fourth[own >> 24]


@dataclass(frozen=True, slots=True)
class Spliced:
    """A compressed page with holes of fixed lengths."""

    holes: tuple[_Hole, ...]
    end: bytes
    crc: int
    """Of the page with zeros in its holes."""
    size: int

    def fill(self, texts: Sequence[bytes]) -> bytes:
        """Return the page with ``texts`` in its holes, in order, as one gzip member; ValueError if one does not fit."""
        crc, parts = self.crc, [_HEAD]
        for hole, text in zip(self.holes, texts, strict=True):
            if len(text) != hole.length:
                message = f"{len(text)} bytes for a hole of {hole.length}"
                raise ValueError(message)
            crc ^= hole.crc(text)
            parts += (hole.before, text)
        return b"".join((*parts, self.end, struct.pack("<LL", crc, self.size & 0xFFFFFFFF)))


def splice(stretches: Sequence[bytes], lengths: Sequence[int]) -> Spliced:
    """Return the page of ``stretches`` with a hole of the given length between each two of them.

    ValueError unless there is one stretch more than holes, no hole is longer than ``LONGEST``, and all is text.
    """
    is_text = all(_NO_TEXT not in stretch for stretch in stretches)
    if len(stretches) != len(lengths) + 1 or any(length > LONGEST for length in lengths) or not is_text:
        message = "stretches and holes do not fit together"
        raise ValueError(message)
    zeros = [bytes(length) for length in lengths]
    page = b"".join(part for pair in zip(stretches, [*zeros, b""], strict=True) for part in pair)
    *before, end = _deflated(stretches, lengths)
    places = zip(before, lengths, _tails(stretches, lengths), strict=True)
    holes = tuple(_hole(packed, length, tail) for packed, length, tail in places)
    return Spliced(holes, end, zlib.crc32(page), len(page))


def _hole(packed: bytes, length: int, tail: int) -> _Hole:
    block = struct.pack("<BHH", 0, length, length ^ LONGEST)
    return _Hole(packed + block, length, zlib.crc32(bytes(length)), _shift(tail))


def _deflated(stretches: Sequence[bytes], lengths: Sequence[int]) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    for stretch, length in zip(stretches[:-1], lengths, strict=True):
        yield packer.compress(stretch) + packer.flush(zlib.Z_SYNC_FLUSH)
        packer.compress(_NO_TEXT * length)
        packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.compress(stretches[-1]) + packer.flush(zlib.Z_FINISH)


def _tails(stretches: Sequence[bytes], lengths: Sequence[int]) -> Iterator[int]:
    """Yield how many bytes of the page follow each hole."""
    for at in range(len(lengths)):
        yield sum(map(len, stretches[at + 1 :])) + sum(lengths[at + 1 :])


def _shift(length: int) -> tuple[tuple[int, ...], ...]:
    """Return, for each byte of a CRC from the lowest, the table that moves it past ``length`` more bytes."""
    power = _power(length)
    moved = [_times(1 << bit, power) for bit in range(_WORD)]
    return tuple(tuple(_combined(moved[low : low + 8], byte) for byte in range(256)) for low in range(0, _WORD, 8))


def _combined(moved: Sequence[int], byte: int) -> int:
    result = 0
    for bit, value in enumerate(moved):
        if byte >> bit & 1:
            result ^= value
    return result


def _power(length: int) -> int:
    """Return x to the power of eight times ``length``."""
    result, base = _ONE, _X8
    while length:
        if length & 1:
            result = _times(result, base)
        base = _times(base, base)
        length >>= 1
    return result


def _times(one: int, other: int) -> int:
    """Return the product of two polynomials modulo that of CRC-32."""
    product = 0
    for bit in range(_WORD - 1, -1, -1):
        if one >> bit & 1:
            product ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product
