"""按上一次再办: a campaign that is set up like an earlier one, with nothing of what was voted or worked on in that.

Objects, sections, voter groups, forms, scheme, stages, English names and liaisons are taken over; what a copy cannot
have, or what has to be looked at, is written down with it.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.accounts.speaking import copy_liaisons
from app.audit import service as audit
from app.campaigns.composite import Composite, Part, Source, every_part
from app.campaigns.domain import Scheme
from app.campaigns.models import (
    Campaign,
    CampaignCopy,
    CampaignForm,
    CampaignSection,
    EnglishName,
    GroupLeavesOut,
    SectionObject,
    Stage,
    Unit,
    VoterGroup,
)
from app.campaigns.reads import SCHEME_JSON
from app.campaigns.registered import changed_since
from app.campaigns.service import campaign_row, checked_titles, refuse_twice
from app.core.acting import Acting
from app.core.db import Base
from app.core.errors import DomainError
from app.core.secrets import new_id

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
Row = TypeVar("Row", bound=Base)
Ids = Mapping[str, str]
"""New ids by those of the source."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that a copy has not of its source: a code, and the names that it is about."""

    code: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyView:
    """What a campaign was set up like, and what was left out."""

    source_id: str
    source_title: str
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A new campaign with its units by those of its source."""

    id: str
    source_id: str
    units: Ids


def next_title(title: str, year: int, taken: Collection[str] = ()) -> str:
    """Return what the next campaign may be called: the title with its years moved on, else with ``year`` behind it.

    The last year of the title becomes the next one, or ``year`` where that is later; a title in ``taken`` is passed by.
    """
    found = [int(each) for each in _YEAR.findall(title)]
    if not found:
        title, found = f"{title}（{year - 1}年）", [year - 1]
    step = max(1, year - max(found))
    for more in range(step, step + 10):
        wanted = moved_on(title, more)
        if wanted not in taken:
            return wanted
    return wanted


def moved_on(text: str, years: int) -> str:
    """Return a text with every year in it moved on."""
    return _YEAR.sub(lambda year: str(int(year[0]) + years), text)


def copy_campaign(acting: Acting, source_id: str, title: str) -> Copied:
    """Make a campaign like another under a new title.

    DomainError ``campaign_unknown``, ``copy_example``, ``campaign_twice``, or as for a title that is typed.
    """
    session, source = acting.session, campaign_row(acting.session, source_id)
    if source.is_example:
        raise DomainError("copy_example")
    title, organisation = checked_titles(title, source.organisation)
    refuse_twice(session, title, organisation)
    groups = {row.id: new_id() for row in _of(session, VoterGroup, source_id)}
    scheme = SCHEME_JSON.validate_json(source.scheme)
    taken = _scheme(scheme, groups)
    own = {"title": title, "scheme": SCHEME_JSON.dump_json(taken).decode(), "created_at": acting.now}
    campaign = _copied(source, id=new_id(), **own)
    session.add(campaign)
    session.flush()
    copied = Copied(campaign.id, source_id, _rows(session, (source_id, campaign.id), groups))
    left_out = [*_names_left(session, source, campaign), *_liaisons(acting, copied), *_register(session, campaign.id)]
    if scheme.composite and not taken.composite:
        left_out.append(LeftOut("composite", tuple(part.label for part in _of_rounds(scheme.composite))))
    session.add(CampaignCopy(campaign_id=campaign.id, source_id=source_id, left_out="[]"))
    note_left_out(session, campaign.id, left_out)
    told = {"title": title, "source": source_id, "source_title": source.title}
    audit.record(session, acting.now, acting.actor, "campaign.copy", campaign.id, **told)
    return copied


def note_left_out(session: Session, campaign_id: str, left_out: Iterable[LeftOut]) -> None:
    """Write down what a copy has not of its source, behind what is written already."""
    session.flush()
    row = session.get_one(CampaignCopy, campaign_id)
    row.left_out = json.dumps([*json.loads(row.left_out), *([each.code, each.names] for each in left_out)])


def copy_of(session: Session, campaign_id: str) -> CopyView | None:
    """Return what a campaign was set up like; None where it was set up from the start."""
    query = select(CampaignCopy, Campaign.title).join(Campaign, Campaign.id == CampaignCopy.source_id)
    found = session.execute(query.where(CampaignCopy.campaign_id == campaign_id)).one_or_none()
    if found is None:
        return None
    row, title = found
    return CopyView(
        row.source_id, title, tuple(LeftOut(code, tuple(names)) for code, names in json.loads(row.left_out))
    )


def _copied(row: Row, **changes: Any) -> Row:  # noqa: ANN401 - the columns' own types
    """Return a row with all that another has, but for what is changed."""
    own = {name: getattr(row, name) for name in inspect(type(row)).column_attrs.keys()}  # noqa: SIM118 - no mapping
    return type(row)(**{**own, **changes})


def _of(session: Session, table: type[Row], campaign_id: str) -> Sequence[Row]:
    return session.scalars(select(table).where(table.campaign_id == campaign_id)).all()  # type: ignore[attr-defined]


def _rows(session: Session, campaigns: tuple[str, str], groups: Ids) -> Ids:
    """Copy all that hangs on a campaign to another, and return the ids of its units by those of their sources."""
    source, target = campaigns
    mine = {"campaign_id": target}
    forms = _moved(session, CampaignForm, campaigns)
    units = _moved(session, Unit, campaigns)
    _moved(session, Stage, campaigns)
    session.add_all(_copied(row, id=groups[row.id], **mine) for row in _of(session, VoterGroup, source))
    sections = {row.id: (new_id(), row) for row in _of(session, CampaignSection, source)}
    for new, row in sections.values():
        session.add(_copied(row, id=new, form_key=forms.get(row.form_key, row.form_key), **mine))
    session.flush()
    placed = session.scalars(select(SectionObject).where(SectionObject.section_id.in_(sections))).all()
    for each in placed:
        session.add(SectionObject(unit_id=units[each.unit_id], section_id=sections[each.section_id][0]))
    recused = session.scalars(select(GroupLeavesOut).where(GroupLeavesOut.group_id.in_(groups))).all()
    session.add_all(GroupLeavesOut(group_id=groups[row.group_id], unit_id=units[row.unit_id]) for row in recused)
    session.flush()
    return units


def _moved(session: Session, table: type[Row], campaigns: tuple[str, str]) -> Ids:
    """Copy a table's rows of one campaign to another, and return their ids by those of their sources."""
    rows: Sequence[Any] = _of(session, table, campaigns[0])
    ids = {row.id: new_id() for row in rows}
    session.add_all(_copied(row, id=ids[row.id], campaign_id=campaigns[1]) for row in rows)
    session.flush()
    return ids


