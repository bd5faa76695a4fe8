"""The counting chain."""

from fractions import Fraction

import pytest

from app.tally.chain import Chain, GroupChain


def test_it_works() -> None:
    # printed 20 - voided 2 - spare 3 = issued 15; 15 - returned 12 - handed back 1 = missing 2; 12/15 = 80 %
    one = GroupChain("a", 15, 20, returned=12, valid=11, voided=2, spare=3, invalid=1, handed_back=1)
    two = GroupChain("b", 10, 10, returned=10, valid=10)
    assert (one.issued, one.missing, one.must_void, one.return_rate) == (15, 2, False, Fraction(4, 5))
    total = Chain((one, two)).total
    assert (total.expected, total.issued, total.returned, total.valid, total.invalid) == (25, 25, 22, 21, 1)
    assert Chain((one, two)).group("b") is two


def test_it_refuses_what_is_no_count() -> None:
    with pytest.raises(ValueError, match="negative"):
        GroupChain("a", -1, 0, 0, 0)
    with pytest.raises(ValueError, match="valid"):
        GroupChain("a", 10, 10, returned=5, valid=4)
    with pytest.raises(KeyError):
        Chain(()).group("a")


def test_more_returned_than_issued_voids_even_where_the_total_fits() -> None:
    over = GroupChain("a", 5, 5, returned=6, valid=6)
    under = GroupChain("b", 9, 9, returned=1, valid=1)
    assert over.must_void
    assert over.missing == 0
    assert Chain((over, under)).must_void
    assert not Chain((over, under)).total.must_void


def test_nothing_issued_has_no_return_rate() -> None:
    assert GroupChain("a", 5, 0, 0, 0).return_rate is None
