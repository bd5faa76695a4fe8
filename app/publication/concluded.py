"""What failed in published results, by the votes or by the word of a composite score: what 补课 may be ordered of."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from sqlalchemy.orm import Session

from app.campaigns.composite import Missing, rounds_behind
from app.core.db import pause
from app.core.lately import Lately
from app.publication.composite_rows import Entry, Row
from app.publication.composites import (
    SCORES,
    Key,
    Other,
    composite_of,
    composites_from,
    entries_in,
    entries_of,
    others_of,
    others_seen,
)
from app.publication.domain import Sight, Viewer
from app.publication.editions import Published
from app.publication.reads import PublishedLine, Sighted, lines_of
from app.publication.renditions import rendition
from app.publication.stored import Text, texts_of
from app.publication.verdicts import TargetVerdict, verdicts_in, with_figures
from app.rounds.domain import Paper
from app.rounds.reads import RoundView, frozen_paper, judges_scores, papers_judging_scores
from app.tally.document import Document
from app.tally.verdict import Verdict

KEPT: Final = 256
"""Of so many rounds what failed by its score is kept: the board asks for that of all of them."""
_kept: Lately[Sequence[Row]] = Lately(KEPT)
Failed = tuple[PublishedLine, Sequence[TargetVerdict]]


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed in results, newest round first; ``damaged``: rounds whose results are not as they were published.

    No score that is made of a damaged result is judged.
    """

    found: Sequence[Failed]
    damaged: Sequence[RoundView]


def failed_targets(session: Session, viewer: Viewer, now: datetime) -> Failures:
    """Return the results that a viewer of figures may see with what failed in them; no statement is sent for a round.

    A result stored its verdicts; the word of a score is worked out when it is asked for, as its reader knows it.
    """
    seen = with_figures(session, viewer, now)
    papers = papers_judging_scores(session, [row.id for row, _ in seen])
    voted = verdicts_in(session, seen, Verdict.REMEDIAL)
    entries = entries_in(session, papers)
    stored = _stored(session, seen, papers)  # the last that is read before scores are worked out
    scored = _failed_scores(papers, entries, stored)
    lines = lines_of(session, [each for each in seen if each[0].id in voted or scored.get(each[0].id)], papers)
    return Failures(
        [(line, _merged(voted.get(line.round.id, ()), scored.get(line.round.id, ()))) for line, _ in lines],
        [row for row, _ in seen if row.id in stored and stored[row.id] is None],
    )


@dataclass(frozen=True)  # without slots, so that it is cut once
class _Seen:
    """A stored result as its reader may see it."""

    stored: Text
    sight: Sight

    @cached_property
    def document(self) -> Document:
        """The result, cut as it is seen."""
        return rendition(self.stored.document, self.sight)


def _stored(session: Session, seen: Sequence[Sighted], papers: Mapping[str, Paper]) -> Mapping[str, _Seen | None]:
    """Return the results that scores are made of; None for one that is damaged."""
    behind = {each for paper in papers.values() for each in rounds_behind(composite_of(paper))}
    sights = {row.id: sight for row, sight in seen if row.id in {*papers, *behind}}
    texts = texts_of(session, {round_id: sight.version for round_id, sight in sights.items()})
    return {round_id: _Seen(text, sights[round_id]) if text else None for round_id, text in texts.items()}


def _other_of(stored: Mapping[str, _Seen | None]) -> Other:
    """Return what gives one of these results, a damaged one as such."""

    def other(round_id: str) -> Document | Missing | None:
        found = stored.get(round_id)
        return found.document if found else Missing("damaged") if round_id in stored else None

    return other


def _failed_scores(
    papers: Mapping[str, Paper], entries: Mapping[str, Mapping[Key, Entry]], stored: Mapping[str, _Seen | None]
) -> Mapping[str, Sequence[Row]]:
    """Return what failed by its score in each round; where nothing it hangs on has changed, as found lately."""
    other, found = _other_of(stored), dict[str, Sequence[Row]]()
    for round_id, paper in papers.items():
        document = stored.get(round_id)
        if document is None:
            continue
        behind = sorted({round_id, *rounds_behind(composite_of(paper))})
        name = round_id, frozenset(entries[round_id].items()), tuple((each, _name(stored, each)) for each in behind)
        rows = _kept.get(name)
        if rows is None:
            made = composites_from(paper, entries[round_id], document.document, others_of(paper, other))
            rows = tuple(row for row in made.rows if row.has_failed) if made else ()
            _kept.put(name, rows)
        found[round_id] = rows
    return found


def _name(stored: Mapping[str, _Seen | None], round_id: str) -> Hashable:
    """Name what is seen of a round: nothing, a damaged result, or a version that is cut so."""
    seen = stored.get(round_id)
    return (seen.stored.digest, seen.sight) if seen else round_id in stored


def judged_scores(session: Session, result: Published, viewer: Viewer, now: datetime) -> Sequence[Row]:
    """Return the objects whose score the round's rule judges, with or without a word; none where there is no rule."""
    result.must_be_stored(SCORES)
    paper, _ = frozen_paper(session, result.round_id)
    if not judges_scores(paper):
        return []
    entries = entries_of(session, result.round_id)
    others = others_seen(session, paper, viewer, now)
    pause(session, SCORES)
    found = composites_from(paper, entries, result.document, others)
    return found.rows if found else []


def _merged(voted: Sequence[TargetVerdict], scored: Sequence[Row]) -> Sequence[TargetVerdict]:
    """Return what failed by votes, with what failed by its score as well; behind it what failed by its score alone."""
    rows = {row.id: row for row in scored}
    both = [_with(each, rows.pop(each.target_id)) if each.target_id in rows else each for each in voted]
    return [*both, *(TargetVerdict(row.id, row.name, Verdict.REMEDIAL, (row.reason,)) for row in rows.values())]


def _with(voted: TargetVerdict, row: Row) -> TargetVerdict:
    return TargetVerdict(voted.target_id, voted.name, voted.verdict, (*voted.reasons, row.reason))
