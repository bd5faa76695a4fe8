"""Sealing: nothing opens but the untouched envelope under its own key, round, paper and voter group."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.ballots.domain import envelope_id
from app.box.envelope import BadEnvelope
from app.box.seal import SEALED_OVERHEAD, envelope_info, receipt_text, seal, unseal
from app.rounds.domain import paper_digest
from tests.box.hpke_reference import open_sealed

PRIVATE = X25519PrivateKey.generate()
PUBLIC = PRIVATE.public_key().public_bytes_raw()
INFO = envelope_info("r1", paper_digest("a"), "staff")
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
        envelope_info("r2", paper_digest("a"), "staff"),
        envelope_info("r1", paper_digest("b"), "staff"),
        envelope_info("r1", paper_digest("a"), "residents"),
        envelope_info("r", paper_digest("a"), "1staff"),
    ],
)
def test_it_refuses_another_round_paper_or_group(info: bytes) -> None:
    with pytest.raises(BadEnvelope):
        unseal(PRIVATE, info, seal(PUBLIC, INFO, b"marks"))


def test_it_refuses_another_key() -> None:
    with pytest.raises(BadEnvelope):
        unseal(X25519PrivateKey.generate(), INFO, seal(PUBLIC, INFO, b"marks"))


def test_the_same_bytes_have_the_same_id_and_a_second_seal_has_another() -> None:
    first, second = seal(PUBLIC, INFO, b"ballot"), seal(PUBLIC, INFO, b"ballot")
    assert len(envelope_id(first)) == 16
    assert envelope_id(first) == envelope_id(bytes(bytearray(first)))
    assert envelope_id(first) != envelope_id(second)


VECTOR = {
    "private": "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "additional": "436f756e742d30",
    "sealed": "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
}
"""RFC 9180, appendix A.2.1, first message."""


def test_what_is_sealed_opens_by_the_letter_of_rfc_9180() -> None:
    """The library takes no additional data, which every vector has: the letter is checked by the vector, ours by it."""
    private, info, additional, sealed = (
        bytes.fromhex(VECTOR[name]) for name in ("private", "info", "additional", "sealed")
    )
    key = X25519PrivateKey.from_private_bytes(private)
    assert open_sealed(key, info, sealed, additional) == b"Beauty is truth, truth beauty"
    assert open_sealed(PRIVATE, INFO, seal(PUBLIC, INFO, b"marks")) == b"marks"
    with pytest.raises(InvalidTag):
        open_sealed(key, info, sealed, b"Count-1")


def test_a_receipt_is_four_groups_of_four() -> None:
    assert receipt_text(bytes(16)) == "0000-0000-0000-0000"
    assert receipt_text(b"\xff" * 10 + bytes(6)) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert receipt_text((1).to_bytes(10, "big") + bytes(6)) == "0000-0000-0000-0001"


def test_receipts_are_uniform_whatever_the_ballot() -> None:
    for ballot in (bytes(48), b"\3" * 48):
        counts = dict.fromkeys("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 0)
        receipts = 4000
        for _ in range(receipts):
            for sign in receipt_text(envelope_id(seal(PUBLIC, INFO, ballot))).replace("-", ""):
                counts[sign] += 1
        expected = receipts * 16 / 32
        assert sum((count - expected) ** 2 for count in counts.values()) / expected < CHI_SQUARE_31
