"""Acts on rounds that need a second person (SEC-41): asked by one, done only when an older other one agrees."""

from collections.abc import Mapping
from typing import Any

from app.accounts.people import check_sees, others_of
from app.accounts.service import check_is_older
from app.campaigns.reads import office_of
from app.consents import service as consents
from app.consents.reads import waiting
from app.consents.service import Asking
from app.core.acting import Acting
from app.core.db import Database
from app.rounds.ports import Ports
from app.rounds.reads import KIND
from app.rounds.service import locked_round, needs_second_person

AGREE = ("organiser", "scrutineer")
"""Who may be the second person for an act on a round."""
WHAT = {
    "freeze": "冻结“{title}”的测评表",
    "close": "提前截止“{title}”的投票",
    "extend": "延长“{title}”的投票时间",
    "void": "作废“{title}”",
    "publish": "公布“{title}”的结果",
    "correct": "更正“{title}”的结果",
}
"""How a request for each act is told to those who may agree."""


def ask_or_act(acting: Acting, ports: Ports, round_id: str, act: str, request: Mapping[str, Any]) -> bool:
    """Do the act, or ask a second person for it where the campaign wants one; return whether it was done."""
    row = locked_round(acting.session, round_id)
    if not needs_second_person(acting.session, row, act, acting.now):
        ports.acts[act](acting, round_id, request)
        return True
    office_id = office_of(acting.session, row.campaign_id)
    staff_ids = others_of(acting.session, AGREE, acting.actor, office_id)
    what = WHAT[act].format(title=row.title)
    asking = Asking(KIND, round_id, act, what, f"/rounds/{round_id}", staff_ids, office_id)
    consents.ask(acting, asking, request)
    return False


def made_ready(database: Database, ports: Ports, consent_id: str) -> Ports:
    """Return the ports with what agreeing to a request would do worked out, while no transaction is held."""
    with database.reading() as session:
        found = next((one for one in waiting(session, KIND) if one.id == consent_id), None)
    return ports.made_ready(database, found.subject_id, found.act, found.asked_for) if found else ports


def decide(acting: Acting, ports: Ports, consent_id: str, *, granted: bool) -> str:
    """Agree or refuse as the second person; return the round's id. Nobody agrees to what he asked for himself.

    DomainError ``approval_gone``, ``approval_own``, ``approval_younger`` or ``not_found``, and as the act.
    """
    found = consents.find(acting.session, consent_id, KIND)
    if found.asked_by != acting.actor.id:
        check_sees(acting.session, acting.actor, found.office_id)
    if granted:
        check_is_older(acting.session, acting.actor, found.asked_at)
    request = consents.decide(acting, found, granted=granted)
    if granted:
        ports.acts[found.act](acting, found.subject_id, request)
    return found.subject_id
