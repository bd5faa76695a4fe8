"""What a reader may do about the signature of a head, under a plan or under the completion of an action."""

from dataclasses import dataclass

from app.rectification.plans.reads import PlanHead
from app.rectification.plans.service import PlanView
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.plans import PlanState, plan_may_be_signed
from app.rectification.rules.signing import Signature
from app.rectification.signing import service as signing
from app.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Signable:
    """The signature, whether acceptance waits for it, and whether the reader may give it or attach its page."""

    signature: Signature
    holds_up: bool
    own: bool
    page: bool


def signable(desk: Desk, plan: PlanHead, signature: Signature, *, waits: bool, ahead: bool) -> Signable:
    """Return where the signature stands; ``waits``: whether there is something that can be signed.

    ``ahead``: whether acceptance is still to come; what was accepted before signatures were asked for stays accepted.
    """
    waits = waits and not signature.is_given
    return Signable(
        signature,
        ahead and not signature.is_given and signing.is_needed(desk.session, plan.campaign_id),
        waits and signing.is_head(desk.session, plan.unit_id, desk.staff.id),
        waits and reader_powers(desk.staff.roles).organise,
    )


def signing_of_plan(desk: Desk, plan: PlanView) -> Signable:
    """Return where the signature of a plan stands."""
    ahead = plan.state is PlanState.SUBMITTED
    return signable(desk, plan.head, plan.signature, waits=plan_may_be_signed(plan.state), ahead=ahead)
