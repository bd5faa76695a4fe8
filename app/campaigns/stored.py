"""What is stored of all that each form of a campaign edits, so that an older tab does not undo a newer save."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.campaigns.composite import formula_text
from app.campaigns.domain import Form
from app.campaigns.reads import CampaignView, GroupView, SectionView, UnitView, get_campaign
from app.campaigns.sentences import composite_rule_text, rule_text
from app.campaigns.sentences import formula_text as scheme_formula
from app.campaigns.service import campaign_row
from app.campaigns.typed import shown_scheme
from app.web.stale import Stored, stored


def locked_campaign(session: Session, campaign_id: str) -> CampaignView:
    """Return the campaign as it is now, which nobody else changes until the end of the transaction."""
    campaign_row(session, campaign_id)
    return get_campaign(session, campaign_id)


def stored_head(campaign: CampaignView) -> Stored:
    """Return name, organisation and stages."""
    stages = [("阶段", stage.title) for stage in campaign.stages]
    lines = [*stages, ("活动名称", campaign.title), ("主办单位", campaign.organisation)]
    return stored(lines, ids=[stage.id for stage in campaign.stages])


def stored_units(campaign: CampaignView) -> Stored:
    """Return the units in official order."""
    return _listed_units(campaign.units)


def _listed_units(units: Sequence[UnitView], *more: object) -> Stored:
    lines = [
        (str(place), "，".join(filter(None, (unit.name, unit.object_class, unit.duty, unit.responsible))))
        for place, unit in enumerate(units, 1)
    ]
    return stored(lines, *more, placed=[unit.id for unit in units])


def stored_sections(campaign: CampaignView) -> Stored:
    """Return the sections in order."""
    lines = [(str(place), section.noun) for place, section in enumerate(campaign.sections, 1)]
    return stored(lines, placed=[section.id for section in campaign.sections])


def stored_section(campaign: CampaignView, section: SectionView) -> Stored:
    """Return a section with what is rated in it; the positions of everything that may be rated count too."""
    units = _listed_units(campaign.of_section(section.id))
    words = "/".join(word.text for word in section.rule.words) if section.rule else ""
    titles = {form.key: form.title for form in campaign.forms}
    form = ("测评表", titles.get(section.form_key, ""))
    lines = [*units.lines, ("名称", section.noun), form, ("判定用语", words)]
    kept = [(unit.id, unit.duty, unit.responsible, unit.section_id) for unit in campaign.units]
    return stored(lines, section.objects, section.form_key, kept, repr(section.rule), placed=units.ids)


def stored_groups(campaign: CampaignView) -> Stored:
    """Return the voter groups with their expected numbers, in order."""
    return stored([(one.name, str(one.expected)) for one in campaign.groups], ids=[one.id for one in campaign.groups])


def stored_left_out(campaign: CampaignView, group: GroupView) -> Stored:
    """Return the units that a group does not rate."""
    units = [unit for unit in campaign.units if unit.id in group.left_out]
    lines = [("不参评的单位", unit.name) for unit in units] or [("不参评的单位", "")]
    return stored(lines, group.id, ids=[unit.id for unit in units])


def stored_scheme(campaign: CampaignView) -> Stored:
    """Return the scheme in words; every field of it counts."""
    scheme = campaign.scheme
    lines = [("计分口径", scheme_formula(scheme)), ("判定规则", rule_text(scheme))]
    return stored(lines, sorted(shown_scheme(campaign).items()))


def stored_composite(campaign: CampaignView) -> Stored:
    """Return what the composite score is made of."""
    composite = campaign.scheme.composite
    lines = [
        ("综合评价", formula_text(composite) if composite else ""),
        ("判定规则", composite_rule_text(campaign.scheme)),
    ]
    return stored(lines, composite)


def stored_form(form: Form) -> Stored:
    """Return a form's title, scale and items."""
    items = [(str(place), "/".join(item.names)) for place, item in enumerate(form.items, 1)]
    grades = form.own_scale.grades if form.own_scale else ()
    own = [("等次", "/".join(f"{grade.label} {grade.score}" for grade in grades))] if grades else []
    keys = [(item.key, item.overall, item.grades, item.top, item.weight, item.score) for item in form.items]
    return stored(
        [*items, ("表名", form.title), *own],
        form.scale,
        form.remarks,
        keys,
        repr((form.own_scale, form.limits, form.self_cell, [item.heading for item in form.items])),
        form.top,
        placed=[item.key for item in form.items],
    )
