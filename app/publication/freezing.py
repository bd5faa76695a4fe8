"""The first version of a result: worked out of the stacks in hand when a box is opened, and stored with them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box.counted import Stacks, valid_ballots
from app.box.preparing import Prepared
from app.core.acting import Acting
from app.core.db import database_of
from app.publication.kin import near_basis, near_rounds
from app.publication.service import by_unit, counting_chain, store_version
from app.publication.signing import Signed, root_text, sign
from app.publication.verdicts import written
from app.rounds.domain import Paper
from app.tally.restraint import restraint_between
from app.tally.result import result_document


def prepare_result(session: Session, paper: Paper, stacks: Stacks) -> Callable[[], Prepared]:
    """Count, judge, disclose and sign the result, for the transaction that empties the box.

    It rests on the slip counts and on the rounds in which the same people may have voted. Where more came back than
    went out there is no result: such a round can only be declared void. The digest is not written to the log: of a
    small round it could be found by trying all outcomes before the publication.
    """
    valid = valid_ballots(paper, ((*place, len(marks)) for place, marks in stacks.marks.items()))
    chain = counting_chain(session, paper, paper.round_id, valid)
    near = near_rounds(session, paper)
    papers = [each.paper for each in near.rounds]
    root, seed = root_text(session, paper.round_id), database_of(session).keys.signing_key()

    def made() -> Signed | None:
        if chain.must_void:
            return None
        restraint = restraint_between(paper, papers)
        document = result_document(paper, stacks.marks, chain, by_unit(stacks.remarks), restraint)
        return sign(seed, written(document), (paper.round_id, 1, root))

    def still_holds(session: Session) -> bool:
        now = counting_chain(session, paper, paper.round_id, valid)
        return now == chain and near_basis(session, paper) == near.basis

    return lambda: Prepared(still_holds, partial(_write, paper.round_id, made()))


def papers_before(session: Session, paper: Paper, now: datetime) -> list[Paper]:
    """Return the papers of the rounds beside whose results that of this paper will stand, with its ids."""
    return [each.paper for each in near_rounds(session, paper, now).rounds]


def _write(round_id: str, result: Signed | None, acting: Acting) -> None:
    if result is not None:
        store_version(acting, round_id, result, "")
    act = "result.refuse" if result is None else "result.freeze"
    audit.record(acting.session, acting.now, acting.actor, act, round_id)
