"""A zip says nothing of when it was made."""

import io
import zipfile

from app.office.zips import packed, undated

YEARS = (1999, 2026)


def written_in(year: int) -> bytes:
    """Return a package as a library writes it, with the time at which it did."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("[Content_Types].xml", "word/document.xml"):
            package.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), f"<{name}>" * 100)
    return out.getvalue()


def test_it_works() -> None:
    first, second = (written_in(year) for year in YEARS)
    assert first != second
    assert undated(first) == undated(second)
    with zipfile.ZipFile(io.BytesIO(undated(first))) as package:
        assert package.namelist() == ["[Content_Types].xml", "word/document.xml"]
        assert package.read("word/document.xml") == b"<word/document.xml>" * 100
        assert package.infolist()[0].compress_type == zipfile.ZIP_DEFLATED


def test_files_are_packed_in_their_order_and_as_they_are() -> None:
    with zipfile.ZipFile(io.BytesIO(packed([("b.txt", b"2"), ("a.txt", b"1")]))) as package:
        assert [(entry.filename, entry.date_time[0]) for entry in package.infolist()] == [
            ("b.txt", 1980),
            ("a.txt", 1980),
        ]
        assert package.read("b.txt") == b"2"
