"""复测: a new round about some units of a published one, with the same voter groups and new slips."""

import json
from collections.abc import Collection
from dataclasses import replace

from app.audit import service as audit
from app.core.acting import Acting
from app.core.errors import DomainError
from app.rounds.domain import RoundState
from app.rounds.models import RoundRetest
from app.rounds.reads import get_round
from app.rounds.service import create_round, draft_like


def create_retest(acting: Acting, round_id: str, unit_ids: Collection[str], title: str) -> str:
    """Return the id of a new draft that asks about these units alone; DomainError unless the first is published."""
    row = get_round(acting.session, round_id)
    if row.state not in {RoundState.PUBLISHED, RoundState.ARCHIVED} or row.is_rehearsal:
        raise DomainError("round_wrong_state")
    made = create_round(acting, row.campaign_id, replace(draft_like(row), title=title))
    units = sorted(unit_ids)
    acting.session.add(RoundRetest(round_id=made, retest_of=round_id, unit_ids=json.dumps(units)))
    audit.record(acting.session, acting.now, acting.actor, "round.retest", made, of=round_id, units=units)
    return made
