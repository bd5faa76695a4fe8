"""Receipts as they are typed, and where they stand in a list."""

import pytest

from app.box.seal import receipt_text
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.receipts.domain import FEWEST, MOST, SIGNS, parse_receipt, place_of

IDS = sorted(token_bytes(16) for _ in range(500))
JOINED = b"".join(IDS)


def whole(receipt: bytes) -> str:
    number = int.from_bytes(receipt, "big") << 2
    return "".join(SIGNS[number >> shift & 31] for shift in range(125, -1, -5))


@pytest.mark.parametrize("place", [0, 1, 250, 499])
def test_it_works(place: int) -> None:
    receipt = IDS[place]
    for signs in (receipt_text(receipt).replace("-", ""), receipt.hex().upper(), whole(receipt), whole(receipt)[:20]):
        assert place_of(JOINED, parse_receipt(signs)) == place


def test_what_is_not_there_is_not_found() -> None:
    others = [token_bytes(16) for _ in range(200)] + [bytes(16), b"\xff" * 16]
    assert {place_of(JOINED, parse_receipt(other.hex().upper())) for other in others} == {None}
    assert place_of(b"", parse_receipt("0" * 32)) is None


@pytest.mark.parametrize("signs", ["", "0" * (FEWEST - 1), "0" * (MOST + 1), "U" * 16, "回执" * 8, "G" * 32])
def test_it_refuses_what_is_no_receipt(signs: str) -> None:
    with pytest.raises(DomainError, match="receipt_malformed"):
        parse_receipt(signs)
