"""Starting a campaign of a kind in one act: names, numbers and the first round, with everything else preset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.campaigns import service as campaigns
from app.campaigns.domain import Objects
from app.campaigns.kinds import Body, Kind
from app.campaigns.pasted import pasted_groups
from app.campaigns.reads import CampaignView
from app.campaigns.rules import pasted_names
from app.campaigns.section_service import SectionEdit, add_objects, add_section
from app.core.acting import Acting
from app.core.folding import clean_name
from app.offices.reads import chosen_office
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView
from app.rounds.service import RoundDraft, create_round


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the start page asks for: ``objects`` one a line, ``voters`` one group a line with its number of people.

    ``body`` is the name of what the objects are members of, where the kind has such; empty for one after the
    organisation's.
    """

    title: str
    organisation: str
    objects: str = ""
    voters: str = ""
    body: str = ""
    opens_at: datetime | None = None
    office_id: str = ""
    """The office that it is to belong to; empty: the actor's own."""
    alone: bool = False
    """Whether one key share is to open the box, as in examples; else two of three."""


def begin(acting: Acting, kind: Kind, beginning: Beginning) -> str:
    """Make the campaign with its objects, groups and first round; return its id.

    DomainError ``campaign_twice`` where there is one of that name already: the form was sent twice.
    """
    session, now, staff = acting.session, acting.now, acting.actor
    names, groups = pasted_names(beginning.objects), pasted_groups(beginning.voters)
    office_id = chosen_office(acting, beginning.office_id)
    campaigns.refuse_twice(session, beginning.title, beginning.organisation)
    campaign_id = campaigns.create_campaign(session, now, staff, beginning.title, beginning.organisation, kind)
    campaigns.settle_in(session, campaign_id, office_id)
    if kind.body is not None:
        name = clean_name(beginning.body) or clean_name(beginning.organisation) + kind.body.ending
        _add_sections(acting, campaign_id, kind, kind.body, (name, names))
    elif names:
        campaigns.add_units(session, now, staff, campaign_id, names)
    if groups:
        campaigns.save_groups(session, now, staff, campaign_id, groups)
    draft = RoundDraft(kind.round_title, kind.round_form, remarks=kind.remarks, opens_at=beginning.opens_at)
    create_round(acting, campaign_id, replace(draft, key_needed=1, key_holders=1) if beginning.alone else draft)
    return campaign_id


def _add_sections(acting: Acting, campaign_id: str, kind: Kind, body: Body, names: tuple[str, Sequence[str]]) -> None:
    """Add the section of a body and that of its members, by their ``names``; the members may not be known yet."""
    name, members = names
    section_id = add_section(acting, campaign_id, SectionEdit(body.noun, Objects.UNIT, body.form, body.rule))
    add_objects(acting, campaign_id, section_id, [clean_name(name)])
    section_id = add_section(acting, campaign_id, SectionEdit(body.members, kind.objects, kind.form))
    if members:
        add_objects(acting, campaign_id, section_id, members)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done next for a campaign: a code and the page where it is done."""

    code: str
    href: str


def _objects_missing(campaign: CampaignView) -> str:
    """Return the page where objects have to be named or put into a section; empty where all is well."""
    bare = next((section for section in campaign.sections if not campaign.of_section(section.id)), None)
    if campaign.kind.body and bare:
        return f"/sections/{bare.id}"
    if campaign.sections and campaign.of_section(""):
        return "/sections"
    return "" if campaign.units else "/units"


def next_step(campaign: CampaignView, rounds: list[RoundView]) -> NextStep:
    """Return the first thing that is missing; once nothing is, the round that goes on."""
    root = f"/campaigns/{campaign.id}"
    small = [group for group in campaign.groups if group.expected < campaign.scheme.group_floor]
    if objects := _objects_missing(campaign):
        return NextStep("units", root + objects)
    if not campaign.groups or small:
        return NextStep("groups", f"{root}/groups")
    live = [row for row in rounds if row.is_rehearsal is campaign.is_example and row.state is not RoundState.VOID]
    if not live:
        return NextStep("round", f"{root}/rounds/new")
    if live[0].state is RoundState.PUBLISHED:
        return NextStep("published", f"/results/{live[0].id}")
    return NextStep("playing", root) if campaign.is_example else NextStep(live[0].state.value, f"/rounds/{live[0].id}")
