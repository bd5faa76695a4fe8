"""Acts on rounds that need a second person (SEC-41): asked by one, done only when an older other one agrees."""

from collections.abc import Mapping
from typing import Any

from app.accounts.service import check_is_older
from app.consents import service as consents
from app.consents.reads import waiting
from app.core.acting import Acting
from app.core.db import Database
from app.rounds.ports import Ports
from app.rounds.reads import KIND
from app.rounds.service import locked_round, needs_second_person


def ask_or_act(acting: Acting, ports: Ports, round_id: str, act: str, request: Mapping[str, Any]) -> bool:
    """Do the act, or ask a second person for it where the campaign wants one; return whether it was done."""
    row = locked_round(acting.session, round_id)
    if not needs_second_person(acting.session, row, act, acting.now):
        ports.acts[act](acting, round_id, request)
        return True
    consents.ask(acting, (KIND, round_id), act, request)
    return False


def made_ready(database: Database, ports: Ports, consent_id: str) -> Ports:
    """Return the ports with what agreeing to a request would do worked out, while no transaction is held."""
    with database.reading() as session:
        found = next((one for one in waiting(session, KIND) if one.id == consent_id), None)
    return ports.made_ready(database, found.subject_id, found.act, found.asked_for) if found else ports


def decide(acting: Acting, ports: Ports, consent_id: str, *, granted: bool) -> str:
    """Agree or refuse as the second person; return the round's id. Nobody agrees to what he asked for himself."""
    found = consents.find(acting.session, consent_id, KIND)
    if granted:
        check_is_older(acting.session, acting.actor, found.asked_at)
    request = consents.decide(acting, found, granted=granted)
    if granted:
        ports.acts[found.act](acting, found.subject_id, request)
    return found.subject_id
