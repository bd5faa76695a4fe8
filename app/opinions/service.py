"""Collecting opinions and merging them into issues: one person's act at a time, each one on record."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.people import all_names
from app.audit import service as audit
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.service import campaign_row
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.folding import spaceless
from app.core.holding import hold_nothing
from app.core.masking import Masker, length
from app.core.secrets import new_id, shuffled
from app.opinions import reads
from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.domain import MOST_OPINIONS, TEXT_LIMIT, TYPED_SOURCES, UNSORTED, Act, Kind, Source, replay
from app.opinions.models import Opinion, OpinionAct
from app.publication.admission import Admission
from app.rounds.ports import Answering, nobody
from app.rounds.reads import get_round

NUMBER_LIMIT = 20
_NAME_BREAKS = re.compile(r"[\s、，,；;]+")


@dataclass(frozen=True, slots=True)
class TypedOpinion:
    """An opinion as it was typed or stood in a workbook; ``unit_id`` empty: about no unit in particular."""

    source: str
    number: str
    unit_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Wish:
    """An act that is asked for; ``seen`` is the number of the last act that whoever asks has seen."""

    kind: Kind
    opinions: tuple[str, ...] = ()
    issue: str = ""
    words: str = ""
    undoes: int = 0
    seen: int | None = None


def number_key(source: str, number: str) -> tuple[str, str]:
    """Return what is the same for numbers that a reader could not tell apart."""
    return source, spaceless(number)


def listed_names(text: str) -> list[str]:
    """Return the names in a list as people type it."""
    return [name for name in _NAME_BREAKS.split(text) if name]


class Hiding:
    """Hides personal data in texts, each once: what was hidden before a transaction costs nothing within it."""

    def __init__(self, staff: frozenset[str], names: frozenset[str]) -> None:
        self._staff, self._names = staff, names
        self._masker = Masker(staff | names)
        self._hidden: dict[str, str] = {}

    def mask(self, text: str) -> str:
        """Return the text as ``Masker.mask`` does."""
        if text not in self._hidden:
            masked = self._masker.mask(text)
            self._hidden |= {text: masked, masked: masked}
        return self._hidden[text]

    def still(self, session: Session) -> "Hiding":
        """Return this, or one that hides anew where others belong to the staff by now."""
        return self if self._staff == _staff_names(session) else hiding(session, self._names)


def _staff_names(session: Session) -> frozenset[str]:
    return frozenset(all_names(session).values())


def hiding(session: Session, names: Iterable[str] = ()) -> Hiding:
    """Return what hides personal data: everybody of the staff, and ``names`` that were typed for this once."""
    return Hiding(_staff_names(session), frozenset(names))


def add_opinions(acting: Acting, campaign_id: str, typed: Sequence[TypedOpinion], hide: Hiding) -> None:
    """Store opinions of one's own, masked; all of them or none."""
    campaign = _locked(acting, campaign_id)
    hide = hide.still(acting.session)
    _check_room(acting, campaign_id, len(typed))
    taken = {number_key(*known) for known in reads.known_numbers(acting.session, campaign_id)}
    for each in typed:
        text = _checked(campaign, each, hide)
        key = number_key(each.source, each.number)
        if key in taken:
            raise DomainError("opinion_number_twice", number=each.number)
        taken.add(key)
        _store(acting, campaign_id, each, text)
    sources = dict(Counter(each.source for each in typed))
    audit.record(acting.session, acting.now, acting.actor, "opinion.add", campaign_id, opinions=len(typed), **sources)


def _locked(acting: Acting, campaign_id: str) -> CampaignView:
    """Return the campaign, whose row is locked so that two people take turns."""
    campaign_row(acting.session, campaign_id)
    return get_campaign(acting.session, campaign_id)


def _check_room(acting: Acting, campaign_id: str, more: int) -> None:
    if reads.count_of(acting.session, campaign_id) + more > MOST_OPINIONS:
        raise DomainError("opinions_too_many", limit=MOST_OPINIONS)


def _checked(campaign: CampaignView, typed: TypedOpinion, hide: Hiding) -> str:
    """Return the masked text of an opinion that may be stored."""
    if typed.source not in TYPED_SOURCES:
        raise DomainError("field_not_a_choice", field="来源")
    if not typed.number.strip():
        raise DomainError("field_missing", field="编号")
    if len(typed.number) > NUMBER_LIMIT:
        raise DomainError("field_too_long", field="编号", limit=NUMBER_LIMIT)
    if typed.unit_id and campaign.unit(typed.unit_id) is None:
        raise DomainError("unit_unknown")
    text = hide.mask(typed.text)
    if not text:
        raise DomainError("field_missing", field="意见")
    if length(text) > TEXT_LIMIT:
        raise DomainError("field_too_long", field="意见", limit=TEXT_LIMIT)
    return text


def _store(acting: Acting, campaign_id: str, typed: TypedOpinion, text: str, round_id: str | None = None) -> None:
    acting.session.add(
        Opinion(
            id=new_id(),
            campaign_id=campaign_id,
            unit_id=typed.unit_id or None,
            round_id=round_id,
            source=typed.source,
            number=typed.number.strip(),
            text=text,
            created_at=acting.now,
            created_by=acting.actor.name,
        )
    )


def add_demo_opinions(acting: Acting, campaign_id: str) -> None:
    """Store the opinions of the demonstration, which no person and no vote gave."""
    _locked(acting, campaign_id)
    for source, texts in DEMO_OPINIONS.items():
        for number, text in enumerate(texts, 1):
            _store(acting, campaign_id, TypedOpinion(source, str(number), "", text), text)
    counts = {source.value: len(texts) for source, texts in DEMO_OPINIONS.items()}
    audit.record(acting.session, acting.now, acting.actor, "opinion.add", campaign_id, **counts)


