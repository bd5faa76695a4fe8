"""Taking units and voter groups over from a checked workbook.

Between preview and confirmation nothing is stored: the page carries the rows, and they are checked anew by the very
rules of the upload, because what a browser brings back may be anything.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.both_names import BothNames
from app.campaigns.english_service import keep_english
from app.campaigns.models import GroupLeavesOut, Unit, VoterGroup
from app.campaigns.ports import Resting, RestingRounds, check_unused
from app.campaigns.reads import CampaignView
from app.campaigns.rules import MAX_GROUPS, MAX_UNITS, check_names, name_key
from app.campaigns.service import campaign_row, keep_weights_whole
from app.campaigns.workbook_import import (
    GROUPS_SHEET,
    SHEETS,
    TITLES,
    UNITS_SHEET,
    GroupRow,
    Known,
    Preview,
    UnitRow,
    preview_workbook,
)
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.printable import Unprintable, Words, unprintable
from app.core.secrets import new_id
from app.office.sheets.tables import cells_row
from app.office.workbook import Sheet, Workbook, read_workbook


@dataclass(frozen=True, slots=True)
class Carried:
    """What the page of the preview carries to the confirmation; None where the workbook had no such sheet.

    A page from before there were English names carries rows without them.
    """

    units: tuple[tuple[int, str] | tuple[int, str, str], ...] | None
    groups: tuple[tuple[int, str, int, tuple[str, ...]] | tuple[int, str, int, tuple[str, ...], str], ...] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a confirmation would do."""

    preview: Preview
    new_units: frozenset[str]
    new_groups: frozenset[str]
    missing_units: tuple[str, ...]
    missing_groups: tuple[str, ...]

    @property
    def unprintable(self) -> tuple[Unprintable, ...]:
        """What of the listed names no output can print."""
        units = (Words(field="单位", text=unit.name) for unit in self.preview.units or ())
        groups = (Words(field="参评人员类别", text=group.name) for group in self.preview.groups or ())
        return unprintable((*units, *groups))


_CARRIED = TypeAdapter(Carried)


def preview_upload(campaign: CampaignView, data: bytes) -> Plan:
    """Read an uploaded workbook and say what it would change."""
    return _plan(campaign, read_workbook(data, SHEETS))


def preview_carried(campaign: CampaignView, text: str) -> Plan:
    """Check what the page carried by the same rules as the upload."""
    try:
        carried = _CARRIED.validate_json(text)
    except ValidationError as error:
        raise DomainError("form_malformed") from error
    sheets = []
    if carried.units is not None:
        sheets.append(_sheet(UNITS_SHEET, ("order", "name", "english"), carried.units))
    if carried.groups is not None:
        rows = [(*row[:3], "\n".join(row[3]), *row[4:]) for row in carried.groups]
        sheets.append(_sheet(GROUPS_SHEET, ("order", "name", "expected", "leaves_out", "english"), rows))
    return _plan(campaign, Workbook(tuple(sheets)))


def carry(preview: Preview) -> str:
    """Return the rows as the page carries them."""
    units = None if preview.units is None else [(unit.order, unit.name, unit.english) for unit in preview.units]
    groups = (
        None
        if preview.groups is None
        else [(group.order, group.name, group.expected, group.leaves_out, group.english) for group in preview.groups]
    )
    return json.dumps({"units": units, "groups": groups}, ensure_ascii=False, separators=(",", ":"))


def _sheet(kind: str, keys: Sequence[str], rows: Iterable[Sequence[int | str]]) -> Sheet:
    titles = [TITLES[kind][key][0] for key in keys]
    texts = [titles, *([str(value) for value in row] for row in rows)]
    return Sheet(kind, tuple(cells_row(number, row) for number, row in enumerate(texts, 1)))


def _plan(campaign: CampaignView, workbook: Workbook) -> Plan:
    names, groups = [unit.name for unit in campaign.units], [group.name for group in campaign.groups]
    both = (BothNames.of(campaign.english, each) for each in (names, groups))
    preview = preview_workbook(workbook, Known(tuple(names), *both))
    new_units, missing_units = _compare(names, preview.units)
    new_groups, missing_groups = _compare(groups, preview.groups)
    return Plan(preview, new_units, new_groups, missing_units, missing_groups)


