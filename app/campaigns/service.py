"""Setting up a campaign: its stages, units in official order, and voter groups.

A round freezes its own copy of all this, so a change here only ever concerns rounds still to come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.kinds import DEFAULT_KIND, KINDS, Kind
from app.campaigns.models import (
    Campaign,
    CampaignForm,
    CampaignSection,
    EnglishName,
    GroupLeavesOut,
    SectionObject,
    Stage,
    Unit,
    VoterGroup,
)
from app.campaigns.ports import RestingRounds, check_unused
from app.campaigns.reads import SCHEME_JSON
from app.campaigns.rules import (
    MAX_GROUPS,
    MAX_STAGES,
    MAX_UNITS,
    TITLE_LIMIT,
    GroupRow,
    NameRow,
    check_expected,
    check_name,
    check_names,
)
from app.core.acting import Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.folding import clean_name
from app.core.secrets import new_id
from app.offices.register import ids_by_name


def create_campaign(
    session: Session, now: datetime, staff: Principal, title: str, organisation: str, kind: Kind = KINDS[DEFAULT_KIND]
) -> str:
    """Make a campaign with the scheme and stages of its kind; return its id."""
    title, organisation = checked_titles(title, organisation)
    campaign = Campaign(
        id=new_id(),
        title=title,
        organisation=organisation,
        scheme=SCHEME_JSON.dump_json(kind.scheme).decode(),
        two_person=True,
        office_id=staff.office_id,
        kind=kind.key,
        created_at=now,
    )
    session.add(campaign)
    session.flush()
    for position, stage in enumerate(kind.stages):
        session.add(Stage(id=new_id(), campaign_id=campaign.id, position=position, title=stage))
    told = {"title": title, "organisation": organisation, "kind": kind.key}
    audit.record(session, now, staff, "campaign.create", campaign.id, **told)
    return campaign.id


def refuse_twice(session: Session, title: str, organisation: str) -> None:
    """Refuse a second campaign of one name: the form was sent twice. DomainError ``campaign_twice``."""
    title, organisation = clean_name(title), clean_name(organisation)
    query = select(Campaign.id).where(Campaign.title == title, Campaign.organisation == organisation)
    if session.scalar(query.limit(1)):
        raise DomainError("campaign_twice", title=title)


def settle_in(session: Session, campaign_id: str, office_id: str) -> None:
    """Let a campaign belong to an office, which the caller has checked."""
    campaign_row(session, campaign_id).office_id = office_id


def mark_example(session: Session, campaign_id: str) -> None:
    """Mark a new campaign as one that is loaded to be looked at."""
    campaign_row(session, campaign_id).is_example = True


def edit_campaign(
    session: Session, now: datetime, staff: Principal, campaign_id: str, title: str, organisation: str
) -> None:
    """Change the campaign's name and who holds it."""
    campaign = campaign_row(session, campaign_id)
    campaign.title, campaign.organisation = checked_titles(title, organisation)
    audit.record(
        session, now, staff, "campaign.edit", campaign_id, title=campaign.title, organisation=campaign.organisation
    )


def set_stages(acting: Acting, rounds: RestingRounds, campaign_id: str, rows: Sequence[NameRow]) -> None:
    """Make the stages these, in this order; one left without a name is dropped.

    DomainError ``stage_in_use`` (``name``, ``round``), or as ``check_names``.
    """
    session = acting.session
    campaign_row(session, campaign_id)
    kept = [NameRow(row.id, clean_name(row.name)) for row in rows if clean_name(row.name)]
    check_names([row.name for row in kept], MAX_STAGES, "阶段")
    stages = {stage.id: stage for stage in session.scalars(select(Stage).where(Stage.campaign_id == campaign_id))}
    for position, row in enumerate(kept):
        if row.id in stages:
            stage = stages.pop(row.id)
            stage.position, stage.title = position, row.name
        else:
            session.add(Stage(id=new_id(), campaign_id=campaign_id, position=position, title=row.name))
    check_unused(rounds(session, campaign_id), "stage", {stage.id: stage.title for stage in stages.values()})
    session.flush()
    session.execute(delete(Stage).where(Stage.id.in_(stages)))
    audit.record(session, acting.now, acting.actor, "campaign.stages", campaign_id, stages=[row.name for row in kept])


def add_units(session: Session, now: datetime, staff: Principal, campaign_id: str, names: Sequence[str]) -> None:
    """Add units behind those there are."""
    units = _units(session, campaign_id)
    added = [name for name in map(clean_name, names) if name]
    if not added:
        raise DomainError("name_missing")
    check_names([*(unit.name for unit in units), *added], MAX_UNITS, "单位")
    first = units[-1].position + 1 if units else 0
    known = ids_by_name(session, campaign_row(session, campaign_id).office_id, added)
    for position, name in enumerate(added, first):
        unit = Unit(id=new_id(), campaign_id=campaign_id, position=position, name=name)
        unit.register_id = known.get(name)
        session.add(unit)
    audit.record(session, now, staff, "campaign.units.add", campaign_id, names=added)


