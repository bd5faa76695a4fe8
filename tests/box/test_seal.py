"""Sealing: nothing opens but the untouched envelope under its own key, round, paper and id."""

import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.box.envelope import BadEnvelope
from app.box.seal import SEALED_OVERHEAD, envelope_id, envelope_info, receipt_text, seal, unseal
from app.rounds.domain import paper_digest

PRIVATE = X25519PrivateKey.generate()
PUBLIC = PRIVATE.public_key().public_bytes_raw()
ID = bytes(range(16))
INFO = envelope_info("r1", paper_digest("a"), ID)
KEY = bytes(range(32))
CODE = bytes(range(100, 132))
CHI_SQUARE_31 = 87
"""Chance passes it less than once in 10**6 with 31 degrees of freedom."""


@given(st.binary(max_size=500))
def test_it_works(plaintext: bytes) -> None:
    sealed = seal(PUBLIC, INFO, plaintext)
    assert len(sealed) == len(plaintext) + SEALED_OVERHEAD
    assert unseal(PRIVATE, INFO, sealed) == plaintext


def test_no_two_seals_are_alike() -> None:
    assert len({seal(PUBLIC, INFO, b"same") for _ in range(100)}) == 100


def test_it_refuses_every_flipped_bit() -> None:
    sealed = seal(PUBLIC, INFO, b"marks")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadEnvelope, match="envelope_damaged"):
            unseal(PRIVATE, INFO, bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 47, 52, 54])
def test_it_refuses_another_length(length: int) -> None:
    sealed = (seal(PUBLIC, INFO, b"marks") + b"\0")[:length]
    with pytest.raises(BadEnvelope, match="envelope_damaged"):
        unseal(PRIVATE, INFO, sealed)


def test_it_refuses_a_point_of_small_order() -> None:
    with pytest.raises(BadEnvelope, match="envelope_damaged"):
        unseal(PRIVATE, INFO, bytes(80))


@pytest.mark.parametrize(
    "info",
    [
        b"",
        envelope_info("r2", paper_digest("a"), ID),
        envelope_info("r1", paper_digest("b"), ID),
        envelope_info("r1", paper_digest("a"), bytes(16)),
    ],
)
def test_it_refuses_another_round_paper_or_id(info: bytes) -> None:
    with pytest.raises(BadEnvelope):
        unseal(PRIVATE, info, seal(PUBLIC, INFO, b"marks"))


def test_it_refuses_another_key() -> None:
    with pytest.raises(BadEnvelope):
        unseal(X25519PrivateKey.generate(), INFO, seal(PUBLIC, INFO, b"marks"))


def test_a_retry_has_the_same_id_and_nothing_else_has() -> None:
    nonce = bytes(16)
    first = envelope_id(KEY, nonce, CODE, b"ballot")
    assert len(first) == 16
    assert envelope_id(KEY, nonce, CODE, b"ballot") == first
    others = {
        envelope_id(KEY, nonce, CODE, b"other!"),
        envelope_id(KEY, nonce, CODE[:-1], CODE[-1:] + b"ballot"),
        envelope_id(KEY, nonce, bytes(32), b"ballot"),
        envelope_id(KEY, bytes(15) + b"\1", CODE, b"ballot"),
        envelope_id(bytes(32), nonce, CODE, b"ballot"),
    }
    assert len(others - {first}) == 5


@pytest.mark.parametrize("nonce", [b"", bytes(15), bytes(17)])
def test_it_refuses_another_nonce_length(nonce: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        envelope_id(KEY, nonce, CODE, b"ballot")


def test_a_receipt_is_four_groups_of_four() -> None:
    assert receipt_text(bytes(16)) == "0000-0000-0000-0000"
    assert receipt_text(b"\xff" * 10 + bytes(6)) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert receipt_text((1).to_bytes(10, "big") + bytes(6)) == "0000-0000-0000-0001"


def test_receipts_are_uniform_whatever_the_ballot() -> None:
    for ballot in (bytes(48), b"\3" * 48):
        counts = dict.fromkeys("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 0)
        receipts = 4000
        for _ in range(receipts):
            for sign in receipt_text(envelope_id(KEY, secrets.token_bytes(16), CODE, ballot)).replace("-", ""):
                counts[sign] += 1
        expected = receipts * 16 / 32
        assert sum((count - expected) ** 2 for count in counts.values()) / expected < CHI_SQUARE_31
