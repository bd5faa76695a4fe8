"""Pages filled in without compressing them: what any reader of gzip makes of them, and that every check is one."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.spliced import LONGEST, splice

TEXT = st.binary(max_size=300).map(lambda some: some.replace(b"\xff", b"\xfe"))
HOLES = st.lists(st.tuples(TEXT, st.binary(max_size=300)), max_size=4)


def joined(holes: list[tuple[bytes, bytes]], end: bytes) -> bytes:
    """Return the whole page: each stretch with the text after it, then the last stretch."""
    return b"".join(stretch + text for stretch, text in holes) + end


def filled(holes: list[tuple[bytes, bytes]], end: bytes) -> bytes:
    page = splice([*(stretch for stretch, _ in holes), end], [len(text) for _, text in holes])
    return page.fill([text for _, text in holes])


def test_it_works() -> None:
    page = splice([b"<p>", b"</p><p>", b"</p>" * 50_000], [4, 2])
    for texts in ([b"code", b"42"], [b"\0\0\0\0", b"\xff\xff"]):
        whole = b"<p>" + texts[0] + b"</p><p>" + texts[1] + b"</p>" * 50_000
        assert gzip.decompress(page.fill(texts)) == whole


@given(HOLES, TEXT)
def test_any_page_is_one_member_with_the_right_checksum(holes: list[tuple[bytes, bytes]], end: bytes) -> None:
    packed = filled(holes, end)
    assert gzip.decompress(packed) == joined(holes, end)
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert reader.decompress(packed) == joined(holes, end)
    assert (reader.eof, reader.unused_data) == (True, b"")


@given(TEXT, TEXT, st.lists(st.binary(min_size=7, max_size=7), min_size=2))
def test_every_filling_has_the_same_length(start: bytes, end: bytes, texts: list[bytes]) -> None:
    page = splice([start, end], [7])
    assert len({len(page.fill([text])) for text in texts}) == 1


def test_a_stretch_points_back_over_a_hole_and_never_into_it() -> None:
    """What was said before a hole costs nothing behind it, and what the hole says is nobody's pattern."""
    said = bytes((at * 7919) % 251 for at in range(2_000))
    page = splice([said, said], [200])
    assert len(page.fill([bytes(200)])) < len(said) + 300
    for text in (said[:200], b"\xff" * 200, bytes(200)):
        assert gzip.decompress(page.fill([text])) == said + text + said


def test_the_longest_hole_and_a_page_without_any() -> None:
    text = bytes(range(256)) * 255 + bytes(255)
    assert len(text) == LONGEST
    assert gzip.decompress(filled([(b"a", text)], b"z")) == b"a" + text + b"z"
    assert gzip.decompress(filled([], b"")) == b""


def test_it_refuses_what_does_not_fit() -> None:
    page = splice([b"a", b"b"], [3])
    for texts in ([b"12"], [b"1234"], [], [b"123", b""]):
        with pytest.raises(ValueError, match=r"hole|argument"):
            page.fill(texts)
    with pytest.raises(ValueError, match="fit together"):
        splice([b"a"], [1])
    with pytest.raises(ValueError, match="fit together"):
        splice([b"a", b"b"], [LONGEST + 1])
    with pytest.raises(ValueError, match="fit together"):
        splice([b"a\xff", b"b"], [1])


def test_a_wrong_checksum_would_be_seen() -> None:
    packed = bytearray(filled([(b"a", b"12")], b"z"))
    packed[-8] ^= 1
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        gzip.decompress(bytes(packed))
