"""From what is set up in a campaign to the sections of a paper."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.campaigns import reads as campaigns
from app.campaigns.domain import SECTIONS, Form, Objects, Scheme
from app.campaigns.nouns import noun
from app.campaigns.reads import CampaignView, UnitView
from app.rounds.domain import Layout, PaperSection, PaperUnit, layout_for


def check_form(session: Session, campaign_id: str, form_key: str) -> None:
    """Refuse a form that there is none of: DomainError ``form_unknown``."""
    if form_key != SECTIONS:
        campaigns.get_form(session, campaign_id, form_key)


def drafted(
    session: Session, campaign: CampaignView, form_key: str, asked: Collection[str] | None
) -> tuple[Scheme, tuple[PaperSection, ...]]:
    """Return the scheme and the sections of a round about the ``asked`` units, or about all.

    The sections are the campaign's own, or one of a form. The scheme is that of the first, on its scale and with
    its rule; one with another has a scheme of its own. A section in which nothing is asked is left out.
    """
    parts = _parts(session, campaign, form_key, asked)
    scheme = next((part.own for part in parts if part.own), campaign.scheme)
    return scheme, tuple(replace(part, own=None) if part.own == scheme else part for part in parts)


def _parts(
    session: Session, campaign: CampaignView, form_key: str, asked: Collection[str] | None
) -> tuple[PaperSection, ...]:
    if form_key != SECTIONS:
        form = campaigns.get_form(session, campaign.id, form_key)
        scheme = campaigns.scheme_for(campaign, form)
        units, sort = _units(campaign.units, asked), campaign.kind.objects
        word = noun(sort).one
        part = PaperSection(form.title, form.items, units, noun=word, objects=sort, own=scheme, limits=form.limits)
        return (replace(part, self_cell=_has_self(form, sort)),)
    return tuple(part for part in _sections(session, campaign, asked) if part.units or asked is None)


def _sections(session: Session, campaign: CampaignView, asked: Collection[str] | None) -> Sequence[PaperSection]:
    parts = []
    for section in campaign.sections:
        form = campaigns.get_form(session, campaign.id, section.form_key)
        units = _units(campaign.of_section(section.id), asked)
        scheme = campaigns.scheme_for(campaign, form, section.rule)
        named = section.id, section.noun, section.objects
        part = PaperSection(form.title, form.items, units, *named, own=scheme, limits=form.limits)
        parts.append(replace(part, self_cell=_has_self(form, section.objects)))
    return parts


def _has_self(form: Form, objects: str) -> bool:
    """Whether rows have a cell 本人: nobody is a unit, a project or a report."""
    return form.self_cell and objects == Objects.PERSON


def left_over(session: Session, campaign_id: str, form_key: str) -> list[str] | None:
    """Return the names of a campaign's objects that stand in none of its sections; None of a round by one form."""
    if form_key != SECTIONS:
        return None
    return [unit.name for unit in campaigns.get_campaign(session, campaign_id).units if not unit.section_id]


def _units(units: Sequence[UnitView], asked: Collection[str] | None) -> tuple[PaperUnit, ...]:
    return tuple(
        PaperUnit(unit.id, unit.name, unit.duty, unit.responsible, unit.object_class)
        for unit in units
        if asked is None or unit.id in asked
    )


def layout_of(chosen: str, parts: Sequence[PaperSection], *, remarks: bool) -> Layout:
    """Return the chosen layout, or the one that fits so many objects and the longest of the forms."""
    longest = max((len(part.items) for part in parts), default=0)
    return layout_for(chosen, sum(len(part.units) for part in parts), longest, remarks=remarks)
