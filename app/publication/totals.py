"""Results without the rows of voter groups and the texts of remarks: what pages over many rounds show of each.

A document of sixty units is a megabyte of text, and several once it is parsed; a campaign may have forty of them. So
they are read one at a time, each in a transaction that has ended before it is parsed (SEC-72), and of each only this
much is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from app.core.turns import in_turns
from app.publication.editions import Published
from app.publication.lately import Lately
from app.publication.reads import PublishedLine, Sighted, lines_of
from app.publication.renditions import rendition
from app.publication.stored import Read, digests_of, read_apart
from app.rounds.domain import Paper
from app.rounds.reads import frozen_papers
from app.tally.document import Document, Section, Target

KEPT: Final = 48
_kept: Lately[Document] = Lately(KEPT)


@dataclass(frozen=True, slots=True)
class Listed:
    """A round that a reader may see, with its paper and the version in his sight, before its result is read."""

    line: PublishedLine
    paper: Paper
    sighted: Sighted
    digest: str


def listed(session: Session, seen: Sequence[Sighted]) -> list[Listed]:
    """Return the rounds in sight that rate a unit of their reader, in this order; no result is read for it."""
    papers = frozen_papers(session, [row.id for row, _ in seen])
    digests = digests_of(session, [(row.id, sight.version) for row, sight in seen])
    lines = lines_of(session, seen, papers)
    return [Listed(line, papers[line.round.id], (line.round, sight), digests[line.round.id]) for line, sight in lines]


def results_of(read: Read, rounds: Sequence[Listed]) -> Mapping[str, Published | None]:
    """Return the results of rounds as their reader sees them, by the rounds' ids; None for one that is damaged."""
    return {each.line.round.id: _result(read, each) for each in in_turns(rounds, at_once=1)}


def _result(read: Read, each: Listed) -> Published | None:
    document = _document(read, each)
    if document is None:
        return None
    row, sight = each.sighted
    cut = rendition(document, sight)
    return Published(
        round_id=row.id,
        campaign_id=row.campaign_id,
        digest=each.digest,
        scope=sight.scope,
        published_at=sight.since,
        version=sight.version,
        document=cut,
        is_whole=False,
    )


def _document(read: Read, each: Listed) -> Document | None:
    document = _kept.get(each.digest)
    if document is not None:
        return document
    row, sight = each.sighted
    whole = read_apart(read, row.id, sight.version)
    if whole is None:
        return None
    document = {**whole, "sections": [_section(section) for section in whole["sections"]]}
    _kept.put(each.digest, document)
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