def _scheme(scheme: Scheme, groups: Ids) -> Scheme:
    """Return a scheme that names the groups of a copy; a composite of another round's votes has no meaning there."""
    weights = {groups[group]: weight for group, weight in scheme.weights.items() if group in groups}
    quorums = {groups[group]: quorum for group, quorum in scheme.group_quorums.items() if group in groups}
    composite = scheme.composite
    if composite is not None:
        parts = tuple(_part(part, groups) for part in composite.parts)
        composite = None if _of_rounds(composite) else replace(composite, parts=parts)
    return replace(scheme, weights=weights, group_quorums=quorums, composite=composite)


def _part(part: Part, groups: Ids) -> Part:
    return replace(
        part, group=groups.get(part.group, part.group), parts=tuple(_part(each, groups) for each in part.parts)
    )


def _of_rounds(composite: Composite) -> list[Part]:
    return [part for part in every_part(composite.parts) if part.source is Source.ROUND]


def _names_left(session: Session, source: Campaign, campaign: Campaign) -> list[LeftOut]:
    """Take over English names; that of the title only where the new title is the old one with its years moved on."""
    rows = _of(session, EnglishName, source.id)
    session.add_all(_copied(row, campaign_id=campaign.id) for row in rows if row.name != source.title)
    before = next((row.english for row in rows if row.name == source.title), "")
    if not before:
        return []
    last, now = (max(map(int, _YEAR.findall(title)), default=0) for title in (source.title, campaign.title))
    step = now - last
    if not last or moved_on(source.title, step) != campaign.title:
        return [LeftOut("english_title", (before,))]
    english = moved_on(before, step)
    session.add(EnglishName(campaign_id=campaign.id, name=campaign.title, english=english))
    return []


def _register(session: Session, campaign_id: str) -> list[LeftOut]:
    renamed, gone = changed_since(session, campaign_id)
    told = {"register_names": renamed, "register_gone": gone}
    return [LeftOut(code, names) for code, names in told.items() if names]


def _liaisons(acting: Acting, copied: Copied) -> list[LeftOut]:
    gone = copy_liaisons(acting.session, copied.units)
    return [LeftOut("liaisons", tuple(gone))] if gone else []
