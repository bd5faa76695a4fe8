"""Example campaigns: a rehearsal of a round of made-up names, played, counted and shown to staff, thrown away at will.

All that is voted in one is a rehearsal: its results are marked as such, stand beside no real ones and reach nobody but
staff, and whatever is real about a campaign made so still needs everything that any campaign needs.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.campaigns import service as campaigns
from app.campaigns.kind_examples import BODIES, EXAMPLES, ORGANISATION
from app.campaigns.kinds import Kind
from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.db import Base
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.office import shelf
from app.rounds.domain import RoundState
from app.rounds.ports import Ports
from app.rounds.reads import rounds_of
from app.rounds.rehearsing import create_rehearsal
from app.rounds.service import purge_round
from app.rounds.starting import Beginning, begin

OWN_TABLES = frozenset(
    {
        "stage",
        "unit",
        "campaign_section",
        "section_object",
        "voter_group",
        "campaign_form",
        "english_name",
        "group_leaves_out",
        "round",
    }
)
"""What goes with a campaign; a row of any other table that names it or one of its units is somebody's work."""


def begin_example(acting: Acting, kind: Kind) -> str:
    """Make the example of a kind, with the rehearsal that is to be played; return the rehearsal's id.

    DomainError ``campaign_twice`` where it is there already.
    """
    objects, groups = EXAMPLES[kind.key]
    title = f"示例：{kind.title.format(year=acting.now.year) or kind.name}"
    voters = "\n".join(f"{name} {people}" for name, people in groups)
    body = BODIES.get(kind.key, "")
    beginning = Beginning(title, ORGANISATION, "\n".join(objects), voters, body=body, alone=True)
    campaign_id = begin(acting, kind, beginning)
    campaigns.mark_example(acting.session, campaign_id)
    return create_rehearsal(acting, rounds_of(acting.session, campaign_id)[0].id)


def is_played(session: Session, campaign_id: str) -> bool:
    """Whether every rehearsal of an example is played to its end."""
    played = [row for row in rounds_of(session, campaign_id) if row.is_rehearsal]
    return all(row.state is RoundState.PUBLISHED for row in played)


def discard_example(acting: Acting, folder: KeyFolder, ports: Ports, campaign_id: str) -> None:
    """Delete an example with all that was played in it.

    DomainError ``example_only`` for any other campaign, ``example_used`` once there is anything real in one.
    """
    campaigns.campaign_row(acting.session, campaign_id)
    if not get_campaign(acting.session, campaign_id).is_example:
        raise DomainError("example_only")
    rounds = rounds_of(acting.session, campaign_id)
    if any(not row.is_rehearsal and row.state is not RoundState.DRAFT for row in rounds) or _is_worked_on(
        acting, campaign_id
    ):
        raise DomainError("example_used")
    for row in sorted(rounds, key=lambda row: not row.is_rehearsal):
        purge_round(acting, folder, ports, row.id)
    shelf.purge(acting.session, folder, campaign_id)
    acting.session.flush()
    campaigns.delete_campaign(acting.session, acting.now, acting.actor, campaign_id)


def _is_worked_on(acting: Acting, campaign_id: str) -> bool:
    """Whether a row of another feature names the campaign or one of its units."""
    units = {unit.id for unit in get_campaign(acting.session, campaign_id).units}
    named = {"campaign": {campaign_id}, "unit": units}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys if table.name not in OWN_TABLES else ():
            wanted = named.get(key.column.table.name)
            query = select(func.count()).select_from(table).where(key.parent.in_(wanted or ()))
            if wanted and acting.session.scalar(query):
                return True
    return False
