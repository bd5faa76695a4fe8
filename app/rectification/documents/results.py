"""The results of orders as far as one reader may see them, for the documents that quote them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session

from app.campaigns.domain import Measure
from app.core.acting import Principal
from app.publication.domain import unit_of
from app.publication.totals import published_in_short
from app.rectification.orders.reads import OrderView
from app.rectification.orders.retesting import Seen, SideBySide, seeing, side_by_side
from app.reports.language import coded
from app.tally.document import Target, every_target
from app.tally.headed import RATE, measure_in


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What of an order's results the reader may see.

    ``codes`` verify those whose figures are quoted, each with the signs of its box, where it has some.
    """

    unit: Target | None = None
    measure: tuple[Measure, str] = (Measure.SATISFIED_RATE, RATE)
    title: str = ""
    both: SideBySide | None = None
    codes: tuple[tuple[str, str], ...] = ()
    round_ids: tuple[str, ...] = ()

    @property
    def retest(self) -> SideBySide | None:
        """Both results where they may be set side by side."""
        return None if self.both is None or self.both.reason else self.both


def footers(results: Iterable[OrderResult]) -> list[str]:
    """Return what stands in the footer of a document that quotes these results, each once."""
    codes = dict.fromkeys(code for each in results for code in each.codes)
    return [coded(code, signs) for code, signs in codes]


@dataclass
class Results:
    """Reads the results of orders in the scope of one reader, each round once."""

    session: Session
    staff: Principal
    now: datetime

    @cached_property
    def _result(self) -> Seen:
        return seeing(self.session, self.staff, self.now, published_in_short)

    def of(self, order: OrderView) -> OrderResult:
        """Return the results of an order as its reader may see them."""
        first = self._result(order.round_id)
        unit = None if first is None else unit_of(every_target(first.document), order.unit_id)
        if first is None or unit is None:
            return OrderResult()
        measure = measure_in(first.around(order.unit_id).section)
        both = side_by_side(self.session, self._result, order)
        quoted = [first]
        if both is not None and not both.reason and order.current and order.current.retest_round_id:
            quoted += [result for result in [self._result(order.current.retest_round_id)] if result is not None]
        codes = tuple((result.code, result.signs) for result in quoted)
        title = first.document["round"]["title"]
        return OrderResult(unit, measure, title, both, codes, tuple(result.round_id for result in quoted))
