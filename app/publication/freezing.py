"""The first version of a result: worked out of the stacks in hand when a box is opened, and stored with them."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box.counted import Stacks
from app.box.preparing import Prepared
from app.core.acting import Acting
from app.publication.service import by_unit, counting_chain, store_version
from app.publication.verdicts import Written, written
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, frozen_paper, get_round, rounds_of
from app.tally.restraint import restraint_between
from app.tally.result import result_document

COUNTED = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED})


def prepare_result(session: Session, paper: Paper, stacks: Stacks) -> Prepared:
    """Count, judge and disclose the result, for the transaction that empties the box.

    It rests on the slip counts and on the campaign's other rounds. Where more came back than went out there is no
    result: such a round can only be declared void. The digest is not written to the log: of a small round it could be
    found by trying all outcomes before the publication.
    """
    chain = counting_chain(session, paper, paper.round_id, stacks.returned)
    earlier = _earlier(session, paper)
    result: Written | None = None
    if not chain.must_void:
        restraint = restraint_between(paper, [frozen_paper(session, other.id)[0] for other in earlier])
        result = written(result_document(paper, stacks.marks, chain, by_unit(stacks.remarks), restraint))

    def still_holds(session: Session) -> bool:
        now = counting_chain(session, paper, paper.round_id, stacks.returned)
        return now == chain and _ids(_earlier(session, paper)) == _ids(earlier)

    def write(acting: Acting) -> None:
        if result is not None:
            store_version(acting, paper.round_id, result, "")
        act = "result.refuse" if result is None else "result.freeze"
        audit.record(acting.session, acting.now, acting.actor, act, paper.round_id)

    return Prepared(still_holds, write)


def _ids(rounds: Sequence[RoundView]) -> set[str]:
    return {row.id for row in rounds}


def _earlier(session: Session, paper: Paper) -> list[RoundView]:
    """Return the campaign's other rounds that have been counted: their result may be released later."""
    campaign_id = get_round(session, paper.round_id).campaign_id
    return [
        other
        for other in rounds_of(session, campaign_id)
        if other.id != paper.round_id and not other.is_rehearsal and other.state in COUNTED
    ]
