"""What a reader of the pages of 补课 and 整改 may do there: decided here, so that a page only asks."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.rectification.rules.ledger import ActionState, takes_rules
from app.rectification.rules.orders import ORDER_ENDS, OrderState
from app.rectification.rules.plans import PLANS_OPEN, PlanState

_PLAN_COMES_NEXT = frozenset({OrderState.ORDERED, OrderState.PLAN_RETURNED})
_EXTENDABLE = frozenset(
    {ActionState.ANNOUNCED, ActionState.IN_PROGRESS, ActionState.RETURNED, ActionState.APPROVED}
)  # fmt: skip
_SET_ASIDE = frozenset({ActionState.LONG_TERM, ActionState.EXPLAINED})


@dataclass(frozen=True, slots=True)
class ReaderPowers:
    """What somebody may do by his roles; the methods say it for an order, a plan or an action in a state."""

    organise: bool
    supervise: bool
    work: bool
    """Whether he reports what was done; leaders only read."""
    write_plan: bool

    def heeds_suggestion(self, state: OrderState) -> bool:
        """Whether a suggestion on an order still means something."""
        return state not in ORDER_ENDS

    def changes_mode(self, state: OrderState) -> bool:
        """Whether he may change how an order is supervised."""
        return self.supervise and state not in ORDER_ENDS

    def reviews(self, state: PlanState) -> bool:
        """Whether he may accept a plan or return it."""
        return self.supervise and state is PlanState.SUBMITTED

    def writes(self, state: PlanState) -> bool:
        """Whether he may write a plan now."""
        return self.write_plan and state in PLANS_OPEN

    def announces(self, state: PlanState) -> bool:
        """Whether he may make the commitments of a plan public now."""
        return self.work and state is PlanState.ACCEPTED

    def reports(self, state: PlanState) -> bool:
        """Whether what comes next for a plan is reported by him, action by action, in the ledger."""
        return self.work and state is PlanState.ANNOUNCED

    def takes_back(self, state: PlanState) -> bool:
        """Whether he may withdraw the request for a plan without an order."""
        return self.organise and state is PlanState.DRAFT

    def redates(self, state: PlanState) -> bool:
        """Whether he may change the day until which a plan without an order is asked for."""
        return self.organise and state in PLANS_OPEN

    def reads_plan(self, *, is_open: bool) -> bool:
        """Whether he may have the plan as a document."""
        return self.work or not is_open

    def plan_comes_next(self, state: OrderState) -> bool:
        """Whether what he has to do next is done on the plan's own page."""
        return self.write_plan and state in _PLAN_COMES_NEXT

    def awaits_retest(self, state: OrderState) -> bool:
        """Whether a retest has been planned and is not counted yet."""
        return state is OrderState.RETEST_PLANNED

    def asks_for_time(self, state: str) -> bool:
        """Whether he may ask for more time for an action."""
        return self.work and state in _EXTENDABLE

    def names_rules(self, state: str) -> bool:
        """Whether he may enter the rules that were made under an action."""
        return self.work and takes_rules(ActionState(state))

    def resumes(self, state: str) -> bool:
        """Whether an action was set aside, so that a new date is given when it is taken up again."""
        return state in _SET_ASIDE


def reader_powers(roles: AbstractSet[str]) -> ReaderPowers:
    """Return what somebody of these roles may do: what any of them may."""
    return ReaderPowers(
        organise="organiser" in roles,
        supervise=not roles.isdisjoint({"organiser", "supervisor"}),
        work=not roles.isdisjoint({"organiser", "supervisor", "liaison"}),
        write_plan=not roles.isdisjoint({"organiser", "liaison"}),
    )
