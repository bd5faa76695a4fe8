"""Sections （分表） of a campaign: objects of one sort with the form that they are rated by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.domain import Objects
from app.campaigns.models import CampaignSection, SectionObject, Unit
from app.campaigns.reads import RULE_JSON, get_form, scheme_of
from app.campaigns.rule import Rule
from app.campaigns.rules import (
    MAX_SECTIONS,
    NOUN_LIMIT,
    NameRow,
    check_judging,
    check_names,
    scheme_on,
)
from app.campaigns.service import UnitWords, add_units, campaign_row, check_typed, save_words
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.folding import clean_name
from app.core.secrets import new_id


@dataclass(frozen=True, slots=True)
class SectionEdit:
    """A section as it is to be: how what is rated is called, of what sort it is, the key of the form.

    ``rule`` is its own; None where it obeys the campaign's.
    """

    noun: str
    objects: Objects
    form_key: str
    rule: Rule | None = None


def add_section(acting: Acting, campaign_id: str, edit: SectionEdit) -> str:
    """Add a section behind those there are and return its id.

    DomainError as ``check_names`` and ``check_judging``, or ``form_unknown``.
    """
    rows = _sections(acting.session, campaign_id)
    noun = _checked(acting.session, campaign_id, edit, [row.noun for row in rows])
    row = CampaignSection(id=new_id(), campaign_id=campaign_id, position=len(rows), noun=noun)
    _set(row, edit)
    acting.session.add(row)
    acting.session.flush()
    _record(acting, campaign_id, "add", noun=noun, objects=edit.objects.value)
    return row.id


def edit_section(
    acting: Acting,
    campaign_id: str,
    section_id: str,
    edit: SectionEdit,
    words: Mapping[str, UnitWords],
    chosen: Collection[str],
) -> None:
    """Change a section, and make what is rated in it the ``chosen`` units, taken out of other sections.

    DomainError ``section_unknown``, ``unit_unknown``, or as ``add_section``.
    """
    session = acting.session
    rows = _sections(session, campaign_id)
    row = _found(rows, section_id)
    others = [other.noun for other in rows if other is not row]
    row.noun = _checked(session, campaign_id, edit, others)
    _set(row, edit)
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.campaign_id == campaign_id))}
    if not set(chosen) <= set(units):
        raise DomainError("unit_unknown")
    save_words(acting, campaign_id, words)
    session.execute(delete(SectionObject).where(SectionObject.section_id == section_id))
    session.execute(delete(SectionObject).where(SectionObject.unit_id.in_(chosen)))
    session.add_all(SectionObject(unit_id=unit_id, section_id=section_id) for unit_id in units if unit_id in chosen)
    named = [unit.name for unit_id, unit in units.items() if unit_id in chosen]
    verdicts = [word.text for word in edit.rule.words] if edit.rule else []
    _record(acting, campaign_id, "edit", noun=row.noun, objects=row.objects, units=named, words=verdicts)


def add_objects(acting: Acting, campaign_id: str, section_id: str, names: Sequence[str]) -> None:
    """Add what is rated to the campaign and to a section; DomainError as ``add_units``, ``section_unknown``."""
    session = acting.session
    _found(_sections(session, campaign_id), section_id)
    of_campaign = select(Unit.id).where(Unit.campaign_id == campaign_id)
    before = set(session.scalars(of_campaign))
    add_units(session, acting.now, acting.actor, campaign_id, names)
    session.flush()
    added = set(session.scalars(of_campaign)) - before
    session.add_all(SectionObject(unit_id=unit_id, section_id=section_id) for unit_id in sorted(added))


def order_sections(acting: Acting, campaign_id: str, rows: Sequence[NameRow]) -> None:
    """Bring the sections into this order; one that is not named (added meanwhile) stays behind them."""
    sections = {row.id: row for row in _sections(acting.session, campaign_id)}
    named = [row.id for row in rows]
    if not set(named) <= set(sections):
        raise DomainError("section_unknown")
    order = [*named, *(key for key in sections if key not in named)]
    for position, key in enumerate(order):
        sections[key].position = position
    _record(acting, campaign_id, "order", order=[sections[key].noun for key in order])


def delete_section(acting: Acting, campaign_id: str, section_id: str, typed: str) -> None:
    """Delete a section, once its name was typed; what was rated in it stays, in no section."""
    row = _found(_sections(acting.session, campaign_id), section_id)
    check_typed(typed, row.noun)
    acting.session.execute(delete(SectionObject).where(SectionObject.section_id == section_id))
    acting.session.delete(row)
    _record(acting, campaign_id, "delete", noun=row.noun)


def _sections(session: Session, campaign_id: str) -> Sequence[CampaignSection]:
    campaign_row(session, campaign_id)
    query = select(CampaignSection).where(CampaignSection.campaign_id == campaign_id)
    return session.scalars(query.order_by(CampaignSection.position, CampaignSection.id)).all()


def _found(rows: Sequence[CampaignSection], section_id: str) -> CampaignSection:
    for row in rows:
        if row.id == section_id:
            return row
    raise DomainError("section_unknown")


def _checked(session: Session, campaign_id: str, edit: SectionEdit, others: Sequence[str]) -> str:
    """Return the noun without needless white space, once it, the form and the rule were found to be fit."""
    noun = clean_name(edit.noun)
    check_names([*others, noun], MAX_SECTIONS, "分表")
    if len(noun) > NOUN_LIMIT:
        raise DomainError("name_too_long", name=noun, limit=NOUN_LIMIT)
    form = get_form(session, campaign_id, edit.form_key)
    if edit.rule is not None:
        check_judging(scheme_on(scheme_of(session, campaign_id), form, edit.rule))
    return noun


def _set(row: CampaignSection, edit: SectionEdit) -> None:
    row.objects, row.form_key = edit.objects, edit.form_key
    row.rule = None if edit.rule is None else RULE_JSON.dump_json(edit.rule).decode()


def _record(acting: Acting, campaign_id: str, what: str, **detail: object) -> None:
    audit.record(acting.session, acting.now, acting.actor, f"campaign.section.{what}", campaign_id, **detail)
