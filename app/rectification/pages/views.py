"""How somebody looks at the 整改台账: conditions and columns, as the page's address carries them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.core.lists import Wish, wish_of
from app.rectification.orders.reads import get_order
from app.rectification.plans.reads import get_head
from app.rectification.rules.columns import CHOSEN, Column
from app.rectification.rules.picks import Pick, read_pick, told_of
from app.web.desk import Desk

LEDGER = "/rectification/ledger"
LISTS = "/rectification/lists"
VOTE = "/rectification/vote"


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Conditions, the columns that were chosen, and the names of the days that are none."""

    pick: Pick
    columns: tuple[Column, ...] = ()
    wrong: tuple[str, ...] = ()
    base: str = LEDGER
    """The page that shows it."""
    part: int = 1

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
        return f"{self.base}{ending}?{query}" if query else f"{self.base}{ending}"

    @property
    def wish(self) -> Wish:
        """What is looked for, as every list says it; the conditions that only a ledger has are kept beside."""
        told = told_of(self.pick)
        also = [(name, value) for name, value in told.items() if name not in {"q", "state"}]
        columns = (("columns", column.key) for column in self.columns)
        return Wish(self.pick.text, self.pick.state, self.part, (*also, *columns))

    @property
    def everything(self) -> str:
        """The address without conditions, but for the order, plan or campaign; the columns stay."""
        kept = Pick(order=self.pick.order, plan=self.pick.plan, campaign=self.pick.campaign)
        return LedgerView(kept, self.columns, base=self.base).href()

    @property
    def vote(self) -> str:
        """The address at which these actions are put to the vote."""
        return LedgerView(self.pick, base=VOTE).href()

    @property
    def query(self) -> str:
        """The conditions as an address carries them."""
        return urlencode(told_of(self.pick))

    @property
    def lists(self) -> str:
        """The address of the four lists of the same actions."""
        return LedgerView(self.pick, base=LISTS).href()

    @property
    def ledger(self) -> str:
        """The address of the ledger of the same actions."""
        return LedgerView(self.pick).href()


def read_view(told: QueryParams, base: str = LEDGER) -> LedgerView:
    """Return how the ledger is looked at; what an address cannot mean asks for nothing."""
    pick, wrong = read_pick(told)
    asked = frozenset(told.getlist("columns"))
    return LedgerView(pick, tuple(column for column in CHOSEN if column.key in asked), wrong, base, wish_of(told).part)


def only_unit(desk: Desk, pick: Pick) -> str:
    """Return the name of the unit whose order or plan is asked for alone; empty where none is."""
    if pick.plan:
        return get_head(desk.session, desk.staff, pick.plan).unit_name
    return get_order(desk.session, desk.staff, pick.order).unit_name if pick.order else ""
