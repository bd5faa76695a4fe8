"""The installation's signature: over all of a document, by the key in the folder alone."""

import pytest

from app.core.signing import is_right, public_half, signature_of, signed

SEED = bytes(range(32))
DOCUMENT = {"format": "test/1", "名称": "第一轮", "numbers": [1, 2.5, None], "nested": {"b": True, "a": "é"}}


def test_it_works() -> None:
    made = signed(SEED, DOCUMENT)
    assert made["signature"]["public_key"] == public_half(SEED).hex()
    assert is_right(public_half(SEED), made, bytes.fromhex(made["signature"]["signature"]))
    assert signed(SEED, made) == made


def test_the_order_of_names_does_not_count() -> None:
    assert signature_of(SEED, dict(reversed(DOCUMENT.items()))) == signature_of(SEED, DOCUMENT)


@pytest.mark.parametrize(
    "changed",
    [{"format": "test/2"}, {"numbers": [1, 2.5]}, {"numbers": [2, 2.5, None]}, {"nested": {"b": True}}, {"more": 1}],
)
def test_it_refuses_a_changed_document(changed: dict[str, object]) -> None:
    signature = signature_of(SEED, DOCUMENT)
    assert is_right(public_half(SEED), DOCUMENT, signature)
    assert not is_right(public_half(SEED), {**DOCUMENT, **changed}, signature)


def test_it_refuses_another_key_and_what_is_no_signature() -> None:
    signature = signature_of(SEED, DOCUMENT)
    assert not is_right(public_half(bytes(reversed(SEED))), DOCUMENT, signature)
    assert not is_right(b"", DOCUMENT, signature)
    assert not is_right(public_half(SEED), DOCUMENT, b"")
    assert not is_right(public_half(SEED), DOCUMENT, signature[:-1] + bytes([signature[-1] ^ 1]))
