"""Setting up how a campaign counts and asks: its scheme and its own forms."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Source, check_composite, every_part, formula_text
from app.campaigns.composite_rule import check_composite_rule
from app.campaigns.disclosure import disclosure_text
from app.campaigns.domain import Form, Item, Scale, Scheme
from app.campaigns.form_rules import check_form, check_item_weights
from app.campaigns.models import Campaign, CampaignForm, CampaignSection, VoterGroup
from app.campaigns.ports import RestingRounds, check_unused
from app.campaigns.ratios import ratio_text
from app.campaigns.reads import FORM_JSON, SCHEME_JSON, get_campaign, get_form
from app.campaigns.rule import may_have_points
from app.campaigns.rules import (
    TITLE_LIMIT,
    check_disclosure,
    check_scheme,
    check_top,
    scheme_on,
    words_without_points,
)
from app.campaigns.sentences import composite_rule_text
from app.campaigns.service import campaign_row, check_typed
from app.core.acting import Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.folding import clean_name
from app.core.secrets import new_id


@dataclass(frozen=True, slots=True)
class LimitEdit:
    """A ballot limit as it was typed: the words of the grades, how many, the label of the item or none."""

    grades: Sequence[str]
    most: Fraction
    item: str
    at: str
    points: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class FormEdit:
    """A form as it was typed; an item without key is a new one, one without label is dropped."""

    title: str
    scale: str
    items: Sequence[Item]
    remarks: bool
    own_scale: Scale | None = None
    top: int = 0
    limits: Sequence[LimitEdit] = ()
    self_cell: bool = False


def set_scheme(
    session: Session, now: datetime, staff: Principal, campaign_id: str, scheme: Scheme, *, two_person: bool
) -> None:
    """Make this the campaign's scheme for rounds to come."""
    campaign = campaign_row(session, campaign_id)
    scheme = replace(scheme, composite=SCHEME_JSON.validate_json(campaign.scheme).composite)
    query = select(VoterGroup).where(VoterGroup.campaign_id == campaign_id)
    groups = session.scalars(query.order_by(VoterGroup.position)).all()
    check_scheme(scheme, {group.id: group.name for group in groups})
    check_disclosure(scheme, [(group.name, group.expected) for group in groups])
    if not {own.item for own in scheme.item_lines} <= {key for key, _ in askable_items(session, campaign_id)}:
        raise DomainError("field_not_a_choice", field="指标")
    campaign.scheme, campaign.two_person = SCHEME_JSON.dump_json(scheme).decode(), two_person
    audit.record(session, now, staff, "campaign.scheme", campaign_id, two_person=two_person, **_told(scheme))


def set_composite(acting: Acting, campaign_id: str, composite: Composite | None, rounds: Sequence[str]) -> None:
    """Make this what the composite score of rounds to come is made of; ``rounds`` are the campaign's, by id."""
    session, campaign = acting.session, campaign_row(acting.session, campaign_id)
    groups = session.scalars(select(VoterGroup.id).where(VoterGroup.campaign_id == campaign_id)).all()
    if composite is not None:
        units = get_campaign(session, campaign_id).units
        check_composite(composite, groups, rounds, [unit.object_class for unit in units])
        check_composite_rule(composite)
        _check_points(session, composite, campaign)
    scheme = replace(SCHEME_JSON.validate_json(campaign.scheme), composite=composite)
    campaign.scheme = SCHEME_JSON.dump_json(scheme).decode()
    told = {"formula": formula_text(composite) if composite else "", "rule": composite_rule_text(scheme)}
    audit.record(session, acting.now, acting.actor, "campaign.composite", campaign_id, **told)


def _check_points(session: Session, composite: Composite, campaign: Campaign) -> None:
    """Refuse points of the rule as a part where a word has none; sections of their own are asked at the freeze."""
    named = next((part.label for part in every_part(composite.parts) if part.source is Source.RULE), None)
    if named is None:
        return
    scheme = SCHEME_JSON.validate_json(campaign.scheme)
    if not may_have_points(scheme.judged_by):
        raise DomainError("composite_rule_plurality", name=named)
    items = dict(askable_items(session, campaign.id))
    for key, word in words_without_points(scheme, items):
        if key:
            raise DomainError("composite_item_points", name=named, item=items[key], field=word.text)
        raise DomainError("composite_rule_points", name=named, field=word.text)


def askable_items(session: Session, campaign_id: str) -> list[tuple[str, str]]:
    """Return the items of the campaign's forms that may have lines of their own, each with its form's title."""
    forms = [get_form(session, campaign_id, form.key) for form in get_campaign(session, campaign_id).forms]
    found = {item.key: f"{form.title}：{item.label}" for form in forms for item in form.items if not item.overall}
    return list(found.items())


def _told(scheme: Scheme) -> dict[str, object]:
    """Return what the log tells of a scheme."""
    return {
        "scale": scheme.scale.key,
        "top": scheme.formula.top,
        "denominator": scheme.formula.denominator.value,
        "lines": [
            ratio_text(line) for line in (scheme.lines.attention, scheme.lines.remedial, scheme.lines.dissatisfied)
        ],
        "measure": scheme.formula.measure.value,
        "item_lines": [own.item for own in scheme.item_lines],
        "intervals": scheme.intervals,
        "k": scheme.k,
        "remark_k": scheme.remark_k,
        "weighted": bool(scheme.weights),
        "disclosure": disclosure_text(scheme.disclosure),
    }


