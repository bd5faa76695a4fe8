"""Which campaigns follow one another, and which of their objects are the same: by the register, else by name."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeVarTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.campaigns.models import Campaign, CampaignCopy, Unit
from app.core.folding import folded
from app.core.scope import everywhere

Columns = TypeVarTuple("Columns")


class By(StrEnum):
    """By what two campaigns' objects are taken for the same."""

    ITSELF = "itself"
    REGISTER = "register"
    NAME = "name"


Named = Mapping[str, str]
"""Names of objects by their ids."""


def kin_of(session: Session, campaign_id: str, *, everybody: bool = False) -> frozenset[str]:
    """Return the campaigns whose objects may be those of this one, itself with them.

    Those that were set up like one another, those of one organisation, those that share a registered unit.
    ``everybody``: also of offices that the session does not reach; nothing of those may be shown.
    """

    def asked(query: Select[*Columns]) -> Select[*Columns]:
        return everywhere(query) if everybody else query

    holders = {
        row.id: folded(row.organisation) for row in session.execute(asked(select(Campaign.id, Campaign.organisation)))
    }
    copies = session.execute(asked(select(CampaignCopy.campaign_id, CampaignCopy.source_id))).all()
    found = _joined(campaign_id, [(one, other) for one, other in copies])
    found |= {other for other, holder in holders.items() if holder == holders.get(campaign_id)}
    mine = select(Unit.register_id).where(Unit.campaign_id == campaign_id, Unit.register_id.is_not(None))
    sharing = select(Unit.campaign_id).where(Unit.register_id.in_(mine)).distinct()
    return frozenset({campaign_id, *found, *session.scalars(asked(sharing))}) & frozenset({campaign_id, *holders})


def _joined(campaign_id: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return all that pairs lead to from one, either way."""
    beside: dict[str, set[str]] = {}
    for one, other in pairs:
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    seen, waiting = {campaign_id}, [campaign_id]
    while waiting:
        more = beside.get(waiting.pop(), set()) - seen
        seen |= more
        waiting += more
    return seen


def registered(session: Session, unit_ids: Collection[str]) -> Named:
    """Return the ids in the register of the units that have one; of any office, so that nothing slips through."""
    query = select(Unit.id, Unit.register_id).where(Unit.id.in_(unit_ids), Unit.register_id.is_not(None))
    return {unit_id: register_id for unit_id, register_id in session.execute(everywhere(query)) if register_id}


def same_objects(mine: Named, theirs: Named, register: Named, *, by_name: bool = True) -> dict[str, tuple[str, By]]:
    """Return, by the ids of ``theirs``, which of ``mine`` is the same, and by what.

    Two that stand in the register as different units are different whatever they are called.
    """
    known = {register[unit_id]: unit_id for unit_id in mine if unit_id in register}
    called = {folded(name): unit_id for unit_id, name in mine.items()} if by_name else {}
    found: dict[str, tuple[str, By]] = {}
    for unit_id, name in theirs.items():
        other = called.get(folded(name))
        if unit_id in mine:
            found[unit_id] = (unit_id, By.ITSELF)
        elif register.get(unit_id) in known:
            found[unit_id] = (known[register[unit_id]], By.REGISTER)
        elif other is not None and not (unit_id in register and other in register):
            found[unit_id] = (other, By.NAME)
    return found