def save_units(session: Session, now: datetime, staff: Principal, campaign_id: str, rows: Sequence[NameRow]) -> None:
    """Give the units these names in this order; one that is not named (added meanwhile) stays behind them."""
    units = {unit.id: unit for unit in _units(session, campaign_id)}
    named = {row.id: clean_name(row.name) for row in rows}
    if not set(named) <= set(units):
        raise DomainError("unit_unknown")
    order = [*named, *(unit_id for unit_id in units if unit_id not in named)]
    check_names([named.get(unit_id, units[unit_id].name) for unit_id in order], MAX_UNITS, "单位")
    renamed = {units[key].name: name for key, name in named.items() if units[key].name != name}
    _step_aside(session, [units[key] for key, name in named.items() if units[key].name != name])
    for position, unit_id in enumerate(order):
        units[unit_id].position = position
        units[unit_id].name = named.get(unit_id, units[unit_id].name)
    order_names = [units[unit_id].name for unit_id in order]
    audit.record(session, now, staff, "campaign.units.edit", campaign_id, renamed=renamed, order=order_names)


@dataclass(frozen=True, slots=True)
class UnitWords:
    """What stands beside the name of an object: position, who answers for it, its class; each may be empty.

    ``object_class`` None leaves the class as it is.
    """

    duty: str = ""
    responsible: str = ""
    object_class: str | None = ""


def save_words(acting: Acting, campaign_id: str, words: Mapping[str, UnitWords]) -> None:
    """Store what stands beside the names of objects, by id, and log what changed; DomainError ``unit_unknown``."""
    units = {unit.id: unit for unit in _units(acting.session, campaign_id)}
    if not set(words) <= set(units):
        raise DomainError("unit_unknown")
    changed: dict[str, dict[str, str]] = {}
    for unit_id, typed in words.items():
        unit, told = units[unit_id], {key: text for key, text in asdict(typed).items() if text is not None}
        for key, text in ((key, clean_name(text)) for key, text in told.items()):
            if text:
                check_name(text)
            if text != getattr(unit, key):
                setattr(unit, key, text)
                changed.setdefault(unit.name, {})[key] = text
    if changed:
        audit.record(acting.session, acting.now, acting.actor, "campaign.units.words", campaign_id, changed=changed)


def delete_unit(acting: Acting, rounds: RestingRounds, campaign_id: str, unit_id: str, typed: str) -> None:
    """Delete a unit, once its name was typed; DomainError ``unit_in_use`` or another of ``check_unused``."""
    session = acting.session
    unit = next((unit for unit in _units(session, campaign_id) if unit.id == unit_id), None)
    if unit is None:
        raise DomainError("unit_unknown")
    check_typed(typed, unit.name)
    check_unused(rounds(session, campaign_id), "unit", {unit.id: unit.name})
    for table in (GroupLeavesOut, SectionObject):
        session.execute(delete(table).where(table.unit_id == unit_id))
    session.delete(unit)
    audit.record(session, acting.now, acting.actor, "campaign.units.delete", campaign_id, name=unit.name)


def save_groups(session: Session, now: datetime, staff: Principal, campaign_id: str, rows: Sequence[GroupRow]) -> None:
    """Save the voter groups in this order; a row without id is a new one, one not named stays behind them."""
    campaign = campaign_row(session, campaign_id)
    groups = {group.id: group for group in _groups(session, campaign_id)}
    rows = [GroupRow(row.id, clean_name(row.name), row.expected) for row in rows]
    if not {row.id for row in rows if row.id} <= set(groups):
        raise DomainError("group_unknown")
    others = [group for group in groups.values() if group.id not in {row.id for row in rows}]
    check_names([*(row.name for row in rows), *(group.name for group in others)], MAX_GROUPS, "参评人员类别")
    for row in rows:
        check_expected(row.name, row.expected)
    _step_aside(session, [groups[row.id] for row in rows if row.id and groups[row.id].name != row.name])
    for position, row in enumerate(rows):
        group = groups.get(row.id) or VoterGroup(id=new_id(), campaign_id=campaign_id)
        group.position, group.name, group.expected = position, row.name, row.expected
        session.add(group)
    for position, group in enumerate(others, len(rows)):
        group.position = position
    keep_weights_whole(session, campaign)
    listed = [f"{row.name} {row.expected}" for row in rows]
    audit.record(session, now, staff, "campaign.groups.edit", campaign_id, groups=listed)


