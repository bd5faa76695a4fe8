"""Composite scores as they are told to the objects themselves: in their letters, and in the history of an order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.campaigns.composite import Missing, rounds_behind
from app.core.errors import DomainError
from app.publication.composite_rows import Composites, Row
from app.publication.composites import SCORES, composite_of, composites_from, entries_of, why_unread
from app.publication.domain import Scope, Sight, Viewer, sight_of, sight_of_version
from app.publication.editions import Published
from app.publication.reads import ledger_of, own_viewer, published, published_version, unit_ids_of
from app.publication.renditions import rendition
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from app.tally.document import Document, every_target

_Told = tuple[Document | Missing, frozenset[str]]
"""Another round, or why it is not read, and the units that are told either."""


def composites_to_units(session: Session, result: Published, viewer: Viewer, now: datetime) -> Composites | None:
    """Return what stands beside the votes of a result, each row as its own unit knows it; None where nothing does.

    Whoever writes to a unit may know another round that the unit does not: by its score, that would follow.
    """
    result.must_be_stored(SCORES)
    paper, _ = frozen_paper(session, result.round_id)
    entries = entries_of(session, result.round_id)
    others = _others(session, paper, viewer, now)
    readable = {
        unit: frozenset(each for each, (_, told) in others.items() if unit in told) for unit in _ids(result.document)
    }
    as_read = {
        rounds: composites_from(paper, entries, result.document, {each: others[each][0] for each in rounds})
        for rounds in {frozenset(others), *readable.values()}
    }
    found = as_read[frozenset(others)]
    rows = {rounds: _by_id(each) for rounds, each in as_read.items()}
    return replace(found, rows=[rows[readable[row.id]][row.id] for row in found.rows]) if found else None


def _by_id(found: Composites | None) -> Mapping[str, Row]:
    return {row.id: row for row in found.rows} if found else {}


def _ids(document: Document) -> frozenset[str]:
    return frozenset(target["id"] for target in every_target(document))


def _others(session: Session, paper: Paper, viewer: Viewer, now: datetime) -> Mapping[str, _Told]:
    """Return the other rounds of the paper's score as units may read them, and the writer as well, or why not."""
    readers = own_viewer(paper), viewer
    return {each: _other(session, each, readers, now) for each in rounds_behind(composite_of(paper))}


def _other(session: Session, round_id: str, readers: tuple[Viewer, Viewer], now: datetime) -> _Told:
    """Return another round cut to the units of which both readers may see it, in the version that units read."""
    units, writer = readers
    try:
        found = published(session, round_id, units, now)
        theirs = _ids(published_version(session, round_id, found.version, writer, now).document)
    except DomainError as error:
        return why_unread(error), _released_to(session, round_id, readers, now)
    cut = rendition(found.document, Sight(found.version, Scope.UNIT, theirs, found.published_at))
    return cut, _ids(cut)


def _released_to(session: Session, round_id: str, readers: tuple[Viewer, Viewer], now: datetime) -> frozenset[str]:
    """Return the same units by the ledger and the paper, where the document cannot say which."""
    units, writer = readers
    ledger = ledger_of(session, round_id)
    sight = sight_of(units, ledger, now)
    theirs = sight_of_version(writer, ledger, sight.version, now) if sight else None
    if sight is None or theirs is None:
        return frozenset()
    rated = unit_ids_of(session, round_id)
    return rated.intersection(*(each.unit_ids for each in (sight, theirs) if each.unit_ids is not None))
