"""Working days: weekends, public holidays and weekend days that are worked in exchange."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holidays:
    """The table a campaign can edit; a day that stands in both counts as working."""

    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()


NO_HOLIDAYS = Holidays()


def seed_holidays(years: Iterable[int]) -> Holidays:
    """Return the defaults of the years: public holidays, bridging days and exchanged weekend days.

    The exchange is announced each November for the next year only; see ``years_to_check``.
    """
    from holidays import country_holidays  # noqa: PLC0415 -- all countries' modules, for a table made once a campaign

    wanted = frozenset(years)
    known = country_holidays("CN", years=sorted(wanted))
    working = {day for day in known.weekend_workdays if day.year in wanted}
    return Holidays(frozenset(day for day in known if day.year in wanted), frozenset(working))


def years_to_check(years: Iterable[int], holidays: Holidays) -> tuple[int, ...]:
    """Return the years without one exchanged weekend day: their arrangement is not known yet and wants a person."""
    known = {day.year for day in holidays.working if day.weekday() >= _SATURDAY}
    return tuple(sorted(set(years) - known))


def is_working_day(day: date, holidays: Holidays) -> bool:
    """Whether offices are open."""
    return day in holidays.working or (day.weekday() < _SATURDAY and day not in holidays.off)


def working_day_from(day: date, holidays: Holidays) -> date:
    """Return the day itself where offices are open, else the next one on which they are: where deadlines may fall."""
    while not is_working_day(day, holidays):
        day += _DAY
    return day


def add_working_days(start: date, count: int, holidays: Holidays) -> date:
    """Return the ``count``-th working day after ``start``, which itself is not counted; 0 gives ``start``."""
    day = start
    while count > 0:
        day += _DAY
        count -= is_working_day(day, holidays)
    return day


def years_unknown_in(holidays: Holidays, start: date, working_days: int) -> tuple[int, ...]:
    """Return the years of ``years_to_check`` that working days after ``start`` run into."""
    last = add_working_days(start, working_days, holidays)
    return years_to_check(range(start.year, last.year + 1), holidays)