def set_left_out(
    session: Session, now: datetime, staff: Principal, campaign_id: str, group_id: str, unit_ids: Sequence[str]
) -> None:
    """Say which units the voter group does not rate; it has to rate at least one."""
    group = _group(session, campaign_id, group_id)
    units = {unit.id: unit.name for unit in _units(session, campaign_id)}
    chosen = set(unit_ids)
    if not chosen <= set(units):
        raise DomainError("unit_unknown")
    if chosen and chosen == set(units):
        raise DomainError("all_units_left_out", name=group.name)
    session.execute(delete(GroupLeavesOut).where(GroupLeavesOut.group_id == group_id))
    session.add_all(GroupLeavesOut(group_id=group_id, unit_id=unit_id) for unit_id in units if unit_id in chosen)
    left_out = [name for unit_id, name in units.items() if unit_id in chosen]
    audit.record(session, now, staff, "campaign.groups.leave_out", campaign_id, group=group.name, left_out=left_out)


def delete_group(acting: Acting, rounds: RestingRounds, campaign_id: str, group_id: str, typed: str) -> None:
    """Delete a voter group, once its name was typed; DomainError ``group_in_use`` while a frozen round asks it."""
    session = acting.session
    group = _group(session, campaign_id, group_id)
    check_typed(typed, group.name)
    check_unused(rounds(session, campaign_id), "group", {group.id: group.name})
    session.execute(delete(GroupLeavesOut).where(GroupLeavesOut.group_id == group_id))
    session.delete(group)
    keep_weights_whole(session, campaign_row(session, campaign_id))
    audit.record(session, acting.now, acting.actor, "campaign.groups.delete", campaign_id, name=group.name)


def delete_campaign(session: Session, now: datetime, staff: Principal, campaign_id: str) -> None:
    """Delete a campaign with all that was set up for it; its rounds have to be gone already."""
    campaign = campaign_row(session, campaign_id)
    for group in _groups(session, campaign_id):
        session.execute(delete(GroupLeavesOut).where(GroupLeavesOut.group_id == group.id))
    sections = select(CampaignSection.id).where(CampaignSection.campaign_id == campaign_id)
    session.execute(delete(SectionObject).where(SectionObject.section_id.in_(sections)))
    for table in (VoterGroup, Unit, CampaignSection, Stage, CampaignForm, EnglishName):
        session.execute(delete(table).where(table.campaign_id == campaign_id))
    session.delete(campaign)
    audit.record(session, now, staff, "campaign.delete", campaign_id, title=campaign.title)


def campaign_row(session: Session, campaign_id: str) -> Campaign:
    """Return the campaign's row, locked until the end of the transaction.

    So two editors take turns, and so do who deletes a part of it and who freezes a round that asks about that part.
    """
    campaign = locked(session, Campaign, campaign_id)
    if campaign is None:
        raise DomainError("campaign_unknown")
    return campaign


def check_typed(typed: str, name: str) -> None:
    """Refuse a destructive act unless the name of the thing was typed."""
    if clean_name(typed) != clean_name(name):
        raise DomainError("name_wrong", name=name)


def checked_titles(title: str, organisation: str) -> tuple[str, str]:
    """Return what a campaign is called and who holds it; DomainError ``field_missing``, ``field_too_long``."""
    title, organisation = clean_name(title), clean_name(organisation)
    for text, label in ((title, "活动名称"), (organisation, "主办单位")):
        if not text:
            raise DomainError("field_missing", field=label)
        if len(text) > TITLE_LIMIT:
            raise DomainError("field_too_long", field=label, limit=TITLE_LIMIT)
    return title, organisation


def _units(session: Session, campaign_id: str) -> Sequence[Unit]:
    campaign_row(session, campaign_id)
    query = select(Unit).where(Unit.campaign_id == campaign_id).order_by(Unit.position, Unit.id)
    return session.scalars(query).all()


def _groups(session: Session, campaign_id: str) -> Sequence[VoterGroup]:
    query = select(VoterGroup).where(VoterGroup.campaign_id == campaign_id)
    return session.scalars(query.order_by(VoterGroup.position, VoterGroup.id)).all()


def _group(session: Session, campaign_id: str, group_id: str) -> VoterGroup:
    campaign_row(session, campaign_id)
    group = locked(session, VoterGroup, group_id)
    if group is None or group.campaign_id != campaign_id:
        raise DomainError("group_unknown")
    return group


def _step_aside(session: Session, rows: Sequence[Unit | VoterGroup]) -> None:
    """Free the names first: two rows that swap theirs would meet the unique constraint half-way."""
    for row in rows:
        row.name = f"{row.name} {row.id}"
    session.flush()


def keep_weights_whole(session: Session, campaign: Campaign) -> None:
    """Switch weights off when the groups they were made for have changed: they no longer add up to 100.

    The quorums of groups that are gone go with them.
    """
    session.flush()
    scheme, groups = SCHEME_JSON.validate_json(campaign.scheme), {each.id for each in _groups(session, campaign.id)}
    weights = scheme.weights if set(scheme.weights) == groups else {}
    quorums = {group: quorum for group, quorum in scheme.group_quorums.items() if group in groups}
    kept = replace(scheme, weights=weights, group_quorums=quorums)
    if kept != scheme:
        campaign.scheme = SCHEME_JSON.dump_json(kept).decode()
