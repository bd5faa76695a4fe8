"""Files that people bring: what they are is read from their content, what they are called is only shown."""

import io
import zipfile
from collections.abc import Collection
from pathlib import PurePath
from typing import Final

from app.core.errors import DomainError

MAX_BYTES: Final = 2 * 1024**2
KINDS: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
_SAME = {".jpeg": ".jpg", ".jfif": ".jpg", ".jpe": ".jpg"}
_PACKED = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_ZIP_END = 22
_PDF, _PDF_SEEN = b"%PDF-", 1024
"""Readers find the mark of a PDF anywhere in the first kilobyte, and its end in the last."""
_PNG_END = b"IEND\xaeB`\x82"


def checked_suffix(name: str, content: bytes, kinds: Collection[str] = frozenset(KINDS)) -> str:
    """Return the suffix of a file whose content is what its name says.

    DomainError ``attachment_too_large``, ``attachment_type``.
    """
    if len(content) > MAX_BYTES:
        raise DomainError("attachment_too_large", limit=MAX_BYTES // 1024**2)
    suffix = PurePath(name).suffix.lower()
    if suffix not in kinds:
        raise DomainError("attachment_type")
    plain = {_SAME.get(each, each) for each in _kinds_in(content, name)} | {".docx", ".xlsx"}
    if _SAME.get(suffix, suffix) not in plain or not _is_only(suffix, content):
        raise DomainError("attachment_type")
    return suffix


def _kinds_in(content: bytes, name: str) -> set[str]:
    """Return the suffixes of the kinds that a content may be; DomainError ``attachment_type`` where it is of none."""
    import puremagic  # noqa: PLC0415 -- reads all signatures there are, which few requests need and no opening

    try:
        return {match.extension for match in puremagic.magic_string(content, filename=name)}
    except (puremagic.PureError, ValueError):
        raise DomainError("attachment_type") from None


def _is_only(suffix: str, content: bytes) -> bool:
    """Whether the content is of this kind from the first byte to the last, and not of a second kind as well."""
    if suffix in _PACKED:
        return _is_package(content, _PACKED[suffix])
    if zipfile.is_zipfile(io.BytesIO(content)):
        return False
    if suffix == ".pdf":
        return content.startswith(_PDF) and b"%%EOF" in content[-_PDF_SEEN:]
    return _PDF not in content[:_PDF_SEEN] and (suffix != ".png" or content.endswith(_PNG_END))


def _is_package(content: bytes, main: str) -> bool:
    """Whether this is an office package alone, without macros: nothing stands before the archive or behind it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            alone = min((entry.header_offset for entry in entries), default=1) == 0 and not archive.comment
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    names = {entry.filename for entry in entries}
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return alone and not macros and {"[Content_Types].xml", main} <= names and content[-_ZIP_END:][:4] == b"PK\x05\x06"


def clean_name(name: str, suffix: str) -> str:
    """Return a name that any system can keep a file under."""
    stem = PurePath(name.replace("\\", "/")).name.removesuffix(PurePath(name).suffix)
    visible = "".join(sign for sign in stem if sign.isprintable() and sign not in '<>:"/|?*')
    return (visible.strip(". ")[:80] or "附件") + suffix
