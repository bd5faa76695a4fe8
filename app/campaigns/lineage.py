"""Which campaigns follow one another, and which of their objects are the same: by the register, else by name."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.models import Campaign, CampaignCopy, Unit
from app.core.folding import folded
from app.core.scope import everywhere


class By(StrEnum):
    """By what two campaigns' objects are taken for the same."""

    ITSELF = "itself"
    REGISTER = "register"
    NAME = "name"


Named = Mapping[str, str]
"""Names of objects by their ids."""


def kin_of(session: Session, campaign_id: str, copies: Collection[str]) -> frozenset[str]:
    """Return the campaigns that a reader may want to see beside this one, itself with them, as far as he reaches.

    Those that were set up like one another, those that are of one organisation now, those that share a registered unit.
    What may be read beside what does not hang on it: names of organisations can be corrected at any time. ``copies``:
    those of ``copies_of``.
    """
    mine = select(Unit.register_id).where(Unit.campaign_id == campaign_id, Unit.register_id.is_not(None))
    shares = Campaign.id.in_(select(Unit.campaign_id).where(Unit.register_id.in_(mine)))
    reached = session.execute(select(Campaign.id, Campaign.organisation, shares)).all()
    holder = next((folded(organisation) for other, organisation, _ in reached if other == campaign_id), None)
    kin = (other for other, name, joined in reached if joined or other in copies or folded(name) == holder)
    return frozenset({campaign_id, *kin})


def copies_of(session: Session, campaign_id: str) -> frozenset[str]:
    """Return the campaigns that were set up like this one or it like them, itself with them; of any office."""
    copies = session.execute(everywhere(select(CampaignCopy.campaign_id, CampaignCopy.source_id))).all()
    return frozenset(_joined(campaign_id, [(one, other) for one, other in copies]))


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


def registered(session: Session, campaign_ids: Collection[str]) -> Named:
    """Return the ids in the register of campaigns' units that have one; of any office: nothing slips through."""
    query = select(Unit.id, Unit.register_id).where(Unit.campaign_id.in_(campaign_ids), Unit.register_id.is_not(None))
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
