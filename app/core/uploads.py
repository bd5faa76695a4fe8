"""Files that people bring: what they are is read from their content, what they are called is only shown."""

from collections.abc import Collection
from pathlib import PurePath
from typing import Final

import puremagic

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
_PACKED = {".docx", ".xlsx"}


def checked_suffix(name: str, content: bytes, kinds: Collection[str] = frozenset(KINDS)) -> str:
    """Return the suffix of a file whose content is what its name says.

    DomainError ``attachment_too_large``, ``attachment_type``.
    """
    if len(content) > MAX_BYTES:
        raise DomainError("attachment_too_large", limit=MAX_BYTES // 1024**2)
    suffix = PurePath(name).suffix.lower()
    if suffix not in kinds:
        raise DomainError("attachment_type")
    try:
        found = {match.extension for match in puremagic.magic_string(content, filename=name)}
    except (puremagic.PureError, ValueError):
        raise DomainError("attachment_type") from None
    same = {_SAME.get(each, each) for each in found}
    packed = suffix in _PACKED and content.startswith(b"PK\x03\x04")
    if not packed and _SAME.get(suffix, suffix) not in same:
        raise DomainError("attachment_type")
    return suffix


def clean_name(name: str, suffix: str) -> str:
    """Return a name that any system can keep a file under."""
    stem = PurePath(name.replace("\\", "/")).name.removesuffix(PurePath(name).suffix)
    visible = "".join(sign for sign in stem if sign.isprintable() and sign not in '<>:"/|?*')
    return (visible.strip(". ")[:80] or "附件") + suffix
