"""Randomness has the size it claims, and orders do not repeat."""

from app.core.secrets import ID_LENGTH, ID_SIGNS, jitter, new_id, new_token, shuffled, token_bytes
from tests.found import some


def test_it_works() -> None:
    ids = {new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(len(found) == ID_LENGTH and set(found) <= set(ID_SIGNS) for found in some(ids))
    assert len({new_token() for _ in range(1_000)}) == 1_000
    assert len(token_bytes(32)) == 32
    assert 0 <= jitter(3.0) <= 3


def test_shuffling_keeps_everything_and_not_the_order() -> None:
    items = list(range(200))
    orders = [shuffled(items) for _ in range(5)]
    assert all(sorted(order) == items for order in some(orders))
    assert len({tuple(order) for order in orders}) == 5
    assert items == list(range(200))


def test_every_sign_of_an_id_is_as_likely() -> None:
    signs = "".join(new_id() for _ in range(2_000))
    expected = len(signs) / len(ID_SIGNS)
    assert all(abs(signs.count(sign) - expected) < 6 * expected**0.5 for sign in ID_SIGNS)
