"""与上次结果: what came out of an object the last time it was rated in the same way, beside what came out now.

Staff read it of results that were released to them. On what everybody reads stand results alone that everybody could
read before: neither those that were shown by their link, nor more of them than was posted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from app.publication.domain import Scope, Viewer
from app.publication.editions import Published, PublishedBands
from app.publication.reads import ANYONE, published_bands, sighted
from app.publication.spoken import speak
from app.publication.years import Row, previous_of
from app.tally.document import Target, TargetBand, every_target
from app.tally.headed import headline
from app.tally.wording import NO_BAND_TEXT

PREVIOUS_NOTE: Final = "上次是同一对象以前最近一轮口径相同的已公布结果。"
ORGANISERS: Final = Viewer(Scope.ORGANISERS)


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
    """An object with what came out now and last time, and in which round that was."""

    id: str
    name: str
    now: Outcome
    last: Outcome
    round_id: str
    campaign: str
    title: str
    day: datetime
    english: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def where(self) -> str:
        """The round of last time, as files name it."""
        return f"{self.campaign} {self.title}"


def previous_seen(session: Session, viewer: Viewer, now: datetime, result: Published) -> list[Before]:
    """Return what stands beside a result for a member of staff, in official order."""
    rows = previous_of(session, viewer, now, result)
    return [
        _before(target, rows[target["id"]], rows[target["id"]].target)
        for target in every_target(result.document)
        if target["id"] in rows
    ]


def previous_told(session: Session, now: datetime, result: PublishedBands) -> list[Before]:
    """Return what stands beside a result for everybody, in official order, out of results that everybody may read."""
    public = {row.id for row, sight in sighted(session, ANYONE, now) if sight.scope is Scope.PUBLIC}
    rows = previous_of(session, ORGANISERS, now, result, public)
    earlier = {row.column.line.round.id for row in rows.values()}
    told = {round_id: _bands(published_bands(session, round_id, ANYONE, now)) for round_id in earlier}
    found = []
    for target in _targets(result):
        row = rows.get(target["id"])
        last = told[row.column.line.round.id].get(row.target["id"]) if row else None
        if row is not None and last is not None:
            found.append(_before(target, row, last))
    return found


def _targets(result: PublishedBands) -> Iterable[TargetBand]:
    return (target for section in result.document["sections"] for target in section["targets"])


def _bands(result: PublishedBands) -> dict[str, TargetBand]:
    return {target["id"]: target for target in _targets(result)}


def _before(target: Target | TargetBand, row: Row, last: Target | TargetBand) -> Before:
    line = row.column.line
    return Before(
        target["id"],
        target["name"],
        _outcome(target),
        _outcome(last),
        line.round.id,
        line.campaign,
        line.round.title,
        line.round.closed_at or line.published_at,
        row.column.paper.english,
    )


def _outcome(target: Target | TargetBand) -> Outcome:
    if "verdict" not in target:
        band = target["band"]
        return Outcome(band["label"] if band else NO_BAND_TEXT)
    total = target["overall"]["total"]
    rate = headline(total) if total["shown"] else ""
    return Outcome(target["verdict"]["label"], target["verdict"]["code"], rate)


def in_words(language: str, found: Sequence[Before]) -> list[Before]:
    """Return the same for a page in a language: what is said of last time in the words of its own paper."""
    if language != "en":
        return list(found)
    return [
        replace(
            each,
            last=replace(each.last, word=speak(each.english, each.last.word)),
            campaign=speak(each.english, each.campaign),
            title=speak(each.english, each.title),
        )
        for each in found
    ]


def digest_of(found: Sequence[Before]) -> str:
    """Return what names these very rows: with others a file is another one."""
    return sha256(repr(found).encode()).hexdigest()[:16] if found else ""
