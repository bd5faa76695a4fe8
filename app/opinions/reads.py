"""What the rest of the product may know of opinions: the issues they were merged into, and where each one is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.campaigns.reads import CampaignView, get_campaign
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut
from app.opinions.domain import ASIDE, TYPED_SOURCES, UNSORTED, Act, Kind, Proposal, Sorting, Source, replay
from app.opinions.models import Opinion, OpinionAct
from app.publication.admission import Admission, admission, earshot_of
from app.publication.domain import Scope, Viewer, units_with_remarks
from app.publication.reads import published, sighted, viewer_of
from app.publication.stored import Read
from app.publication.totals import in_sight, results_of
from app.rounds.ports import NOTHING_MERGED, Earshot, Merged, MergedIssue
from app.rounds.reads import RoundView

ORGANISERS = Viewer(Scope.ORGANISERS)
PLACES = frozenset({"unsorted", "merged", "aside"})
"""Where an opinion may be, as a list is narrowed to it."""
AT_A_PLACE = 100
"""Opinions to be ticked on one page."""
_PARTS_OF_A_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class OpinionView:
    """An opinion and where it is: unsorted, an issue's id, or set aside."""

    id: str
    source: Source
    number: str
    unit_id: str | None
    unit: str
    text: str
    place: str
    round_id: str | None = None
    """The round whose remark it is; None for one that was typed or brought."""

    @property
    def name(self) -> str:
        """By what it is looked for."""
        return f"{self.number} {self.unit} {self.text}"


@dataclass(frozen=True, slots=True)
class Issue:
    """问题: what opinions were merged into. ``unit_ids`` are the units its opinions are about, in official order."""

    id: str
    title: str
    unit_ids: tuple[str, ...]
    opinion_count: int


@dataclass(frozen=True, slots=True)
class Collection:
    """All opinions of a campaign and what became of them."""

    campaign: CampaignView
    opinions: Sequence[OpinionView]
    sorting: Sorting
    acts: int
    """Number of the last act, undone or not."""

    def searched(self, wish: Wish) -> Listed[OpinionView]:
        """Return a page of the opinions that a reader looks for by number, unit, words and where they are."""
        some = [each for each in self.opinions if wish.state in {"", kind_of_place(each.place)}]
        return cut([each for each in some if wish.fits(each.name)], wish)

    def at(self, place: str) -> list[OpinionView]:
        """Return the opinions in a place, in the order of the list."""
        return [opinion for opinion in self.opinions if opinion.place == place]

    @property
    def issues(self) -> Sequence[Issue]:
        """Return the issues in the order they were made, also those without an opinion left."""
        found: dict[str, list[OpinionView]] = {issue: [] for issue in self.sorting.titles}
        for opinion in self.opinions:
            if opinion.place in found:
                found[opinion.place].append(opinion)
        return [
            Issue(issue, self.sorting.titles[issue], self._units({opinion.unit_id for opinion in some}), len(some))
            for issue, some in found.items()
        ]

    @property
    def filled(self) -> Sequence[Issue]:
        """Return the issues that have opinions, in the order they were made."""
        return [issue for issue in self.issues if issue.opinion_count]

    def _units(self, about: AbstractSet[str | None]) -> tuple[str, ...]:
        return tuple(unit.id for unit in self.campaign.units if unit.id in about)


def kind_of_place(place: str) -> str:
    """Return which of ``PLACES`` a place is."""
    return {UNSORTED: "unsorted", ASIDE: "aside"}.get(place, "merged")


def acts_of(session: Session, campaign_id: str, until: int | None = None) -> list[Act]:
    """Return the acts in their order, up to the one numbered ``until``."""
    return [act_of(row) for row in session.scalars(act_rows(campaign_id)) if until is None or row.number <= until]


def act_rows(campaign_id: str) -> Select[OpinionAct]:
    """Return the query of a campaign's acts in their order."""
    return select(OpinionAct).where(OpinionAct.campaign_id == campaign_id).order_by(OpinionAct.number)


def act_of(row: OpinionAct) -> Act:
    """Return a row as an act."""
    told = json.loads(row.payload)
    return Act(row.number, Kind(row.kind), tuple(told["opinions"]), told["issue"], told["words"], told["undoes"])


def opinion_ids(session: Session, campaign_id: str) -> Sequence[str]:
    """Return the ids of all opinions of a campaign."""
    return session.scalars(select(Opinion.id).where(Opinion.campaign_id == campaign_id).order_by(Opinion.id)).all()