def copy_form(session: Session, now: datetime, staff: Principal, campaign_id: str, key: str) -> str:
    """Copy a form into the campaign, where it can be edited; return the copy's id."""
    campaign_row(session, campaign_id)
    form = get_form(session, campaign_id, key)
    row = CampaignForm(id=new_id(), campaign_id=campaign_id, title=_copy_title(session, campaign_id, form.title))
    row.document = FORM_JSON.dump_json(replace(form, key=row.id, title=row.title)).decode()
    session.add(row)
    audit.record(session, now, staff, "campaign.form.copy", campaign_id, title=row.title, of=form.title)
    return row.id


def _copy_title(session: Session, campaign_id: str, title: str) -> str:
    taken = set(session.scalars(select(CampaignForm.title).where(CampaignForm.campaign_id == campaign_id)))
    stem = title.split("（副本", maxsplit=1)[0][: TITLE_LIMIT - 8]
    numbered = (f"{stem}（副本{number}）" for number in range(2, len(taken) + 3))
    return next(name for name in (f"{stem}（副本）", *numbered) if name not in taken)


def edited(scheme: Scheme, key: str, edit: FormEdit) -> Form:
    """Return an edited form, checked against the scheme that will count it; DomainError as ``check_form``."""
    if edit.own_scale is None and edit.scale not in SCALES:
        raise DomainError("field_not_a_choice", field="评价等次", at="scale")
    form = Form(
        key=key,
        title=clean_name(edit.title),
        scale=edit.scale,
        items=tuple(_clean_item(item) for item in edit.items if clean_name(item.label)),
        remarks=edit.remarks,
        own_scale=edit.own_scale,
        top=edit.top,
        self_cell=edit.self_cell,
    )
    counted = scheme_on(scheme, form)
    check_form(form, counted.scale)
    check_item_weights(form)
    check_top(counted)
    return replace(form, limits=tuple(_limit(form, counted.scale, limit) for limit in edit.limits))


def _limit(form: Form, scale: Scale, edit: LimitEdit) -> BallotLimit:
    words = [grade.label for grade in scale.grades]
    for word in edit.grades:
        if word not in words:
            raise DomainError("limit_grade_unknown", at=edit.at, word=word, words="/".join(words))
    keys = {item.label: item.key for item in form.items} | {"": ""}
    if edit.item not in keys:
        raise DomainError("limit_item_unknown", at=edit.at, item=edit.item)
    scores = [item.score for item in form.items if edit.item in {"", item.label}]
    if edit.points:
        most = max((score.most for score in scores if score), default=0)
        if not edit.points[0] <= edit.points[1] <= most:
            raise DomainError("limit_points_range", at=edit.at, most=most)
        return BallotLimit((), edit.most, keys[edit.item], edit.points)
    if all(scores):
        raise DomainError("limit_points_wanted", at=edit.at)
    return BallotLimit(tuple(sorted({words.index(word) for word in edit.grades})), edit.most, keys[edit.item])


def save_form(session: Session, now: datetime, staff: Principal, campaign_id: str, key: str, edit: FormEdit) -> None:
    """Save an edited form of the campaign."""
    row, scheme = _own_form(session, campaign_id, key), campaign_row(session, campaign_id).scheme
    form = edited(SCHEME_JSON.validate_json(scheme), row.id, edit)
    row.title, row.document = form.title, FORM_JSON.dump_json(form).decode()
    labels = [item.label for item in form.items]
    audit.record(session, now, staff, "campaign.form.edit", campaign_id, title=form.title, items=labels)


def _clean_item(item: Item) -> Item:
    labels = tuple(clean_name(label) for label in item.labels)
    label, heading = clean_name(item.label), clean_name(item.heading)
    return replace(item, key=item.key or new_id(), label=label, labels=labels, heading=heading)


def delete_form(acting: Acting, rounds: RestingRounds, campaign_id: str, key: str, typed: str) -> None:
    """Delete a form of the campaign, once its name was typed; DomainError ``form_in_use`` while a round names it."""
    row = _own_form(acting.session, campaign_id, key)
    check_typed(typed, row.title)
    check_unused(rounds(acting.session, campaign_id), "form", {row.id: row.title})
    used = select(CampaignSection.noun).where(CampaignSection.campaign_id == campaign_id)
    if (noun := acting.session.scalar(used.where(CampaignSection.form_key == key))) is not None:
        raise DomainError("form_in_section", name=row.title, section=noun)
    acting.session.delete(row)
    audit.record(acting.session, acting.now, acting.actor, "campaign.form.delete", campaign_id, title=row.title)


def _own_form(session: Session, campaign_id: str, key: str) -> CampaignForm:
    campaign_row(session, campaign_id)
    row = locked(session, CampaignForm, key)
    if row is None or row.campaign_id != campaign_id:
        raise DomainError("form_unknown")
    return row
