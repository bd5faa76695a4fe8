"""What the rest of the product may know of a campaign: frozen views, no tables."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.campaigns.builtin import FORMS
from app.campaigns.domain import Form, Objects, Scheme
from app.campaigns.english_reads import english_names
from app.campaigns.form_rules import check_form
from app.campaigns.kinds import DEFAULT_KIND, KINDS, Kind, kind_of
from app.campaigns.models import (
    Campaign,
    CampaignForm,
    CampaignSection,
    GroupLeavesOut,
    SectionObject,
    Stage,
    Unit,
    VoterGroup,
)
from app.campaigns.rule import Rule
from app.campaigns.rules import check_top, scheme_on
from app.core.errors import DomainError
from app.core.printable import Unprintable, Words, unprintable

SCHEME_JSON = TypeAdapter(Scheme)
FORM_JSON = TypeAdapter(Form)
RULE_JSON = TypeAdapter(Rule)


@dataclass(frozen=True, slots=True)
class StageView:
    """阶段 of a campaign."""

    id: str
    position: int
    title: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """Something rated at its place in the official order; ``section_id`` is empty where it belongs to none."""

    id: str
    position: int
    name: str
    duty: str = ""
    responsible: str = ""
    section_id: str = ""
    object_class: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section: what is rated in it, called ``noun``, the key of its form, a rule of its own or None."""

    id: str
    position: int
    noun: str
    objects: Objects
    form_key: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A voter group; ``left_out`` holds the ids of units it does not rate, in official order."""

    id: str
    position: int
    name: str
    expected: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormView:
    """A 测评表 that a round of the campaign may use."""

    key: str
    title: str
    form: Form
    builtin: bool


@dataclass(frozen=True, slots=True)
class CampaignView:
    """Everything that is settled before a round."""

    id: str
    title: str
    organisation: str
    two_person: bool
    scheme: Scheme
    stages: tuple[StageView, ...]
    units: tuple[UnitView, ...]
    groups: tuple[GroupView, ...]
    forms: tuple[FormView, ...]
    sections: tuple[SectionView, ...] = ()
    english: Mapping[str, str] = field(default_factory=dict)
    """The campaign's own English of names, beside what ships."""
    kind: Kind = KINDS[DEFAULT_KIND]
    is_example: bool = False

    @property
    def expected(self) -> int:
        """Number of people expected, all groups together."""
        return sum(group.expected for group in self.groups)

    @property
    def unprintable(self) -> tuple[Unprintable, ...]:
        """What of the names set up here no output can print."""
        return unprintable(self._words())

    def _words(self) -> Iterator[Words]:
        yield Words(field="活动名称", text=self.title)
        yield Words(field="组织单位", text=self.organisation)
        yield from (Words(field="单位", text=unit.name) for unit in self.units)
        yield from (Words(field="分表", text=section.noun) for section in self.sections)
        yield from (Words(field="参评人员类别", text=group.name) for group in self.groups)
        for own in self.forms:
            yield Words(field="测评表", text=own.title)
            yield from (Words(field="所属标题", text=item.heading) for item in own.form.items)
            yield from (Words(field="指标", text=item.label) for item in own.form.items)
            yield from (Words(field="等次", text=label) for item in own.form.items for label in item.words)
            if own.form.own_scale is not None:
                yield from (Words(field="等次", text=label) for label in own.form.own_scale.options)

    def unit(self, unit_id: str) -> UnitView | None:
        """Return the unit, or None."""
        return next((unit for unit in self.units if unit.id == unit_id), None)

    def section(self, section_id: str) -> SectionView | None:
        """Return the section, or None."""
        return next((section for section in self.sections if section.id == section_id), None)

    def of_section(self, section_id: str) -> tuple[UnitView, ...]:
        """Return what is rated in a section, in official order; for an empty id what belongs to none."""
        return tuple(unit for unit in self.units if unit.section_id == section_id)

    def group(self, group_id: str) -> GroupView | None:
        """Return the voter group, or None."""
        return next((group for group in self.groups if group.id == group_id), None)


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """A line of the list of campaigns."""

    id: str
    title: str
    organisation: str
    units: int
    groups: int
    expected: int
    kind: Kind
    is_example: bool
    office_id: str


def all_campaigns(session: Session) -> list[CampaignSummary]:
    """Return all campaigns, the newest first."""
    return summaries(session)


def summaries(session: Session, *wanted: ColumnElement[bool]) -> list[CampaignSummary]:
    """Return the campaigns of which the conditions hold, the newest first."""
    units = select(func.count()).where(Unit.campaign_id == Campaign.id).scalar_subquery()
    groups = select(func.count()).where(VoterGroup.campaign_id == Campaign.id).scalar_subquery()
    expected = (
        select(func.coalesce(func.sum(VoterGroup.expected), 0))
        .where(VoterGroup.campaign_id == Campaign.id)
        .scalar_subquery()
    )
    query = select(Campaign, units, groups, expected).where(*wanted)
    query = query.order_by(Campaign.created_at.desc(), Campaign.id)
    return [
        CampaignSummary(
            row.id, row.title, row.organisation, unit, group, people, kind_of(row.kind), row.is_example, row.office_id
        )
        for row, unit, group, people in session.execute(query)
    ]


