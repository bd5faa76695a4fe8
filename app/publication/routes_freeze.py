"""The page before the freeze: what is fixed by it, and how small voter groups will look (SEC-84)."""

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.publication.freezing import papers_before
from app.publication.preview import near_step, previews_of
from app.rounds.allowed import powers
from app.rounds.checklist import freeze_problems
from app.rounds.domain import RoundState, paper_digest
from app.rounds.freezing import FREEZE, rows_of
from app.rounds.hall_check import hall_of, hall_steps
from app.rounds.papers import paper_text
from app.rounds.reads import get_round, waiting_approvals
from app.rounds.service import draft_paper, needs_second_person
from app.web.desk import KeyDesk

router = APIRouter()


@router.get("/rounds/{round_id}/freeze")
def freeze_page(desk: KeyDesk, round_id: str) -> Response:
    """Show groups, expected numbers, recusals and the preview, to who asks for the freeze and to who agrees to it."""
    desk.leave()
    hall = hall_of(desk.settings, desk.now, asks_mail=True)
    row = get_round(desk.session, round_id)
    if row.state is not RoundState.DRAFT:
        raise DomainError("round_wrong_state")
    paper = draft_paper(desk.session, row)
    waiting = next((one for one in waiting_approvals(desk.session, round_id) if one.act == FREEZE), None)
    before = papers_before(desk.session, paper, desk.now)
    steps = [*hall_steps(desk.session, row, hall), *freeze_problems(paper), near_step(paper, before)]
    lacking = [step for step in steps if not step.done]
    context = {
        "round": row,
        "paper": paper,
        "rows": rows_of(paper),
        "missing": [step.label for step in lacking if step.needed],
        "advice": [step for step in lacking if not step.needed],
        "waiting": waiting,
        "second_person": needs_second_person(desk.session, row, FREEZE, desk.now),
        "can": powers(desk.staff.roles, row.state, is_rehearsal=row.is_rehearsal),
    }
    desk.leave()
    changed = waiting is not None and waiting.asked_for["paper"] != paper_digest(paper_text(paper))
    return desk.show("publication/freeze.html", **context, changed=changed, previews=previews_of(paper, before))
