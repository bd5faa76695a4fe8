"""Signs that a fingerprint is read aloud by."""

from hashlib import sha256

from app.core.signs import SIGNS, signs_of


def test_it_works() -> None:
    assert signs_of(bytes(32)) == "的的的的 的的的的"
    assert signs_of(b"\xff" * 32) == "歇歇歇歇 歇歇歇歇"
    # The first eleven bits of 0x0020… are 1, the second sign of the list.
    assert signs_of(bytes.fromhex("0020" + "00" * 30)) == "一的的的 的的的的"


def test_the_list_is_the_one_that_bip_39_publishes() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == 2048
    published = "".join(f"{sign}\n" for sign in SIGNS).encode()
    assert sha256(published).hexdigest() == "5c5942792bd8340cb8b27cd592f1015edf56a8c5b26276ee18a482428e7c5726"


def test_every_bit_that_is_read_aloud_counts() -> None:
    digest = sha256(b"box").digest()
    number = int.from_bytes(digest, "big")
    others = {signs_of((number ^ 1 << 255 - bit).to_bytes(32, "big")) for bit in range(88)}
    assert len(others) == 88
    assert signs_of(digest) not in others
