"""An empty sheet of a paper as a phone would get it, without a code, a key or a box (no I/O)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.booth.domain import Sheet, blank
from app.campaigns.domain import GROUP_FLOOR, Form, Objects
from app.campaigns.reads import CampaignView, UnitView, scheme_for
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit
from app.rounds.english import with_english
from app.rounds.service import REMARK_BYTES

NO_DIGEST: Final = "0" * 64
SHOWN_UNITS: Final = 2
"""Units under which a form is shown, but for one whose limits depend on how many there are."""
NO_KEY: Final = bytes(32)
UNITS: Final = (PaperUnit("sample-1", "示例单位一"), PaperUnit("sample-2", "示例单位二"))
"""Stand where nothing to be rated has been listed yet."""
GROUP: Final = PaperGroup("sample", "参评人员", GROUP_FLOOR)
"""Stands where no voter group has been listed yet."""
ENGLISH: Final = {"示例单位一": "Sample unit one", "示例单位二": "Sample unit two", "参评人员": "Voters"}
"""How these are called on an English phone."""


def sample_paper(campaign: CampaignView, form: Form) -> Paper:
    """Return a paper of a campaign's units with a form; DomainError as ``scheme_for``."""
    sort, rated = _rated(campaign, form)
    shown = rated if form.limits else rated[:SHOWN_UNITS]
    units = tuple(PaperUnit(unit.id, unit.name) for unit in shown)
    has_self = form.self_cell and sort == Objects.PERSON
    part = PaperSection(form.title, form.items, units, objects=sort, limits=form.limits, self_cell=has_self)
    paper = Paper(
        round_id="",
        organisation=campaign.organisation,
        campaign=campaign.title,
        title=form.title,
        parts=(part,),
        groups=tuple(PaperGroup(group.id, group.name, group.expected) for group in campaign.groups[:1]),
        scheme=scheme_for(campaign, form),
        promise="slips",
        remarks=form.remarks,
        remark_bytes=REMARK_BYTES if form.remarks else 0,
    )
    return with_english(paper, campaign.english)


def _rated(campaign: CampaignView, form: Form) -> tuple[Objects, Sequence[UnitView]]:
    """Return what sort of things a form is about, and which: those of a section that uses it, of persons if one is."""
    of_form = [section for section in campaign.sections if section.form_key == form.key]
    if not of_form:
        return campaign.kind.objects, campaign.units
    section = next((section for section in of_form if section.objects == Objects.PERSON), of_form[0])
    return section.objects, campaign.of_section(section.id)


def sample_sheet(paper: Paper, group_id: str = "") -> Sheet:
    """Return the sheet of a voter group, or of the first where there is none of that id."""
    parts = tuple(part if part.units else replace(part, units=UNITS) for part in paper.parts)
    whole = replace(paper, parts=parts, groups=paper.groups or (GROUP,), english={**ENGLISH, **paper.english})
    known = {group.id for group in whole.groups}
    group = group_id if group_id in known else whole.groups[0].id
    return Sheet("", group, whole, NO_DIGEST, NO_KEY, blank(whole))
