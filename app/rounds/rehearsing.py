"""Making the rehearsal of a round, from its frozen paper or from the paper as it stands."""

from dataclasses import replace

from app.audit import service as audit
from app.campaigns.service import campaign_row
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Paper, RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.papers import paper_text
from app.rounds.reads import RoundView, frozen_paper
from app.rounds.service import RoundDraft, draft_paper, locked_round, refuse_missing

REHEARSED = frozenset({RoundState.DRAFT, RoundState.READY})


def create_rehearsal(acting: Acting, round_id: str) -> str:
    """Return the id of a rehearsal: the same paper marked as such, with its own codes and its own box.

    That of a draft has the paper as it stands: the round stays a draft, and nothing is agreed to by it. DomainError
    ``round_wrong_state``, ``steps_missing``.
    """
    session, row = acting.session, locked_round(acting.session, round_id)
    if row.state not in REHEARSED or row.is_rehearsal:
        raise DomainError("round_wrong_state")
    campaign_row(session, row.campaign_id)
    fields = {name: getattr(row, name) for name in RoundDraft.__dataclass_fields__}
    fields.update(opens_at=None, closes_at=None)
    rehearsal = Round(
        id=new_id(),
        campaign_id=row.campaign_id,
        state=RoundState.READY,
        created_at=acting.now,
        **fields,
    )
    rehearsal.rehearsal_of = round_id
    paper = replace(_paper(acting, row), round_id=rehearsal.id, rehearsal=True)
    rehearsal.paper = paper_text(paper)
    rehearsal.paper_hash = paper_digest(rehearsal.paper)
    session.add(rehearsal)
    session.flush()
    audit.record(session, acting.now, acting.actor, "round.rehearse", round_id, rehearsal=rehearsal.id)
    return rehearsal.id


def _paper(acting: Acting, row: RoundView) -> Paper:
    if row.paper_hash:
        return frozen_paper(acting.session, row.id)[0]
    paper = draft_paper(acting.session, row)
    refuse_missing(freeze_problems(paper))
    return paper
