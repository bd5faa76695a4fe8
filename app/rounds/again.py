"""按上一次再办: one act makes a campaign like an earlier one, with what features above set up for that."""

from app.campaigns.copying import copy_campaign, note_left_out
from app.core.acting import Acting
from app.rounds.ports import Ports


def begin_again(acting: Acting, ports: Ports, source_id: str, title: str) -> str:
    """Make the campaign and return its id; DomainError as ``copy_campaign``."""
    copied = copy_campaign(acting, source_id, title)
    for copy in ports.copied:
        note_left_out(acting.session, copied.id, copy(acting.session, source_id, copied.id))
    return copied.id
