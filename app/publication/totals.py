"""Results without the rows of voter groups and the texts of remarks: what is shown of each where many are told of.

A document of sixty units is a megabyte of text, and several once it is parsed; a campaign may have forty of them. So
they are read one at a time, and of each only this much is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.core.db import pause
from app.core.lately import Lately
from app.core.turns import in_turns
from app.publication.domain import Sight, Viewer
from app.publication.editions import Published
from app.publication.reads import PublishedLine, Sighted, lines_of, published
from app.publication.renditions import rendition
from app.publication.stored import WORK, DamagedResultError, Read, digests_of, stored_document
from app.rounds.domain import Paper
from app.rounds.reads import frozen_papers
from app.tally.document import Document, Section, Target

KEPT: Final = 48
_kept: Lately[Document] = Lately(KEPT)


@dataclass(frozen=True, slots=True)
class InSight:
    """A round that a reader may see, with its paper and what he sees of which version, before its result is read."""

    line: PublishedLine
    paper: Paper
    sight: Sight
    digest: str


def in_sight(session: Session, seen: Sequence[Sighted]) -> list[InSight]:
    """Return the rounds in sight that rate a unit of their reader, in this order; no result is read for it."""
    papers = frozen_papers(session, [row.id for row, _ in seen])
    digests = digests_of(session, [(row.id, sight.version) for row, sight in seen])
    lines = lines_of(session, seen, papers)
    return [InSight(line, papers[line.round.id], sight, digests[line.round.id]) for line, sight in lines]


def results_of(read: Read, rounds: Sequence[InSight]) -> Mapping[str, Published | None]:
    """Return the results of rounds as their reader sees them, by the rounds' ids; None for one that is damaged."""
    return {each.line.round.id: _result(read, each) for each in in_turns(rounds, at_once=1)}


def _result(read: Read, each: InSight) -> Published | None:
    row, sight = each.line.round, each.sight
    try:
        with read() as session:
            document = document_in_short(session, row.id, sight.version, each.digest)
    except DamagedResultError:
        return None
    return Published(
        round_id=row.id,
        campaign_id=row.campaign_id,
        digest=each.digest,
        scope=sight.scope,
        published_at=sight.since,
        version=sight.version,
        document=rendition(document, sight),
        is_whole=False,
    )


def published_in_short(session: Session, round_id: str, viewer: Viewer, now: datetime) -> Published:
    """Return a result as ``reads.published`` does, but for what is left out; DomainError ``result_not_published``."""
    return replace(published(session, round_id, viewer, now, document_in_short), is_whole=False)


def document_in_short(session: Session, round_id: str, version: int, digest: str) -> Document:
    """Return a document but for what is left out, as it is kept, or else read; like ``stored.document_of``."""
    document = _kept.get(digest)
    if document is None:
        whole = stored_document(session, round_id, version)
        document = {**whole, "sections": [_section(section) for section in whole["sections"]]}
        _kept.put(digest, document)
    pause(session, WORK)
    return document


def _section(section: Section) -> Section:
    return {**section, "targets": [_target(target) for target in section["targets"]]}


def _target(target: Target) -> Target:
    return {
        **target,
        "overall": {**target["overall"], "groups": []},
        "items": [{**item, "groups": []} for item in target["items"]],
        "remarks": {**target["remarks"], "texts": []},
    }
