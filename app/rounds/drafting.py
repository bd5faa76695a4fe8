"""From what is set up in a campaign to the sections of a paper."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from app.campaigns import reads as campaigns
from app.campaigns.domain import SECTIONS, Form, Objects, Scheme
from app.campaigns.nouns import noun
from app.campaigns.reads import CampaignView, SectionView, UnitView
from app.rounds.domain import MAIN, Layout, PaperSection, PaperUnit, layout_for


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
    return schemed(campaign, _parts(session, campaign, form_key, asked))


def schemed(campaign: CampaignView, parts: Sequence[PaperSection]) -> tuple[Scheme, tuple[PaperSection, ...]]:
    """Return the scheme of a paper of these sections, and the sections, ``own`` only where theirs is another."""
    scheme = next((part.own for part in parts if part.own), campaign.scheme)
    return scheme, tuple(replace(part, own=None) if part.own == scheme else part for part in parts)


def section_of(
    campaign: CampaignView, form: Form, section: SectionView | None, asked: Collection[str] | None = None
) -> PaperSection:
    """Return a section as a paper asks it; without one, all that the campaign rates by the form.

    DomainError as ``scheme_for``. Rows have a cell 本人 where they are persons: nobody is a unit or a report.
    """
    sort = campaign.kind.objects if section is None else section.objects
    named = (MAIN, noun(sort).one) if section is None else (section.id, section.noun)
    units = _units(campaign.units if section is None else campaign.of_section(section.id), asked)
    scheme = campaigns.scheme_for(campaign, form, None if section is None else section.rule)
    has_self = form.self_cell and sort == Objects.PERSON
    return PaperSection(form.title, form.items, units, *named, sort, scheme, form.limits, has_self)


def _parts(
    session: Session, campaign: CampaignView, form_key: str, asked: Collection[str] | None
) -> tuple[PaperSection, ...]:
    if form_key != SECTIONS:
        return (section_of(campaign, campaigns.get_form(session, campaign.id, form_key), None, asked),)
    parts = (
        section_of(campaign, campaigns.get_form(session, campaign.id, section.form_key), section, asked)
        for section in campaign.sections
    )
    return tuple(part for part in parts if part.units or asked is None)


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
