"""与上次结果: what came out of an object the last time it was rated in the same way, beside what came out now.

Staff read it of results that were released to them. On what everybody reads stand results alone that everybody could
read before: neither those that were shown by their link, nor more of them than was posted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.core.db import pause
from app.core.lately import Lately
from app.publication.agreement import why_not
from app.publication.domain import Viewer
from app.publication.editions import Published, PublishedBands
from app.publication.lookback import Behind, Pairing, behind, whole
from app.publication.reads import ANYONE
from app.publication.renditions import bands, rendition
from app.publication.spoken import speaker
from app.publication.stored import digests_of, document_of, documents_once
from app.publication.trends import Rated
from app.rounds.domain import Paper
from app.rounds.reads import RoundView, frozen_papers
from app.tally.document import BandDocument, Document, Target, TargetBand
from app.tally.headed import headline
from app.tally.spoken import Speaker
from app.tally.verdict import Verdict
from app.tally.wording import NO_BAND_TEXT

PREVIOUS_HEADS: Final = ("对象", "本次", "上次", "上次的轮次", "日期")
PREVIOUS_NOTE: Final = "上次是同一对象以前最近一轮口径相同的已公布结果。"
DAMAGED: Final = "结果与公布时的指纹不符，不作比较"
"""In the place of what came out last time where that is not as it was published."""
TWICE: Final = "已公布的结果连续两次不达标"
"""Of what was published to its reader: another round may lie between of which he may not even know."""
KEPT: Final = 32
"""Of so many results what stands beside them is kept: the hall screen asks for it every few seconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of an object: its word and, as far as it is told, its rate; or its band, which has no code."""

    word: str
    code: str = ""
    rate: str = ""

    @property
    def text(self) -> str:
        """Word and rate in one line."""
        return f"{self.word} {self.rate}".strip()


@dataclass(frozen=True, slots=True)
class Before:
    """An object with what came out now and last time, and in which round that was; ``names`` of both papers.

    ``twice`` says so where it failed both times and its reader sees no other result of it in between.
    """

    id: str
    name: str
    now: Outcome
    last: Outcome
    round_id: str
    campaign: str
    title: str
    day: datetime
    twice: str = ""
    names: tuple[Mapping[str, str], Mapping[str, str]] = field(default=({}, {}), repr=False)
    is_unread: bool = False
    """Whether the result of last time is damaged, so that what is told changes once it is repaired."""

    @property
    def where(self) -> str:
        """The round of last time, as files name it."""
        return f"{self.campaign} {self.title}"

    @property
    def now_text(self) -> str:
        """What came out now, with that it is the second time."""
        return " · ".join(filter(None, (self.now.text, self.twice)))


_UNASKED: Final[tuple[frozenset[str], dict[str, str]]] = (frozenset(), {})
_kept: Lately[Sequence[Before]] = Lately(KEPT)


def previous_seen(session: Session, viewer: Viewer, now: datetime, result: Published) -> Sequence[Before]:
    """Return what stands beside a result, which is as it was stored, for a member of staff, in official order."""
    return _beside(session, viewer, now, result)


def previous_told(session: Session, now: datetime, result: PublishedBands) -> Sequence[Before]:
    """Return what stands beside a result for everybody, in official order, out of results that everybody may read."""
    return _beside(session, ANYONE, now, result)


def _beside(session: Session, viewer: Viewer, now: datetime, result: Published | PublishedBands) -> Sequence[Before]:
    return previous_behind(session, behind(session, viewer, now, result.round_id, result.campaign_id), result)


def previous_behind(session: Session, found: Behind | None, result: Published | PublishedBands) -> Sequence[Before]:
    """Return what the rounds behind a result tell beside it; where nothing it hangs on has changed, as made lately.

    What was made while one was damaged is not kept: a repair changes nothing by which it would be found.
    """
    result.must_be_stored("what came out last time")
    if found is None:
        return ()
    units = tuple(target["id"] for target in _targets(result.document))
    name = (result.round_id, result.digest, isinstance(result, Published), units, found.digest)
    made = _kept.get(name)
    if made is None:
        made = tuple(_made(session, found, result))
        if not any(each.is_unread for each in made):
            _kept.put(name, made)
    return made


def _made(session: Session, found: Behind, result: Published | PublishedBands) -> Iterator[Before]:
    papers = frozen_papers(session, [found.own.id, *(row.id for row, _ in found.seen)])
    bands_alone = isinstance(result, PublishedBands)
    mine = Rated(found.own, papers[found.own.id], _document(session, result))
    rows: dict[str, Before] = {}
    shown = {target["id"]: target for target in _targets(result.document)}
    for one in _rounds(session, found, mine, papers):
        document = one.document and (bands(one.document) if bands_alone else one.document)
        last = _by_id(document) if document else {}
        for unit_id, other_id in one.pairs.items():
            outcome = _outcome(last[other_id]) if last else Outcome(DAMAGED)
            rows[unit_id] = _before(mine.paper, shown[unit_id], one, outcome)
    yield from (rows[unit_id] for unit_id in shown if unit_id in rows)


def _document(session: Session, result: Published | PublishedBands) -> Document:
    """Return what was rated, by which one sees whether two results were made in one way."""
    if isinstance(result, Published):
        return result.document
    return document_of(session, result.round_id, result.version, result.digest)


@dataclass(frozen=True, slots=True)
class _Round:
    """A round of which something is told: the objects of it by the ids of this round; no document of a damaged one.

    ``again``: the objects that were rated once more after it, in another way, before this round.
    """

    row: RoundView
    paper: Paper
    day: datetime
    pairs: Mapping[str, str]
    document: Document | None
    again: frozenset[str]


def _rounds(session: Session, found: Behind, mine: Rated, papers: Mapping[str, Paper]) -> Iterator[_Round]:
    """Yield the rounds of which something is told, newest first.

    A document is read only where the papers say that something of it may stand beside the result. A damaged one is
    named, and keeps no result of other rounds from its reader.
    """
    digests = digests_of(session, [(row.id, sight.version) for row, sight in found.seen])
    pause(session, "pairing rounds")
    pairing, wanted = Pairing(found.own, mine.paper, found.ties), {target["id"] for target in mine.targets}
    likely = {row.id: looked for row, looked in _likely(found, pairing, papers, wanted)}
    told = {row.id: sight.version for row, sight in found.seen if likely.get(row.id, _UNASKED)[1]}
    documents = documents_once(session, told, digests)
    again: set[str] = set()
    for row, sight in found.seen:
        paper = papers[row.id]
        asked, pairs = likely.get(row.id, _UNASKED)
        if wanted - asked:
            pairs = pairs | pairing.pairs((row, sight), paper, wanted - asked)
        if pairs:
            if row.id not in documents:
                documents |= documents_once(session, {row.id: sight.version}, digests)
            parsed = documents.pop(row.id)
            document = parsed and rendition(parsed(), whole(sight))
            if document is not None:
                rated = Rated(row, paper, document)
                pairs = {unit_id: other for unit_id, other in pairs.items() if _agree(mine, unit_id, rated, other)}
            wanted -= pairs.keys()
            yield _Round(row, paper, row.closed_at or sight.since, pairs, document, frozenset(again))
        if not wanted:
            return
        again |= pairing.rated((row, sight), paper)


def _likely(
    found: Behind, pairing: Pairing, papers: Mapping[str, Paper], wanted: AbstractSet[str]
) -> Iterator[tuple[RoundView, tuple[frozenset[str], dict[str, str]]]]:
    """Yield the rounds with the objects that were looked for in each and their pairs, as if all pairs agreed."""
    left = frozenset(wanted)
    for row, sight in found.seen:
        if not left:
            return
        pairs = pairing.pairs((row, sight), papers[row.id], left)
        yield row, (left, pairs)
        left -= pairs.keys()


def _agree(mine: Rated, unit_id: str, rated: Rated, other_id: str) -> bool:
    if rated.target_of(other_id) is None:
        return False
    return not why_not(mine.rating_of(unit_id), rated.rating_of(other_id))


def _targets(document: Document | BandDocument) -> Iterable[Target | TargetBand]:
    return (target for section in document["sections"] for target in section["targets"])


def _by_id(document: Document | BandDocument) -> dict[str, Target | TargetBand]:
    return {target["id"]: target for target in _targets(document)}


def _before(paper: Paper, target: Target | TargetBand, one: _Round, last: Outcome) -> Before:
    now = _outcome(target)
    return Before(
        target["id"],
        target["name"],
        now,
        last,
        one.row.id,
        one.paper.campaign,
        one.row.title,
        one.day,
        TWICE if now.code == last.code == Verdict.REMEDIAL and target["id"] not in one.again else "",
        (paper.english, one.paper.english),
        one.document is None,
    )


def _outcome(target: Target | TargetBand) -> Outcome:
    if "verdict" not in target:
        band = target["band"]
        return Outcome(band["label"] if band else NO_BAND_TEXT)
    total = target["overall"]["total"]
    rate = headline(total) if total["shown"] else ""
    return Outcome(target["verdict"]["label"], target["verdict"]["code"], rate)


def rounds_of(found: Sequence[Before]) -> list[str]:
    """Return the ids of the rounds that are told of, each once."""
    return list(dict.fromkeys(each.round_id for each in found))


def in_words(language: str, found: Sequence[Before]) -> Sequence[Before]:
    """Return the same for a page in a language: what is said of each round in the words of its own paper."""
    if language != "en" or not found:
        return found
    own = speaker(found[0].names[0])
    of_round = {each.round_id: each.names[1] for each in found}
    spoken = {round_id: speaker(names) for round_id, names in of_round.items()}
    return [
        replace(
            each,
            name=own.say(each.name),
            twice=own.say(each.twice),
            now=_said(own, each.now),
            last=_said(spoken[each.round_id], each.last),
            campaign=spoken[each.round_id].say(each.campaign),
            title=spoken[each.round_id].say(each.title),
        )
        for each in found
    ]


def _said(speaker: Speaker, outcome: Outcome) -> Outcome:
    return replace(outcome, word=speaker.say(outcome.word), rate=speaker.say(outcome.rate))
