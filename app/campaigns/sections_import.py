"""Taking sections over from a checked workbook, with what is rated in them.

As with units, nothing is stored between preview and confirmation: the page carries the cells, which are checked anew.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.campaigns import section_service
from app.campaigns import service as campaigns
from app.campaigns.english_service import keep_english
from app.campaigns.reads import CampaignView, SectionView, UnitView, get_campaign
from app.campaigns.rules import NameRow, fits, name_key, scheme_on
from app.campaigns.section_names import names_of
from app.campaigns.section_service import SectionEdit
from app.campaigns.sections_listing import (
    LISTING,
    SHEET,
    SHEETS,
    Known,
    ObjectRow,
    SectionRow,
    SectionsPreview,
    preview_sections,
)
from app.campaigns.service import UnitWords
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.folding import folded
from app.core.printable import Unprintable, Words, unprintable
from app.office.sheets.tables import cells_row
from app.office.workbook import Sheet, Workbook, read_workbook

_CARRIED = TypeAdapter(tuple[tuple[str, ...], tuple[tuple[str, ...], ...]])


@dataclass(frozen=True, slots=True)
class SectionsPlan:
    """What a confirmation would do; ``moved``: by name, the section that something is taken out of."""

    preview: SectionsPreview
    new_sections: frozenset[str]
    new_objects: frozenset[str]
    moved: dict[str, str]
    unlisted: tuple[str, ...]
    """What is rated in the listed sections by now and not listed: it stays."""

    @property
    def unprintable(self) -> tuple[Unprintable, ...]:
        """What of the listed names no output can print."""
        nouns = (Words(field="分表", text=section.noun) for section in self.preview.sections)
        names = (Words(field="单位", text=row.name) for section in self.preview.sections for row in section.rows)
        return unprintable((*nouns, *names))


def known_of(campaign: CampaignView) -> Known:
    """Return what a list for the campaign is checked against."""
    forms = tuple((form.key, form.title) for form in campaign.forms)
    sections = {folded(section.noun): (section.objects, section.form_key) for section in campaign.sections}
    names = {unit.id: name_key(unit.name) for unit in campaign.units}
    return Known(
        forms,
        tuple(group.name for group in campaign.groups),
        sections,
        frozenset(names.values()),
        {group.name: frozenset(names[unit_id] for unit_id in group.left_out) for group in campaign.groups},
        {folded(section.noun): _unfit(campaign, section) for section in campaign.sections if section.rule},
        names_of(campaign),
    )


def _unfit(campaign: CampaignView, section: SectionView) -> frozenset[str]:
    """Return the keys of the forms that a section's own rule cannot judge."""
    judged = {form.key: scheme_on(campaign.scheme, form.form, section.rule) for form in campaign.forms}
    return frozenset(key for key, scheme in judged.items() if not fits(scheme))


def preview_upload(campaign: CampaignView, data: bytes) -> SectionsPlan:
    """Read an uploaded workbook and say what it would change."""
    return _plan(campaign, read_workbook(data, SHEETS))


def preview_carried(campaign: CampaignView, text: str) -> SectionsPlan:
    """Check what the page carried by the same rules as the upload."""
    try:
        columns, cells = _CARRIED.validate_json(text)
        titles = [LISTING.titles[key][0] for key in columns]
    except (ValidationError, KeyError) as error:
        raise DomainError("form_malformed") from error
    rows = tuple(cells_row(number, row) for number, row in enumerate([titles, *cells], 1))
    return _plan(campaign, Workbook((Sheet(SHEET, rows),)))


def carry(preview: SectionsPreview) -> str:
    """Return the cells as the page carries them."""
    return json.dumps([preview.columns, preview.cells], ensure_ascii=False, separators=(",", ":"))


