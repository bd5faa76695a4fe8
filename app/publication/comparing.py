"""Whether figures may stand beside those of other rounds: found out while no transaction is held (SEC-45, SEC-72).

A document of sixty units is a megabyte, and a campaign may have forty rounds: who read them all within an act would
keep everybody else from writing for seconds. Documents never change, so what was found of two of them still holds when
the act begins; it reads those alone that nobody has compared before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.scope import everywhere
from app.core.turns import in_turns
from app.publication.domain import Scope, scopes_of_figures
from app.publication.kin import Kin, Near, near_rounds, title_of
from app.publication.models import ResultRelease, ResultVersion
from app.publication.reads import versions_of
from app.publication.stored import DamagedResultError, checked, read_apart, stored_document, text_of
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from app.tally.document import Document, extent_of
from app.tally.restraint import keeps


@dataclass(frozen=True, slots=True)
class Figures:
    """The newest version of a round whose figures were ever released, by its digest."""

    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Examined:
    """The newest document of a round by its digest, the rounds beside it, and those that it was found to go with.

    ``beside``: the digests of these rounds' versions by the rounds' ids.
    """

    digest: str = ""
    document: Document | None = None
    near: Near | None = None
    beside: Mapping[str, str] = field(default_factory=dict)

    def of(self, session: Session, round_id: str, version: int, digest: str) -> Document:
        """Return the document of a version: the one at hand, or else as it is stored."""
        if self.document is not None and self.digest == digest:
            return self.document
        return stored_document(session, round_id, version)


NOTHING: Final = Examined()


def examine(database: Database, round_id: str, scope: Scope) -> Examined:
    """Compare the newest result of a round with those released beside it, as far as a scope asks for that.

    DomainError ``result_damaged`` where it is not as it was signed.
    """
    with database.reading() as session:
        versions, (paper, _) = versions_of(session, round_id), frozen_paper(session, round_id)
        if not versions:
            return NOTHING
    newest, near, others = versions[-1], None, list[tuple[Kin, Figures]]()
    document = read_apart(database.reading, round_id, newest.version)
    if document is None:
        raise DamagedResultError
    if scope in scopes_of_figures(extent_of(document)) and not paper.rehearsal:
        with database.reading() as session:
            near = near_rounds(session, paper)
            others = _released(session, near)
    hold_nothing("comparing results")
    fits = [
        (other, found)
        for other, found in in_turns(others, at_once=1)
        if keeps(paper, document, other.paper) or _makes_good(database, other, found)
    ]
    return Examined(newest.digest, document, near, {other.round.id: found.digest for other, found in fits})


def _makes_good(database: Database, other: Kin, found: Figures) -> bool:
    """Whether another round's document holds back what mine does not; a damaged one is left to the act to name."""
    theirs = read_apart(database.reading, other.round.id, found.version)
    return theirs is not None and keeps(other.own, theirs, other.mine)


def check_beside(session: Session, paper: Paper, document: Document, known: Examined) -> None:
    """Refuse figures that could be subtracted from those of another round that were released, even if withdrawn.

    One of the two holds back what the other one's voters ask; else both may not be read.
    """
    if paper.rehearsal:
        return  # its figures are nobody's
    near = near_rounds(session, paper, known=known.near)
    holds = known.document is document and known.near is near
    for other, found in _released(session, near):
        if holds and known.beside.get(other.round.id) == found.digest:
            continue
        if keeps(paper, document, other.paper):
            continue
        # Of any office: who reads both results subtracts them, whoever may look into which.
        theirs = checked(session, everywhere(text_of(other.round.id, found.version)))
        if not keeps(other.own, theirs, other.mine):
            raise DomainError("release_near_round", title=title_of(session, other), k=paper.scheme.floor)


def _released(session: Session, near: Near) -> list[tuple[Kin, Figures]]:
    """Return the rounds beside one whose figures were ever released."""
    released = released_figures(session, [other.own for other in near.rounds])
    return [(other, released[other.round.id]) for other in near.rounds if other.round.id in released]


def released_figures(session: Session, papers: Sequence[Paper]) -> Mapping[str, Figures]:
    """Return the newest version of each round whose figures were ever released, of any office, by the rounds' ids.

    Nothing of it may be shown: the guard against subtraction sees what its reader does not reach.
    """
    of_version = (ResultVersion.round_id == ResultRelease.round_id) & (ResultVersion.version == ResultRelease.version)
    query = select(ResultRelease.round_id, ResultRelease.scope, ResultVersion.version, ResultVersion.digest)
    query = query.join(ResultVersion, of_version).where(ResultRelease.round_id.in_([each.round_id for each in papers]))
    scopes = {paper.round_id: _scopes(paper) for paper in papers}
    found: dict[str, Figures] = {}
    for round_id, scope, version, digest in session.execute(everywhere(query.order_by(ResultVersion.version))):
        if scope in scopes[round_id]:
            found[round_id] = Figures(version, digest)
    return found


def _scopes(paper: Paper) -> frozenset[Scope]:
    disclosure = paper.scheme.disclosure
    return scopes_of_figures(disclosure.extent if disclosure.announced else None)
