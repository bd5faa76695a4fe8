"""How somebody looks at the 整改台账: conditions and columns, as the page's address carries them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.rectification.rules.columns import CHOSEN, Column
from app.rectification.rules.picks import Pick, read_pick, told_of

LEDGER = "/rectification/ledger"


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Conditions, the columns that were chosen, and the names of the days that are none."""

    pick: Pick
    columns: tuple[Column, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def shown(self) -> frozenset[str]:
        """The keys of the columns that were chosen."""
        return frozenset(column.key for column in self.columns)

    def href(self, ending: str = "", **changes: str | int) -> str:
        """Return the address of the ledger, or of its file, with these things changed and all else kept.

        A file has all columns and no pages, so that its address holds the conditions alone.
        """
        told = told_of(self.pick) | {name: str(value) for name, value in changes.items()}
        pairs = [(name, value) for name, value in told.items() if value]
        kept = [] if ending else [("columns", column.key) for column in self.columns]
        query = urlencode([*pairs, *kept])
        return f"{LEDGER}{ending}?{query}" if query else f"{LEDGER}{ending}"

    @property
    def everything(self) -> str:
        """The address without conditions, but for the order or plan; the columns stay."""
        return LedgerView(Pick(order=self.pick.order, plan=self.pick.plan), self.columns).href()


def read_view(told: QueryParams) -> LedgerView:
    """Return how the ledger is looked at; what an address cannot mean asks for nothing."""
    pick, wrong = read_pick(told)
    asked = frozenset(told.getlist("columns"))
    return LedgerView(pick, tuple(column for column in CHOSEN if column.key in asked), wrong)
