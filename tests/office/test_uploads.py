"""Files are what their names say, from the first byte to the last, and nothing else as well."""

import io
import struct
import zipfile
import zlib

import docx
import openpyxl
import pytest

from app.office.uploads import MAX_BYTES, checked_suffix, clean_name
from tests.cast import refuses

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 32 + b"\xff\xd9"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def word() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def excel() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


def packed(**entries: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return out.getvalue()


def with_macros() -> bytes:
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macro")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.PDF", PDF), ("a.png", png()), ("a.jpeg", JPEG), ("a.jpg", JPEG), ("a.docx", word()), ("a.xlsx", excel())],
)
def test_it_works(name: str, content: bytes) -> None:
    assert checked_suffix(name, content) == name[1:].lower()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ" + b"\0" * 64),
        ("a.html", b"<html></html>"),
        ("a", PDF),
        ("a.pdf", b""),
        ("a.png", PDF),
        ("a.docx", b"PK\x03\x04 no package at all"),
        ("a.docx", packed(note="any other archive")),
        ("a.docx", excel()),
        ("a.xlsx", word()),
        ("a.docx", with_macros()),
        ("a.docx", b"<script>1</script>" + word()),
        ("a.docx", word() + b"<script>1</script>"),
        ("a.docx", word()[:-30]),
        ("a.pdf", b"GIF89a" + PDF),
        ("a.pdf", PDF + packed(note="an archive behind a PDF")),
        ("a.pdf", PDF + b"\0" * 2_000),
        ("a.jpg", JPEG + packed(note="an archive behind a picture")),
        ("a.jpg", JPEG[:24] + PDF + JPEG[24:]),
        ("a.png", png() + b"<script>1</script>"),
    ],
)
def test_it_refuses_what_is_something_else_or_two_things_at_once(name: str, content: bytes) -> None:
    with refuses("attachment_type"):
        checked_suffix(name, content)


def test_it_refuses_what_is_too_large() -> None:
    with refuses("attachment_too_large"):
        checked_suffix("a.pdf", PDF + b" " * MAX_BYTES)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("..\\..\\整改 证明<1>.pdf", "整改 证明1.pdf"), ("/etc/passwd.pdf", "passwd.pdf"), ("...pdf", "附件.pdf")],
)
def test_names_can_be_kept_by_any_system(name: str, kept: str) -> None:
    assert clean_name(name, ".pdf") == kept
