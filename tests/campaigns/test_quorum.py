"""How many must be present, of all and of voter groups."""

from fractions import Fraction

import pytest

from app.campaigns.quorum import Quorum, check_quorums
from app.campaigns.rule import Sign
from app.core.errors import DomainError


def test_it_works() -> None:
    two_thirds = Quorum(Fraction(2, 3))
    assert two_thirds.is_met(12, 18)
    assert not two_thirds.is_met(11, 18)
    assert not Quorum(Fraction(1, 2), Sign.ABOVE).is_met(16, 32)
    assert not two_thirds.is_met(0, 0)
    check_quorums(Quorum(Fraction(1)), {"g": two_thirds}, {"g": "教师"})


@pytest.mark.parametrize("never", [Quorum(Fraction(0)), Quorum(Fraction(1), Sign.ABOVE), Quorum(Fraction(7, 6))])
def test_it_refuses_one_that_cannot_be_met_and_names_it(never: Quorum) -> None:
    with pytest.raises(DomainError, match="quorum_range") as refused:
        check_quorums(None, {"g": never}, {"g": "教师"})
    assert refused.value.params["field"] == "教师法定人数"
    with pytest.raises(DomainError, match="quorum_range"):
        check_quorums(never, {}, {})


def test_it_refuses_that_of_a_group_that_is_gone() -> None:
    with pytest.raises(DomainError, match="group_unknown"):
        check_quorums(None, {"x": Quorum(Fraction(1, 2))}, {"g": "教师"})
