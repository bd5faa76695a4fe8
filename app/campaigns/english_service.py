"""A campaign's dictionary: the English names of what is read on its papers and results, frozen into each paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.builtin import FORMS
from app.campaigns.english_reads import english_names
from app.campaigns.kinds import KINDS
from app.campaigns.models import EnglishName
from app.campaigns.names import SHIPPED
from app.campaigns.reads import CampaignView
from app.campaigns.result_names import result_names, rule_names
from app.campaigns.service import campaign_row
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.folding import clean_name

ENGLISH_LIMIT = 160
"""Signs of an English name; they run about twice as long as Chinese ones."""


JUDGED: Final = frozenset(name for kind in KINDS.values() for rule in kind.rules for name in rule_names(rule))
"""The words of the rules that ship, with what follows from them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that is read; ``kind`` says of what, ``english`` is the campaign's own, ``shipped`` the product's."""

    kind: str
    name: str
    english: str
    shipped: str

    @property
    def is_missing(self) -> bool:
        """Whether it would be shown in Chinese."""
        return not (self.english or self.shipped)


@dataclass(frozen=True, slots=True)
class Change:
    """An English name as it was typed, and as it stood on the page before."""

    name: str
    before: str
    english: str


def dictionary(campaign: CampaignView, round_titles: Iterable[str]) -> list[Entry]:
    """Return every name of the campaign that is read on papers and results, each once, by kind.

    Of what its results are judged by, words of the rules that ship have their English already.
    """
    pairs = dict[str, str]()
    judged = (name for name in dict.fromkeys(_judged(campaign)) if name not in JUDGED)
    for kind, names in (*_names(campaign, round_titles), ("结论", judged)):
        for name in names:
            pairs.setdefault(name, kind)
    own = campaign.english
    return [Entry(kind, name, own.get(name, ""), SHIPPED.get(name, "")) for name, kind in pairs.items()]


def _names(campaign: CampaignView, round_titles: Iterable[str]) -> Sequence[tuple[str, Iterable[str]]]:
    own = [view.form for view in campaign.forms if view.key not in FORMS]
    items = [item for form in own for item in form.items]
    grades = [label for item in items for label in item.words]
    grades += [label for form in own if form.own_scale for label in form.own_scale.options]
    return (
        ("活动", (campaign.title, campaign.organisation)),
        ("轮次", round_titles),
        ("单位", (unit.name for unit in campaign.units)),
        ("单位", (words for unit in campaign.units for words in (unit.duty, unit.responsible) if words)),
        ("分表", (section.noun for section in campaign.sections)),
        ("参评人员", (group.name for group in campaign.groups)),
        ("测评表", (form.title for form in own)),
        ("所属标题", (item.heading for item in items if item.heading)),
        ("指标", (item.label for item in items)),
        ("等次", (*campaign.scheme.scale.options, *grades)),
    )


def _judged(campaign: CampaignView) -> Iterator[str]:
    yield from result_names(campaign.scheme)
    for section in campaign.sections:
        if section.rule is not None:
            yield from rule_names(section.rule)


def save_english(acting: Acting, campaign_id: str, changes: Sequence[Change]) -> None:
    """Give names their English; an empty one takes it away.

    DomainError ``english_changed`` where somebody changed one of them since the page was made, ``name_too_long``.
    """
    campaign_row(acting.session, campaign_id)
    stored = english_names(acting.session, campaign_id)
    wanted = {}
    for change in changes:
        english = clean_name(change.english)
        if english == change.before:
            continue
        if stored.get(change.name, "") not in {change.before, english}:
            raise DomainError("english_changed", name=change.name, now=stored.get(change.name, "") or "—")
        wanted[change.name] = english
    if not wanted:
        return
    keep_english(acting.session, campaign_id, wanted)
    audit.record(acting.session, acting.now, acting.actor, "campaign.english", campaign_id, names=wanted)


def keep_english(session: Session, campaign_id: str, wanted: Mapping[str, str]) -> None:
    """Write English names down, in as many statements as for one; one that is empty, or what ships, is not kept."""
    for english in wanted.values():
        if len(english) > ENGLISH_LIMIT:
            raise DomainError("name_too_long", name=english[:12] + "…", limit=ENGLISH_LIMIT)
    stored = english_names(session, campaign_id)
    kept = {name: "" if english == SHIPPED.get(name) else english for name, english in wanted.items()}
    changed = [name for name, english in kept.items() if stored.get(name, "") != english]
    if not changed:
        return
    mine = EnglishName.campaign_id == campaign_id
    session.execute(delete(EnglishName).where(mine, EnglishName.name.in_(changed)))
    rows = [{"campaign_id": campaign_id, "name": name, "english": kept[name]} for name in changed if kept[name]]
    if rows:
        session.execute(insert(EnglishName), rows)


def missing(entries: Iterable[Entry]) -> int:
    """Count the names that have no English."""
    return sum(entry.is_missing for entry in entries)
