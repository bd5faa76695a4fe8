"""The verdicts of published results without their documents: what a board of many rounds reads.

They are copied when a version is stored and never changed. Whoever decides something about one target reads the
document, which is checked against its digest.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.publication.domain import BANDS_ONLY, Sight, Viewer
from app.publication.models import ResultVerdict
from app.publication.reads import PublishedLine, Sighted, lines_of, sighted
from app.tally.document import Document, Target, canonical_json, every_target, text_digest
from app.tally.verdict import Verdict

COLUMNS = (ResultVerdict.target_id, ResultVerdict.name, ResultVerdict.verdict, ResultVerdict.reasons)


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """What a version of a result says of one target; ``reasons`` are sentences."""

    target_id: str
    name: str
    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A document as it is stored: canonical text and its SHA-256, the verdicts to stand beside it in official order."""

    text: str
    digest: str
    verdicts: tuple[TargetVerdict, ...]


def written(document: Document) -> Written:
    """Write a document down for ``store_version``, before its transaction begins."""
    text = canonical_json(document)
    return Written(text, text_digest(text), tuple(_said(target) for target in every_target(document)))


def _said(target: Target) -> TargetVerdict:
    ruling = target["verdict"]
    reasons = tuple(reason["text"] for reason in ruling["reasons"])
    return TargetVerdict(target["id"], target["name"], Verdict(ruling["code"]), reasons)


def store_verdicts(session: Session, round_id: str, version: int, verdicts: Sequence[TargetVerdict]) -> None:
    """Store the verdicts of a version."""
    rows = [
        {
            "round_id": round_id,
            "version": version,
            "place": place,
            "target_id": each.target_id,
            "name": each.name,
            "verdict": each.verdict.value,
            "reasons": json.dumps(each.reasons, ensure_ascii=False),
        }
        for place, each in enumerate(verdicts, start=1)
    ]
    if rows:
        session.execute(insert(ResultVerdict), rows)


def published_verdicts(
    session: Session, viewer: Viewer, now: datetime, wanted: Verdict, campaign_id: str = ""
) -> Sequence[tuple[PublishedLine, Sequence[TargetVerdict]]]:
    """Return the results that a viewer of figures may see, newest round first, with their targets of one verdict.

    Of one campaign or of all. One that has none is left out before its paper is read.
    """
    seen = with_figures(session, viewer, now, {campaign_id} if campaign_id else None)
    found = verdicts_in(session, seen, wanted)
    lines = lines_of(session, [each for each in seen if each[0].id in found])
    return [(line, found[line.round.id]) for line, _ in lines]


def with_figures(
    session: Session, viewer: Viewer, now: datetime, campaigns: Collection[str] | None = None
) -> list[Sighted]:  # fmt: skip
    """Return the published rounds of which a viewer sees figures."""
    return [each for each in sighted(session, viewer, now, campaigns) if each[1].scope not in BANDS_ONLY]


def verdicts_in(session: Session, seen: Sequence[Sighted], wanted: Verdict) -> Mapping[str, Sequence[TargetVerdict]]:
    """Return of what is seen of rounds the targets of one verdict, by the rounds' ids; of rounds that have any."""
    found = _rows(session, [(row.id, sight.version) for row, sight in seen], wanted)
    return {row.id: list(_seen(found[row.id], sight)) for row, sight in seen if row.id in found}


def _rows(session: Session, versions: Sequence[tuple[str, int]], wanted: Verdict) -> dict[str, list[TargetVerdict]]:
    one, shown = ResultVerdict, dict(versions)
    query = select(one.round_id, one.version, *COLUMNS).where(one.verdict == wanted.value, one.round_id.in_(shown))
    found: dict[str, list[TargetVerdict]] = {}
    for round_id, version, *row in session.execute(query.order_by(one.round_id, one.place)):
        if version == shown[round_id]:  # asking for pairs takes as long as all the rest, where there are many rounds
            found.setdefault(round_id, []).append(_verdict(*row))
    return found


def _seen(verdicts: Sequence[TargetVerdict], sight: Sight) -> Iterator[TargetVerdict]:
    return (each for each in verdicts if sight.unit_ids is None or each.target_id in sight.unit_ids)


def _verdict(target_id: str, name: str, verdict: str, reasons: str) -> TargetVerdict:
    return TargetVerdict(target_id, name, Verdict(verdict), tuple(json.loads(reasons)))