def collection(session: Session, campaign_id: str) -> Collection:
    """Return all opinions in the order of their sources and numbers; DomainError ``campaign_unknown``."""
    return collection_of(session, get_campaign(session, campaign_id))


def collection_of(session: Session, campaign: CampaignView) -> Collection:
    """Return the same of a campaign that is read already."""
    rows = session.scalars(select(Opinion).where(Opinion.campaign_id == campaign.id)).all()
    acts = acts_of(session, campaign.id)
    sorting = replay([row.id for row in rows], acts)
    names = {unit.id: unit.name for unit in campaign.units}
    views = [_view(row, names, sorting.places[row.id]) for row in rows]
    return Collection(campaign, sorted(views, key=_order), sorting, acts[-1].number if acts else 0)


def _view(row: Opinion, names: Mapping[str, str], place: str) -> OpinionView:
    unit = names.get(row.unit_id, "") if row.unit_id else ""
    return OpinionView(row.id, Source(row.source), row.number, row.unit_id, unit, row.text, place, row.round_id)


def _order(opinion: OpinionView) -> tuple[int, list[tuple[int, str]], str]:
    """Return what sorts 2 before 10, and 1-10 behind 1-9."""
    parts = _PARTS_OF_A_NUMBER.split(opinion.number)
    return (
        list(Source).index(opinion.source),
        [(int(part), "") if part.isdecimal() else (0, part) for part in parts],
        opinion.id,
    )


def issues_of(session: Session, campaign_id: str) -> Sequence[Issue]:
    """Return the issues of a campaign that have opinions, in the order they were made."""
    return collection(session, campaign_id).filled


def issue_count(session: Session, campaign_id: str) -> int:
    """Return how many issues have opinions; what these say is not read for it."""
    places = replay(opinion_ids(session, campaign_id), acts_of(session, campaign_id)).places.values()
    return len({place for place in places if kind_of_place(place) == "merged"})


def merged_for(session: Session, campaign_id: str, earshot: Earshot) -> Merged:
    """Return what opinions were merged into, as far as the reader of a round's result may know.

    Remarks count if they are of this round and about units whose remarks he may read, other opinions if they are about
    units he sees; what is about no unit in particular counts for whoever sees all units.
    """
    query = select(Opinion.id, Opinion.unit_id, Opinion.round_id).where(Opinion.campaign_id == campaign_id)
    rows = session.execute(query).all()
    known = _known([(row.id, row.unit_id, row.round_id) for row in rows], [earshot])
    return _merged(known, replay([row.id for row in rows], acts_of(session, campaign_id))) if known else NOTHING_MERGED


def merged_within(
    session: Session, staff: Principal, now: datetime, found: Collection, units: AbstractSet[str] | None
) -> Merged:
    """Return the same of all that was ``found`` in a campaign for a reader of these units; None: of all and of none.

    Remarks count as far as the results that are released to him show them.
    """
    seen = frozenset(unit.id for unit in found.campaign.units if units is None or unit.id in units)
    sought = Earshot("", seen, frozenset(), whole=units is None)
    rows = [(one.id, one.unit_id, one.round_id) for one in found.opinions]
    known = _known(rows, [sought, *_heard(session, staff, now, found.campaign.id)])
    return _merged(known, found.sorting) if known else NOTHING_MERGED


def _heard(session: Session, staff: Principal, now: datetime, campaign_id: str) -> Iterator[Earshot]:
    taken = select(Opinion.round_id).where(Opinion.campaign_id == campaign_id, Opinion.round_id.is_not(None))
    for round_id in session.scalars(taken.distinct()).all():
        try:
            yield earshot_of(session, published(session, round_id or "", viewer_of(session, staff), now))
        except DomainError as error:
            if error.code not in {"result_not_published", "role_refused"}:
                raise


def _known(rows: Sequence[tuple[str, str | None, str | None]], earshots: Sequence[Earshot]) -> Mapping[str, str | None]:
    """Return which opinions, each with its unit and its round, are known within earshot, and what units they are of."""
    return {key: unit for key, unit, of_round in rows if any(_is_known(each, unit, of_round) for each in earshots)}


