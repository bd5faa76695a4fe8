"""Moving a campaign to another office: its people change, so nothing of it may rest on those who would lose sight."""

from app.accounts import people
from app.audit import service as audit
from app.campaigns.ports import KeysHeld
from app.campaigns.reads import office_of
from app.campaigns.service import settle_in
from app.campaigns.stored import locked_campaign
from app.consents.reads import subjects_waiting
from app.core.acting import Acting
from app.core.errors import DomainError
from app.offices.reads import chosen_office
from app.offices.sight import change_sights
from app.rounds.reads import KIND, rounds_of


def move(acting: Acting, campaign_id: str, office_id: str, keys: KeysHeld) -> None:
    """Let a campaign belong to another office within the actor's reach, with all its rounds.

    DomainError ``field_not_a_choice``, ``move_nowhere``, ``move_asked`` (``round``) while a second person is asked
    about one of its rounds, for who agrees was chosen by the old office, or ``move_loses_holders`` (``round``,
    ``names``) where holders of keys would not see a box that only they open.
    """
    session = acting.session
    change_sights(session)
    locked_campaign(session, campaign_id)
    before, office_id = office_of(session, campaign_id), chosen_office(acting, office_id)
    if before == office_id:
        raise DomainError("move_nowhere")
    asked = subjects_waiting(session, KIND)
    for row in rounds_of(session, campaign_id):
        if row.id in asked:
            raise DomainError("move_asked", round=row.title)
    seen_by = {one.id for one in people.who_see(session, office_id)}
    held = keys(session, campaign_id).items()
    lost = dict.fromkeys((title, staff_id) for (staff_id, _), title in held if staff_id not in seen_by)
    for title, _ in lost:
        gone = {staff_id for of_round, staff_id in lost if of_round == title}
        names = [one.name for one in people.by_ids(session, gone)]
        raise DomainError("move_loses_holders", round=title, names=names)
    settle_in(session, campaign_id, office_id)
    audit.record(session, acting.now, acting.actor, "campaign.move", campaign_id, before=before, office=office_id)
