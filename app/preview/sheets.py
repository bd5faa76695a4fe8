"""An empty sheet of a paper as a phone would get it, without a code, a key or a box (no I/O)."""

from dataclasses import replace
from typing import Final

from app.booth.domain import Sheet, blank
from app.campaigns.domain import GROUP_FLOOR, Form, Objects
from app.campaigns.reads import CampaignView, SectionView
from app.rounds.domain import Paper, PaperGroup, PaperUnit
from app.rounds.drafting import schemed, section_of
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
    part = section_of(campaign, form, _section(campaign, form))
    scheme, parts = schemed(campaign, [part if form.limits else replace(part, units=part.units[:SHOWN_UNITS])])
    paper = Paper(
        round_id="",
        organisation=campaign.organisation,
        campaign=campaign.title,
        title=form.title,
        parts=parts,
        groups=tuple(PaperGroup(group.id, group.name, group.expected) for group in campaign.groups[:1]),
        scheme=scheme,
        promise="slips",
        remarks=form.remarks,
        remark_bytes=REMARK_BYTES if form.remarks else 0,
    )
    return with_english(paper, campaign.english)


def _section(campaign: CampaignView, form: Form) -> SectionView | None:
    """Return the section that a form is shown as: one of persons if one uses it; None where none does."""
    of_form = [section for section in campaign.sections if section.form_key == form.key]
    return next((section for section in of_form if section.objects == Objects.PERSON), next(iter(of_form), None))


def sample_sheet(paper: Paper, group_id: str = "") -> Sheet:
    """Return the sheet of a voter group, or of the first where there is none of that id."""
    parts = tuple(part if part.units else replace(part, units=UNITS) for part in paper.parts)
    whole = replace(paper, parts=parts, groups=paper.groups or (GROUP,), english={**ENGLISH, **paper.english})
    known = {group.id for group in whole.groups}
    group = group_id if group_id in known else whole.groups[0].id
    return Sheet("", group, whole, NO_DIGEST, NO_KEY, blank(whole))
