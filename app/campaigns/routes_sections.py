"""The pages of sections: what is rated, by sorts, each with its form."""

from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import section_service as service
from app.campaigns.deletion import ask_for_name, attempt_to_delete
from app.campaigns.domain import Objects, Scheme
from app.campaigns.nouns import called
from app.campaigns.reads import CampaignView, SectionView, get_campaign, get_form, scheme_of
from app.campaigns.rules import fits, pasted_names, scheme_on
from app.campaigns.section_service import SectionEdit
from app.campaigns.sentences import rule_text
from app.campaigns.service import UnitWords
from app.campaigns.stored import locked_campaign, stored_section, stored_sections
from app.campaigns.typed import TypedRow, name_rows, typed_rows
from app.campaigns.typed_rule import filled_rows, rule_choices, shown_own_rule, typed_own_rule
from app.core.errors import DomainError
from app.web.desk import Desk, OrganiserDesk, Refused, typed
from app.web.forms import Form, PostedForm
from app.web.pages import see_other
from app.web.stale import refuse_stale

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Row:
    """Something that may be rated, as it stands in the page of a section."""

    id: str
    name: str
    chosen: bool
    duty: str
    responsible: str
    elsewhere: str = ""
    """The noun of the section that it is rated in now, if that is another one."""


def _edit(desk: Desk, campaign_id: str, form: PostedForm) -> SectionEdit:
    objects = form.text("objects", 20, label="测评对象")
    if objects not in set(Objects):
        raise DomainError("field_not_a_choice", field="测评对象")
    key = form.text("form_key", 40, label="测评表")
    scheme = scheme_on(scheme_of(desk.session, campaign_id), get_form(desk.session, campaign_id, key))
    return SectionEdit(form.as_dict().get("noun", ""), Objects(objects), key, typed_own_rule(form, scheme))