def _merged(known: Mapping[str, str | None], sorting: Sorting) -> Merged:
    places = {place: [each for each in some if each in known] for place, some in sorting.by_place().items()}
    issues = tuple(
        MergedIssue(issue, title, len(places[issue]), frozenset(filter(None, map(known.get, places[issue]))))
        for issue, title in sorting.titles.items()
        if places[issue]
    )
    return Merged(len(known), issues, len(places[UNSORTED]), len(places[ASIDE]))


def _is_known(earshot: Earshot, unit_id: str | None, round_id: str | None) -> bool:
    if round_id not in {None, earshot.round_id}:
        return False
    if unit_id is None:
        return earshot.whole
    return unit_id in (earshot.units if round_id is None else earshot.heard)


def proposals(found: Collection) -> Sequence[tuple[Proposal, Sequence[OpinionView], Issue | None]]:
    """Return what the unsorted opinions suggest: a proposal, its opinions, and the issue they might belong to."""
    from app.opinions.similarity import propose  # noqa: PLC0415 -- numpy, which no other page of the desk needs

    unsorted, issues = found.at(UNSORTED), found.issues
    texts = [[opinion.text for opinion in found.at(issue.id)] for issue in issues]
    return [
        (
            proposal,
            [unsorted[place] for place in proposal.members],
            None if proposal.issue is None else issues[proposal.issue],
        )
        for proposal in propose([opinion.text for opinion in unsorted], texts)
    ]


def rounds_with_remarks(read: Read, now: datetime, campaign_id: str) -> Sequence[RoundView]:
    """Return the campaign's rounds whose published result shows remarks; rehearsals have none to take over."""
    with read() as session:
        seen = [each for each in sighted(session, ORGANISERS, now, {campaign_id}) if not each[0].is_rehearsal]
        rounds = in_sight(session, seen)
    results = results_of(read, rounds)
    shown = {key for key, result in results.items() if result and units_with_remarks(result.document)}
    return [each.line.round for each in rounds if each.line.round.id in shown]


def edition(session: Session, now: datetime, round_id: str) -> Admission:
    """Return which edition of a result is published, without reading it; DomainError ``result_not_published``."""
    return admission(session, round_id, ORGANISERS, now)


def shown_remarks(session: Session, now: datetime, round_id: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Return the remarks that the published result shows, by unit id; DomainError ``result_not_published``."""
    document = published(session, round_id, ORGANISERS, now).document
    return [(unit["id"], unit["remarks"]["texts"]) for unit in units_with_remarks(document)]


def taken_remarks(session: Session, campaign_id: str, round_id: str) -> Sequence[tuple[str | None, str]]:
    """Return unit id and text of the remarks that were taken over from a round already."""
    query = select(Opinion.unit_id, Opinion.text).where(Opinion.campaign_id == campaign_id)
    return [(row.unit_id, row.text) for row in session.execute(query.where(Opinion.round_id == round_id))]


def known_numbers(session: Session, campaign_id: str) -> Sequence[tuple[Source, str]]:
    """Return source and number of every opinion there is."""
    query = select(Opinion.source, Opinion.number).where(Opinion.campaign_id == campaign_id)
    return [(Source(source), number) for source, number in session.execute(query)]


def units_named(session: Session, campaign_id: str) -> frozenset[str]:
    """Return the ids of the units that opinions of a campaign are about."""
    query = select(Opinion.unit_id).where(Opinion.campaign_id == campaign_id, Opinion.unit_id.is_not(None))
    return frozenset(session.scalars(query.distinct()))


def count_of(session: Session, campaign_id: str) -> int:
    """Return how many opinions a campaign has."""
    return session.scalar(select(func.count()).select_from(Opinion).where(Opinion.campaign_id == campaign_id)) or 0


def places_at(session: Session, campaign_id: str, number: int) -> Mapping[str, str]:
    """Return where every opinion was after the act of that number."""
    return replay(opinion_ids(session, campaign_id), acts_of(session, campaign_id, number)).places


def collected_on(session: Session, campaign_id: str) -> Sequence[tuple[str, datetime]]:
    """Return unit and time of every opinion that was sought about a unit; remarks of a vote were not sought."""
    sources = [source.value for source in TYPED_SOURCES]
    query = select(Opinion.unit_id, Opinion.created_at).where(Opinion.campaign_id == campaign_id)
    found = session.execute(query.where(Opinion.unit_id.is_not(None), Opinion.source.in_(sources)))
    return [(unit_id, at) for unit_id, at in found if unit_id]