def kinds_of(session: Session, campaign_ids: Collection[str]) -> Mapping[str, Kind]:
    """Return the kinds of campaigns by their ids, in one query."""
    query = select(Campaign.id, Campaign.kind).where(Campaign.id.in_(campaign_ids))
    return {campaign_id: kind_of(key) for campaign_id, key in session.execute(query)}


def office_of(session: Session, campaign_id: str) -> str:
    """Return the id of the office that a campaign belongs to; DomainError ``campaign_unknown``."""
    row = session.get(Campaign, campaign_id)
    if row is None:
        raise DomainError("campaign_unknown")
    return row.office_id


def get_campaign(session: Session, campaign_id: str) -> CampaignView:
    """Return the campaign with its stages, units, groups and forms; ``campaign_unknown`` if there is none."""
    row = session.get(Campaign, campaign_id)
    if row is None:
        raise DomainError("campaign_unknown")
    units = _units(session, campaign_id)
    return CampaignView(
        id=row.id,
        title=row.title,
        organisation=row.organisation,
        two_person=row.two_person,
        scheme=SCHEME_JSON.validate_json(row.scheme),
        stages=_stages(session, campaign_id),
        units=units,
        groups=_groups(session, campaign_id, units),
        forms=_forms(session, campaign_id),
        sections=_sections(session, campaign_id),
        english=english_names(session, campaign_id),
        kind=kind_of(row.kind),
        is_example=row.is_example,
    )


def scheme_of(session: Session, campaign_id: str) -> Scheme:
    """Return how the campaign's rounds are judged, alone; ``campaign_unknown`` if there is no such campaign."""
    row = session.get(Campaign, campaign_id)
    if row is None:
        raise DomainError("campaign_unknown")
    return SCHEME_JSON.validate_json(row.scheme)


def units_of_campaign(session: Session, campaign_id: str) -> tuple[UnitView, ...]:
    """Return the units alone, in official order."""
    return _units(session, campaign_id)


def scheme_for(campaign: CampaignView, form: Form, rule: Rule | None = None) -> Scheme:
    """Return the scheme as a round with this form freezes it: on the form's scale, and checked against it.

    ``rule``: that of a section which has one of its own; whether it fits is asked before the freeze.
    """
    scheme = scheme_on(campaign.scheme, form, rule)
    check_form(form, scheme.scale)
    check_top(scheme)
    return scheme


def get_form(session: Session, campaign_id: str, key: str) -> Form:
    """Return a built-in form, or the campaign's own one of that id; ``form_unknown`` if there is none."""
    if key in FORMS:
        return FORMS[key]
    row = session.get(CampaignForm, key)
    if row is None or row.campaign_id != campaign_id:
        raise DomainError("form_unknown")
    return FORM_JSON.validate_json(row.document)


def _stages(session: Session, campaign_id: str) -> tuple[StageView, ...]:
    rows = session.scalars(select(Stage).where(Stage.campaign_id == campaign_id).order_by(Stage.position, Stage.id))
    return tuple(StageView(row.id, row.position, row.title) for row in rows)


def _units(session: Session, campaign_id: str) -> tuple[UnitView, ...]:
    columns = Unit.id, Unit.position, Unit.name, Unit.duty, Unit.responsible, Unit.object_class
    query = (
        select(*columns, SectionObject.section_id)
        .outerjoin(SectionObject, SectionObject.unit_id == Unit.id)
        .where(Unit.campaign_id == campaign_id)
        .order_by(Unit.position, Unit.id)
    )
    return tuple(
        UnitView(row.id, row.position, row.name, row.duty, row.responsible, row.section_id or "", row.object_class)
        for row in session.execute(query)
    )


def _sections(session: Session, campaign_id: str) -> tuple[SectionView, ...]:
    query = select(CampaignSection).where(CampaignSection.campaign_id == campaign_id)
    rows = session.scalars(query.order_by(CampaignSection.position, CampaignSection.id))
    return tuple(
        SectionView(
            row.id,
            row.position,
            row.noun,
            Objects(row.objects),
            row.form_key,
            None if row.rule is None else RULE_JSON.validate_json(row.rule),
        )
        for row in rows
    )


def _groups(session: Session, campaign_id: str, units: Sequence[UnitView]) -> tuple[GroupView, ...]:
    query = select(VoterGroup).where(VoterGroup.campaign_id == campaign_id)
    groups = session.scalars(query.order_by(VoterGroup.position, VoterGroup.id)).all()
    pairs = set(
        session.execute(
            select(GroupLeavesOut.group_id, GroupLeavesOut.unit_id).where(
                GroupLeavesOut.group_id.in_([group.id for group in groups])
            )
        )
    )
    return tuple(
        GroupView(
            id=row.id,
            position=row.position,
            name=row.name,
            expected=row.expected,
            left_out=tuple(unit.id for unit in units if (row.id, unit.id) in pairs),
        )
        for row in groups
    )


def _forms(session: Session, campaign_id: str) -> tuple[FormView, ...]:
    query = select(CampaignForm).where(CampaignForm.campaign_id == campaign_id)
    own = session.scalars(query.order_by(CampaignForm.title, CampaignForm.id))
    return (
        *(FormView(key, form.title, form, builtin=True) for key, form in FORMS.items()),
        *(FormView(row.id, row.title, FORM_JSON.validate_json(row.document), builtin=False) for row in own),
    )