def _plan(campaign: CampaignView, workbook: Workbook) -> SectionsPlan:
    preview = preview_sections(workbook, known_of(campaign))
    units = {name_key(unit.name): unit for unit in campaign.units}
    nouns = {section.id: section.noun for section in campaign.sections}
    listed = {name_key(row.name) for section in preview.sections for row in section.rows}
    named, known = {folded(section.noun) for section in preview.sections}, set(map(folded, nouns.values()))
    moved = {
        row.name: nouns[unit.section_id]
        for section in preview.sections
        for row in section.rows
        if (unit := units.get(name_key(row.name)))
        and unit.section_id
        and folded(nouns[unit.section_id]) != folded(section.noun)
    }
    stay = (unit for key, unit in units.items() if key not in listed and unit.section_id)
    return SectionsPlan(
        preview,
        frozenset(section.noun for section in preview.sections if folded(section.noun) not in known),
        frozenset(row.name for section in preview.sections for row in section.rows if name_key(row.name) not in units),
        moved,
        tuple(unit.name for unit in stay if folded(nouns[unit.section_id]) in named),
    )


def save_sections(acting: Acting, campaign_id: str, plan: SectionsPlan) -> None:
    """Save the listed sections with what is rated in them, in their order; what is not listed follows behind.

    DomainError ``import_has_problems``, or as ``add_section`` and ``add_units``.
    """
    sections = plan.preview.sections
    if plan.preview.problems:
        raise DomainError("import_has_problems", count=len(plan.preview.problems))
    rows = [row for section in sections for row in section.rows]
    units = _save_objects(acting, campaign_id, rows)
    before = get_campaign(acting.session, campaign_id)
    listed = {units[name_key(row.name)].id for row in rows}
    ids = [_save_section(acting, before, section, units, listed) for section in sections]
    section_service.order_sections(acting, campaign_id, [NameRow(section_id, "") for section_id in ids])
    _save_left_out(acting, before, rows, units)
    keep_english(acting.session, campaign_id, {row.name: row.english for row in rows if row.english})


def _save_objects(acting: Acting, campaign_id: str, rows: list[ObjectRow]) -> dict[str, UnitView]:
    """Add and order what is rated and store what stands beside its names; return all of it by ``name_key``."""
    session, now, staff = acting.session, acting.now, acting.actor
    known = {name_key(unit.name) for unit in get_campaign(session, campaign_id).units}
    if added := [row.name for row in rows if name_key(row.name) not in known]:
        campaigns.add_units(session, now, staff, campaign_id, added)
        session.flush()
    units = {name_key(unit.name): unit for unit in get_campaign(session, campaign_id).units}
    if rows:
        order = [NameRow(units[name_key(row.name)].id, row.name) for row in rows]
        campaigns.save_units(session, now, staff, campaign_id, order)
    words = {(unit := units[name_key(row.name)]).id: _words(unit, row) for row in rows}
    campaigns.save_words(acting, campaign_id, words)
    session.flush()
    return units


def _words(unit: UnitView, row: ObjectRow) -> UnitWords:
    """Return what is to stand beside a name: what is saved, where the list says nothing of it."""
    listed = {"duty": row.duty, "responsible": row.responsible, "object_class": row.object_class}
    return UnitWords(**{key: getattr(unit, key) if text is None else text for key, text in listed.items()})


def _save_section(
    acting: Acting, before: CampaignView, section: SectionRow, units: dict[str, UnitView], listed: set[str]
) -> str:
    """Save a section with its objects, beside those that it has and no section of the list names; return its id."""
    old = next((each for each in before.sections if folded(each.noun) == folded(section.noun)), None)
    edit = SectionEdit(old.noun if old else section.noun, section.objects, section.form_key, old.rule if old else None)
    section_id = old.id if old else section_service.add_section(acting, before.id, edit)
    chosen = {units[name_key(row.name)].id for row in section.rows}
    chosen |= {unit.id for unit in before.of_section(section_id)} - listed
    section_service.edit_section(acting, before.id, section_id, edit, {}, chosen)
    return section_id


def _save_left_out(acting: Acting, before: CampaignView, rows: Iterable[ObjectRow], units: dict[str, UnitView]) -> None:
    """Store which voter groups do not rate what is listed; nothing changes for what is not."""
    told = {units[name_key(row.name)].id: row.left_out for row in rows if row.left_out is not None}
    for group in before.groups:
        chosen = {unit_id for unit_id in group.left_out if unit_id not in told}
        chosen |= {unit_id for unit_id, names in told.items() if group.name in names}
        if chosen != set(group.left_out):
            campaigns.set_left_out(acting.session, acting.now, acting.actor, before.id, group.id, sorted(chosen))