def _list_page(
    desk: Desk, campaign_id: str, refused: Refused | None = None, rows: list[TypedRow] | None = None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    kept = [TypedRow(section.id, str(place), section.noun) for place, section in enumerate(campaign.sections, 1)]
    titles = {form.key: form.title for form in campaign.forms}
    context = {"campaign": campaign, "stored": stored_sections(campaign), "titles": titles, "values": typed(refused)}
    return desk.show("campaigns/sections.html", refused, rows=kept if rows is None else rows, **context)


@router.get("/campaigns/{campaign_id}/sections")
def sections_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the sections."""
    return _list_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/sections")
def order(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save the order of the sections."""
    rows = typed_rows(form)

    def act() -> None:
        refuse_stale(form, stored_sections(locked_campaign(desk.session, campaign_id)))
        service.order_sections(desk.acting, campaign_id, name_rows(rows))

    done = f"/campaigns/{campaign_id}/sections"
    return desk.attempt(act, done, lambda refused: _list_page(desk, campaign_id, refused, rows))


@router.post("/campaigns/{campaign_id}/sections/add")
def add(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Add a section and go to its page."""
    return desk.attempt(
        lambda: service.add_section(desk.acting, campaign_id, _edit(desk, campaign_id, form)),
        lambda section_id: see_other(f"/campaigns/{campaign_id}/sections/{section_id}"),
        lambda refused: _list_page(desk, campaign_id, refused),
    )


def _chosen(desk: Desk, campaign_id: str, section_id: str) -> tuple[CampaignView, SectionView]:
    campaign = get_campaign(desk.session, campaign_id)
    return campaign, _section_of(campaign, section_id)


def _section_of(campaign: CampaignView, section_id: str) -> SectionView:
    section = campaign.section(section_id)
    if section is None:
        raise DomainError("section_unknown")
    return section


def _rows(campaign: CampaignView, section: SectionView) -> list[Row]:
    nouns = {other.id: other.noun for other in campaign.sections if other is not section}
    return [
        Row(
            unit.id,
            unit.name,
            unit.section_id == section.id,
            unit.duty,
            unit.responsible,
            nouns.get(unit.section_id, ""),
        )
        for unit in campaign.units
    ]


def _typed_rows(form: PostedForm, rows: list[Row]) -> list[Row]:
    """Return the rows as they were typed, by the units that the page named."""
    columns = (form.several(name) for name in ("id[]", "duty[]", "responsible[]"))
    ids, duties, responsible = columns
    if not len(ids) == len(duties) == len(responsible):
        raise DomainError("form_malformed")
    words = dict(zip(ids, zip(duties, responsible, strict=True), strict=True))
    chosen = set(form.several("chosen[]"))
    return [
        Row(row.id, row.name, row.id in chosen, *words.get(row.id, (row.duty, row.responsible)), row.elsewhere)
        for row in rows
    ]


def _judged(campaign: CampaignView, section: SectionView, form_key: str) -> Scheme:
    """Return the scheme that judges a section by a form, or by its own where there is none of that key."""
    forms = {view.key: view.form for view in campaign.forms}
    return scheme_on(campaign.scheme, forms.get(form_key) or forms[section.form_key], section.rule)


def _kept(section: SectionView, judged: Scheme) -> dict[str, str]:
    fields = {"noun": section.noun, "objects": section.objects, "form_key": section.form_key}
    return fields | shown_own_rule(judged, own=section.rule is not None)


def _rule_context(section: SectionView, judged: Scheme) -> dict[str, object]:
    """Return what the page offers for a rule; a rule that does not fit its scale cannot be said in words."""
    if fits(judged):
        return {**rule_choices(judged), "said_rule": called(section.objects, rule_text(judged))}
    return rule_choices(replace(judged, rule=None))


def _section_page(
    desk: Desk, campaign_id: str, section_id: str, refused: Refused | None = None, form: PostedForm | None = None
) -> Response:
    campaign, section = _chosen(desk, campaign_id, section_id)
    rows = _rows(campaign, section)
    judged = _judged(campaign, section, section.form_key if form is None else form.as_dict().get("form_key", ""))
    values = _kept(section, judged) if form is None else typed(refused)
    context = {"campaign": campaign, "section": section, "stored": stored_section(campaign, section), "values": values}
    context |= {
        "typed": values,
        "of_section": True,
        "said_rule": "",
        "filled": filled_rows(values),
        **_rule_context(section, judged),
    }
    added = "" if form is not None else typed(refused).get("names", "")
    shown = rows if form is None else _typed_rows(form, rows)
    return desk.show("campaigns/section.html", refused, rows=shown, added=added, **context)


@router.get("/campaigns/{campaign_id}/sections/{section_id}")
def section_page(desk: OrganiserDesk, campaign_id: str, section_id: str) -> Response:
    """Show a section and what may be rated in it."""
    return _section_page(desk, campaign_id, section_id)


@router.post("/campaigns/{campaign_id}/sections/{section_id}")
def save(desk: OrganiserDesk, campaign_id: str, section_id: str, form: Form) -> Response:
    """Save a section with what is rated in it."""

    def act() -> None:
        campaign = locked_campaign(desk.session, campaign_id)
        section = _section_of(campaign, section_id)
        refuse_stale(form, stored_section(campaign, section))
        rows = _typed_rows(form, _rows(campaign, section))
        words = {row.id: UnitWords(row.duty, row.responsible, None) for row in rows}
        edit = _edit(desk, campaign_id, form)
        service.edit_section(desk.acting, campaign_id, section_id, edit, words, form.several("chosen[]"))

    done = f"/campaigns/{campaign_id}/sections"
    return desk.attempt(act, done, lambda refused: _section_page(desk, campaign_id, section_id, refused, form))


@router.post("/campaigns/{campaign_id}/sections/{section_id}/objects")
def add_objects(desk: OrganiserDesk, campaign_id: str, section_id: str, form: Form) -> Response:
    """Add what is rated in a section, one a line."""

    def act() -> None:
        names = pasted_names(form.as_dict().get("names", ""))
        service.add_objects(desk.acting, campaign_id, section_id, names)

    done = f"/campaigns/{campaign_id}/sections/{section_id}"
    return desk.attempt(act, done, lambda refused: _section_page(desk, campaign_id, section_id, refused))


@router.get("/campaigns/{campaign_id}/sections/{section_id}/delete")
def delete_page(desk: OrganiserDesk, campaign_id: str, section_id: str) -> Response:
    """Ask for the name of the section."""
    campaign, section = _chosen(desk, campaign_id, section_id)
    return ask_for_name(desk, campaign, "section", section.noun)


@router.post("/campaigns/{campaign_id}/sections/{section_id}/delete")
def delete(desk: OrganiserDesk, campaign_id: str, section_id: str, form: Form) -> Response:
    """Delete the section whose name was typed."""
    (campaign, section), name = _chosen(desk, campaign_id, section_id), form.as_dict().get("name", "")

    def act() -> None:
        service.delete_section(desk.acting, campaign_id, section_id, name)

    return attempt_to_delete(desk, campaign, "section", section.noun, act)