def _compare(
    known: Sequence[str], listed: Sequence[UnitRow] | Sequence[GroupRow] | None
) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the listed names that are new, and the known ones that are not listed."""
    if listed is None:
        return frozenset(), ()
    old, new = {name_key(name) for name in known}, {name_key(row.name) for row in listed}
    return (
        frozenset(row.name for row in listed if name_key(row.name) not in old),
        tuple(name for name in known if name_key(name) not in new),
    )


def save_plan(acting: Acting, rounds: RestingRounds, campaign_id: str, plan: Plan, *, drop_missing: bool) -> None:
    """Save the listed rows in their order; those not listed follow behind, or go where that was asked for.

    DomainError ``import_has_problems``, ``unit_in_use`` or ``group_in_use``.
    """
    session = acting.session
    campaign = campaign_row(session, campaign_id)
    resting = rounds(session, campaign_id) if drop_missing else None
    if plan.preview.problems:
        raise DomainError("import_has_problems", count=len(plan.preview.problems))
    if plan.preview.units is not None:
        _save_units(session, campaign_id, plan.preview.units, resting)
    if plan.preview.groups is not None:
        _save_groups(session, campaign_id, plan.preview.groups, resting)
    for rows in (plan.preview.units or (), plan.preview.groups or ()):
        keep_english(session, campaign_id, {row.name: row.english for row in rows if row.english})
    keep_weights_whole(session, campaign)
    dropped = [*plan.missing_units, *plan.missing_groups] if drop_missing else []
    units = None if plan.preview.units is None else [unit.name for unit in plan.preview.units]
    groups = None if plan.preview.groups is None else [f"{row.name} {row.expected}" for row in plan.preview.groups]
    told = {"units": units, "groups": groups, "dropped": dropped}
    audit.record(session, acting.now, acting.actor, "campaign.import", campaign_id, **told)


def _save_units(
    session: Session, campaign_id: str, listed: Sequence[UnitRow], resting: Sequence[Resting] | None
) -> None:
    """Save the units; those not listed go if no round in ``resting`` rests on them, and stay where that is None."""
    query = select(Unit).where(Unit.campaign_id == campaign_id).order_by(Unit.position, Unit.id)
    known = {name_key(unit.name): unit for unit in session.scalars(query)}
    for position, row in enumerate(listed):
        unit = known.pop(name_key(row.name), None) or Unit(id=new_id(), campaign_id=campaign_id)
        unit.position, unit.name = position, row.name
        session.add(unit)
    if resting is not None:
        check_unused(resting, "unit", {unit.id: unit.name for unit in known.values()})
        gone = [unit.id for unit in known.values()]
        session.execute(delete(GroupLeavesOut).where(GroupLeavesOut.unit_id.in_(gone)))
        session.execute(delete(Unit).where(Unit.id.in_(gone)))
    else:
        for position, unit in enumerate(known.values(), len(listed)):
            unit.position = position
        check_names([*(row.name for row in listed), *(unit.name for unit in known.values())], MAX_UNITS, "单位")
    session.flush()


def _save_groups(
    session: Session, campaign_id: str, listed: Sequence[GroupRow], resting: Sequence[Resting] | None
) -> None:
    """Save the groups; those not listed as ``_save_units``."""
    query = select(VoterGroup).where(VoterGroup.campaign_id == campaign_id)
    ordered = query.order_by(VoterGroup.position, VoterGroup.id)
    known = {name_key(group.name): group for group in session.scalars(ordered)}
    saved = []
    for position, row in enumerate(listed):
        group = known.pop(name_key(row.name), None) or VoterGroup(id=new_id(), campaign_id=campaign_id)
        group.position, group.name, group.expected = position, row.name, row.expected
        session.add(group)
        saved.append((group.id, row.leaves_out))
    if resting is not None:
        check_unused(resting, "group", {group.id: group.name for group in known.values()})
        gone = [group.id for group in known.values()]
        session.execute(delete(GroupLeavesOut).where(GroupLeavesOut.group_id.in_(gone)))
        session.execute(delete(VoterGroup).where(VoterGroup.id.in_(gone)))
    else:
        for position, group in enumerate(known.values(), len(listed)):
            group.position = position
        check_names(
            [*(row.name for row in listed), *(group.name for group in known.values())], MAX_GROUPS, "参评人员类别"
        )
    session.flush()
    _save_left_out(session, campaign_id, saved)


def _save_left_out(session: Session, campaign_id: str, saved: Sequence[tuple[str, Sequence[str]]]) -> None:
    units = {
        name_key(unit.name): unit.id for unit in session.scalars(select(Unit).where(Unit.campaign_id == campaign_id))
    }
    session.execute(delete(GroupLeavesOut).where(GroupLeavesOut.group_id.in_([group_id for group_id, _ in saved])))
    session.add_all(
        GroupLeavesOut(group_id=group_id, unit_id=units[name_key(name)]) for group_id, names in saved for name in names
    )
    session.flush()
