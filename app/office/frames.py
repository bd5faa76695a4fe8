"""What goes through the pipes between the service and its children: a head in JSON, and bytes behind it."""

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

Head = Mapping[str, Any]
Read = Callable[[int], bytes]
"""Returns exactly so many bytes, fewer only where the pipe ended."""

_SIZES: Final = struct.Struct(">II")


def packed(head: Head, body: bytes = b"") -> bytes:
    """Return the bytes of one frame; neither part may reach 4 GB."""
    words = json.dumps(head, ensure_ascii=False, default=str).encode()
    return _SIZES.pack(len(words), len(body)) + words + body


def unpacked(read: Read) -> tuple[Head, bytes] | None:
    """Return the next frame, or None where the pipe ended before its last byte."""
    sizes = read(_SIZES.size)
    if len(sizes) < _SIZES.size:
        return None
    head_size, body_size = _SIZES.unpack(sizes)
    words, body = read(head_size), read(body_size)
    if len(words) < head_size or len(body) < body_size:
        return None
    head: Head = json.loads(words)
    return head, body
