"""A voter's receipt can be looked up while the box is sealed."""

import pytest

from app.box.seal import receipt_prefix, receipt_text
from app.core.errors import DomainError
from app.slips.codes import plain_signs


@pytest.mark.parametrize("envelope", [bytes(16), b"\xff" * 16, bytes(range(16))])
def test_a_receipt_leads_back_to_the_beginning_of_its_envelope(envelope: bytes) -> None:
    assert receipt_prefix(plain_signs(receipt_text(envelope).lower())) == envelope[:10]


@pytest.mark.parametrize("signs", ["", "ABCD", "U" * 16, "0" * 17])
def test_it_refuses_what_is_no_receipt(signs: str) -> None:
    with pytest.raises(DomainError, match="receipt_malformed"):
        receipt_prefix(signs)