@dataclass(frozen=True, slots=True)
class Remarks:
    """The remarks that a round's published result shows, by unit id, as they were read to be taken over."""

    edition: Admission
    shown: Sequence[tuple[str, Sequence[str]]]
    hide: Hiding

    def mask(self) -> "Remarks":
        """Hide personal data in all of them: long work, for which nothing is held."""
        hold_nothing("masking remarks")
        for _, texts in self.shown:
            for text in texts:
                self.hide.mask(text)
        return self

    def still(self, session: Session, now: datetime) -> "Remarks":
        """Return these, or those of the edition that is published by now."""
        round_id, hide = self.edition.round_id, self.hide.still(session)
        if reads.edition(session, now, round_id) == self.edition:
            return Remarks(self.edition, self.shown, hide)
        return _remarks(session, now, round_id, hide)


def read_remarks(
    session: Session, now: datetime, campaign_id: str, round_id: str, names: Iterable[str] = ()
) -> Remarks:
    """Return what may be taken over; DomainError ``round_unknown`` or ``result_not_published``."""
    row = get_round(session, round_id)
    if row.campaign_id != campaign_id or row.is_rehearsal:
        raise DomainError("round_unknown")
    return _remarks(session, now, round_id, hiding(session, names))


def _remarks(session: Session, now: datetime, round_id: str, hide: Hiding) -> Remarks:
    return Remarks(reads.edition(session, now, round_id), reads.shown_remarks(session, now, round_id), hide)


def take_remarks(acting: Acting, campaign_id: str, remarks: Remarks) -> int:
    """Take over remarks; return how many were new.

    Only units that may be read, all in one pool in random order: neither order nor number leads to a slip. What was
    taken before is not taken again; a corrected result adds what it has more.
    """
    campaign, round_id = _locked(acting, campaign_id), remarks.edition.round_id
    remarks = remarks.still(acting.session, acting.now)
    hide, known = remarks.hide, {unit.id for unit in campaign.units}
    shown, taken = dict[str, list[str]](), dict[str, list[str]]()
    for unit_id, texts in remarks.shown:
        shown.setdefault(unit_id if unit_id in known else "", []).extend(filter(None, map(hide.mask, texts)))
    for unit, text in reads.taken_remarks(acting.session, campaign_id, round_id):
        taken.setdefault(unit or "", []).append(hide.mask(text))
    new = shuffled((unit_id, text) for unit_id in shown for text in _more(shown[unit_id], taken.get(unit_id, [])))
    _check_room(acting, campaign_id, len(new))
    first = 1 + sum(source is Source.REMARK for source, _ in reads.known_numbers(acting.session, campaign_id))
    for number, (unit_id, text) in enumerate(new, first):
        _store(acting, campaign_id, TypedOpinion(Source.REMARK, str(number), unit_id, text), text, round_id)
    detail = {"round": round_id, "opinions": len(new)}
    audit.record(acting.session, acting.now, acting.actor, "opinion.take_remarks", campaign_id, **detail)
    return len(new)


def _more(shown: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Return what is shown and was not taken yet.

    Never more than are missing: a name that is masked since then makes a text look new.
    """
    missing = max(0, len(shown) - len(taken))
    return list((Counter(shown) - Counter(taken)).elements())[:missing]


def do(acting: Acting, campaign_id: str, wish: Wish, answering: Answering = nobody) -> str:
    """Carry out an act of merging and return the issue it went to; DomainError as in ``app.opinions.domain``.

    ``merged_issue_answered``: undoing it would take an issue away that units answer with actions of their plans.
    """
    _locked(acting, campaign_id)
    session = acting.session
    acts = reads.acts_of(session, campaign_id)
    sorting = replay(reads.opinion_ids(session, campaign_id), acts)
    if wish.seen is not None and wish.seen < len(acts):
        _check_unmoved(acting, campaign_id, wish, sorting.places)
    issue = new_id() if wish.kind is Kind.NEW_ISSUE else wish.issue
    words = " ".join(hiding(session).mask(wish.words).split())
    act = Act(len(acts) + 1, wish.kind, wish.opinions, issue, words, wish.undoes)
    titles = dict(sorting.titles)
    sorting.do(act)
    for gone in titles.keys() - sorting.titles.keys():
        if units := answering(session, campaign_id, gone):
            raise DomainError("merged_issue_answered", title=titles[gone], units=tuple(units))
    session.add(
        OpinionAct(
            id=new_id(),
            campaign_id=campaign_id,
            number=act.number,
            kind=act.kind,
            payload=_payload(act),
            done_at=acting.now,
            done_by=acting.actor.name,
        )
    )
    detail = {"number": act.number, "opinions": len(act.opinions), "issue": issue, "words": words}
    undone = {"undoes": act.undoes} if act.undoes else {}
    audit.record(session, acting.now, acting.actor, f"opinion.{act.kind}", campaign_id, **detail, **undone)
    return issue if issue in sorting.titles else UNSORTED


def _check_unmoved(acting: Acting, campaign_id: str, wish: Wish, places: dict[str, str]) -> None:
    """Refuse to move what somebody else has moved since the page was shown."""
    before = reads.places_at(acting.session, campaign_id, wish.seen or 0)
    if any(before.get(opinion) != places.get(opinion) for opinion in wish.opinions):
        raise DomainError("opinions_moved_meanwhile")


def _payload(act: Act) -> str:
    told = {"opinions": act.opinions, "issue": act.issue, "words": act.words, "undoes": act.undoes}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
