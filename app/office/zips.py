"""Zips that are the same whenever they are made: no member has a date of its own."""

import io
import zipfile
from collections.abc import Iterable
from typing import Final

_DATE: Final = (1980, 1, 1, 0, 0, 0)


def packed(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the zip of these files, uncompressed, in their order: equal contents give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, content in members:
            package.writestr(zipfile.ZipInfo(name, _DATE), content)
    return out.getvalue()


def undated(content: bytes) -> bytes:
    """Return a compressed package, such as a Word file, without the time at which a library wrote it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as written,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package,
    ):
        for name in written.namelist():
            package.writestr(zipfile.ZipInfo(name, _DATE), written.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
