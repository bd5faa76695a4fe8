"""Slip accounts add up or cannot be built."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.slips.accounting import SlipAccount

COUNTS = st.integers(min_value=0, max_value=10_000)


@st.composite
def accounts(draw: st.DrawFn) -> SlipAccount:
    voided, spare, handed_back, used, missing = (draw(COUNTS) for _ in range(5))
    return SlipAccount(voided + spare + handed_back + used + missing, voided, spare, handed_back, used)


def refusal(**counts: int) -> str:
    with pytest.raises(DomainError) as refused:
        SlipAccount(**counts)
    return refused.value.code


def test_it_accounts_for_the_slips_of_a_group() -> None:
    account = SlipAccount(printed=30, voided=5, spare=3, handed_back=1, used=19)
    assert (account.issued, account.missing) == (22, 2)


@given(accounts())
def test_every_printed_slip_is_somewhere(account: SlipAccount) -> None:
    assert account.issued >= account.used
    assert account.printed == (account.used + account.handed_back + account.spare + account.voided + account.missing)


@given(st.lists(accounts()))
def test_a_round_is_the_sum_of_its_groups(groups: list[SlipAccount]) -> None:
    total = SlipAccount.total(groups)
    assert total.issued == sum(group.issued for group in groups)
    assert total.missing == sum(group.missing for group in groups)


@given(accounts(), st.integers(min_value=1, max_value=100))
def test_it_refuses_more_back_than_out(account: SlipAccount, too_many: int) -> None:
    counts = {"printed": account.printed, "voided": account.voided, "spare": account.spare}
    back = account.issued + too_many
    assert refusal(**counts, used=back) == "slips_more_back_than_out"
    assert refusal(**counts, used=back - 1, handed_back=1) == "slips_more_back_than_out"


def test_it_refuses_to_withhold_more_than_was_printed() -> None:
    assert refusal(printed=10, voided=6, spare=5) == "slips_more_than_printed"


@pytest.mark.parametrize("name", ["printed", "voided", "spare", "handed_back", "used"])
def test_it_refuses_a_count_below_zero(name: str) -> None:
    assert refusal(**{"printed": 10, name: -1}) == "slips_negative"
