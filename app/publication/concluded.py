"""What failed in published results, by the votes or by the word of a composite score: what 补课 may be ordered of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.publication.composite_rows import Row
from app.publication.composites import composites_beside
from app.publication.domain import BANDS_ONLY, Viewer
from app.publication.reads import PublishedLine, lines_of, published, sighted
from app.publication.verdicts import TargetVerdict, published_verdicts
from app.rounds.reads import judging_scores
from app.tally.verdict import Verdict

Failed = tuple[PublishedLine, Sequence[TargetVerdict]]


def failed_targets(session: Session, viewer: Viewer, now: datetime) -> Sequence[Failed]:
    """Return the results that a viewer of figures may see with what failed in them, newest round first.

    A result stored its verdicts; the word of a score is worked out when it is asked for, as its reader knows it.
    """
    seen = [each for each in sighted(session, viewer, now) if each[1].scope not in BANDS_ONLY]
    voted = {line.round.id: found for line, found in published_verdicts(session, viewer, now, Verdict.REMEDIAL)}
    judging = judging_scores(session, [row.id for row, _ in seen])
    rows = {round_id: failed_scores(session, round_id, viewer, now) for round_id in judging}
    lines = lines_of(session, [each for each in seen if each[0].id in voted or rows.get(each[0].id)])
    return [(line, _merged(voted.get(line.round.id, ()), rows.get(line.round.id, ()))) for line, _ in lines]


def failed_scores(session: Session, round_id: str, viewer: Viewer, now: datetime) -> Sequence[Row]:
    """Return the objects whose score has a word that means failed."""
    return [row for row in judged_scores(session, round_id, viewer, now) if row.has_failed]


def judged_scores(session: Session, round_id: str, viewer: Viewer, now: datetime) -> Sequence[Row]:
    """Return the objects whose score the round's rule judges, with or without a word; none where there is no rule."""
    found = composites_beside(session, published(session, round_id, viewer, now), viewer, now)
    return found.rows if found and found.rule else []


def _merged(voted: Sequence[TargetVerdict], scored: Sequence[Row]) -> Sequence[TargetVerdict]:
    """Return what failed by votes, with what failed by its score as well; behind it what failed by its score alone."""
    rows = {row.id: row for row in scored}
    both = [_with(each, rows.pop(each.target_id)) if each.target_id in rows else each for each in voted]
    return [*both, *(TargetVerdict(row.id, row.name, Verdict.REMEDIAL, (row.reason,)) for row in rows.values())]


def _with(voted: TargetVerdict, row: Row) -> TargetVerdict:
    return TargetVerdict(voted.target_id, voted.name, voted.verdict, (*voted.reasons, row.reason))
