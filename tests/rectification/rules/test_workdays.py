"""Working days, against counting day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.workdays import (
    NO_HOLIDAYS,
    Holidays,
    add_working_days,
    is_working_day,
    seed_holidays,
    working_day_from,
    years_to_check,
)

DAYS = st.dates(date(2025, 12, 1), date(2026, 3, 31))
TABLES = st.builds(Holidays, st.frozensets(DAYS, max_size=40), st.frozensets(DAYS, max_size=20))
SEED = seed_holidays([2026])


def naive(start: date, end: date, table: Holidays) -> int:
    days = [start + timedelta(days=ahead) for ahead in range(1, (end - start).days + 1)]
    return sum(day in table.working or (day.isoweekday() <= 5 and day not in table.off) for day in days)


def test_it_works() -> None:
    friday = date(2026, 9, 18)
    # Sunday 20 September is worked in exchange; 25 September is 中秋节.
    assert add_working_days(friday, 1, SEED) == date(2026, 9, 20)
    assert add_working_days(friday, 5, SEED) == date(2026, 9, 24)
    assert add_working_days(friday, 6, SEED) == date(2026, 9, 28)
    assert add_working_days(friday, 10, NO_HOLIDAYS) == date(2026, 10, 2)


@given(start=DAYS, count=st.integers(0, 90), table=TABLES)
def test_adding_is_the_first_day_that_counts_so_many(start: date, count: int, table: Holidays) -> None:
    end = add_working_days(start, count, table)
    assert naive(start, end, table) == count
    assert count == 0 or is_working_day(end, table)
    assert end >= start


@given(day=DAYS, table=TABLES)
def test_a_deadline_falls_on_the_first_working_day_from_its_day_on(day: date, table: Holidays) -> None:
    found = working_day_from(day, table)
    assert is_working_day(found, table)
    assert found == day or naive(day - timedelta(days=1), found, table) == 1


def test_a_weekend_day_that_is_worked_in_exchange_may_be_a_last_day() -> None:
    # Sunday 20 September 2026 is worked; from Friday 25 to Sunday 27 September offices are closed.
    assert working_day_from(date(2026, 9, 20), SEED) == date(2026, 9, 20)
    assert working_day_from(date(2026, 9, 25), SEED) == date(2026, 9, 28)


@given(start=DAYS, later=st.integers(0, 60), count=st.integers(0, 30), table=TABLES)
def test_a_later_start_never_ends_earlier(start: date, later: int, count: int, table: Holidays) -> None:
    shifted = add_working_days(start + timedelta(days=later), count, table)
    assert shifted >= add_working_days(start, count, table)


def test_a_day_in_both_lists_is_worked() -> None:
    day = date(2026, 10, 10)
    assert is_working_day(day, Holidays(frozenset((day,)), frozenset((day,))))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # Saturday, worked for the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),  # a Monday off in exchange
        (date(2026, 2, 24), True),
        (date(2026, 5, 9), True),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
    ],
)
def test_the_seed_knows_the_exchange_of_2026(day: date, *, worked: bool) -> None:
    assert is_working_day(day, SEED) is worked


def test_the_seed_holds_the_years_asked_for_only() -> None:
    both = seed_holidays([2025, 2026])
    assert {day.year for day in both.off | both.working} == {2025, 2026}
    assert seed_holidays([]) == NO_HOLIDAYS


def test_it_names_years_whose_exchange_is_not_announced() -> None:
    assert years_to_check([2027, 2026], seed_holidays([2026, 2027])) == (2027,)
    assert years_to_check([2026], SEED) == ()
