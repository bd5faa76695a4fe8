"""Which rounds lie behind a result: in these one looks for what came out of the same objects the last time.

Papers alone say which of them rated the same in the same way; no figure is read for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from app.campaigns.lineage import copies_of, kin_of, registered
from app.publication.agreement import may_agree
from app.publication.domain import BANDS_ONLY, Release, Scope, Sight, Viewer, sight_of
from app.publication.kin import Ties, are_near, same_in, seen_from
from app.publication.reads import Sighted, released
from app.rounds.domain import Paper, Section
from app.rounds.reads import RoundView
from app.tally.restraint import may_compare

LOOKED_BACK: Final = 12
"""Rounds that are looked at for what came out last time."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The rounds before one, newest first, each as far as one reader may see it; ``ties`` join their objects."""

    own: RoundView
    seen: tuple[Sighted, ...]
    ties: Ties

    @property
    def digest(self) -> str:
        """Name all that what is told of them hangs on: with others it is something else that is told."""
        rounds = [
            (row.id, row.title, row.closed_at, sight.version, sight.scope.value, sorted(sight.unit_ids or ()))
            for row, sight in self.seen
        ]
        ties = sorted(self.ties.register.items()), sorted(self.ties.copies)
        return sha256(repr((rounds, ties)).encode()).hexdigest()


def behind(session: Session, viewer: Viewer, now: datetime, round_id: str, campaign_id: str) -> Behind | None:
    """Return the rounds that lie behind a round for a viewer; None where he sees none.

    What everybody reads has nothing behind it but what everybody could find: no round that was shown by its link.
    """
    copies = copies_of(session, campaign_id)
    rows = [
        (row, ledger) for row, ledger in released(session, kin_of(session, campaign_id, copies)) if not row.is_rehearsal
    ]
    mine = next(((row, sight_of(viewer, ledger, now)) for row, ledger in rows if row.id == round_id), None)
    if mine is None or mine[1] is None:
        return None
    others = [(row, _sight(viewer, ledger, now)) for row, ledger in rows if row.id != round_id]
    place = _when(mine[0], mine[1])
    earlier = [(row, sight) for row, sight in others if sight is not None and _when(row, sight) < place]
    if not earlier:
        return None
    seen = sorted(earlier, key=lambda each: _when(*each), reverse=True)[:LOOKED_BACK]
    register = registered(session, {campaign_id, *(row.campaign_id for row, _ in seen)})
    return Behind(mine[0], tuple(seen), Ties(register, copies))


def _sight(viewer: Viewer, ledger: Collection[Release], now: datetime) -> Sight | None:
    # Organisers keep what was withdrawn, but none of it was published when this is read.
    sight = sight_of(viewer, [release for release in ledger if release.is_active(now)], now)
    return None if sight is None or sight.scope is Scope.PARTICIPANTS else sight


def _when(row: RoundView, sight: Sight) -> tuple[datetime, datetime, str]:
    return row.closed_at or sight.since, sight.since, row.id


def whole(sight: Sight) -> Sight:
    """Return the sight of the whole document of a version, of which a reader of bands is told these alone."""
    return replace(sight, scope=Scope.ORGANISERS, unit_ids=None) if sight.scope in BANDS_ONLY else sight


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs objects of a round with those of rounds behind it that may be set beside them."""

    round: RoundView
    paper: Paper
    ties: Ties

    def rated(self, sighted: Sighted, other: Paper) -> frozenset[str]:
        """Return which objects of the round another one rates, in whatever way, as far as its reader sees it."""
        row, sight = sighted
        same = same_in((self.round, self.paper), (row, other), self.ties)
        return frozenset(unit_id for other_id, (unit_id, _) in same.items() if _holds(whole(sight), other_id))

    def pairs(self, sighted: Sighted, other: Paper, wanted: Collection[str]) -> dict[str, str]:
        """Return which objects of another round are told beside the wanted ones, by the ids of these."""
        row, sight = sighted
        same = same_in((self.round, self.paper), (row, other), self.ties)
        is_own = row.campaign_id == self.round.campaign_id
        seen = other if is_own else seen_from(self.paper, other, same)
        unguarded = not is_own and not are_near(self.round, row)
        mine, theirs = _sections(self.paper), _sections(other)
        agree: dict[tuple[str, str], bool] = {}
        found: dict[str, str] = {}
        for other_id, (unit_id, _) in same.items():
            if unit_id not in wanted or unit_id in found or not _holds(whole(sight), other_id):
                continue
            asked = mine[unit_id], theirs[other_id]
            key = asked[0].key, asked[1].key
            if key not in agree:
                agree[key] = may_agree(*asked)
            if agree[key] and (unguarded or may_compare(self.paper, seen, unit_id)):
                found[unit_id] = other_id
        return found


def _holds(sight: Sight, unit_id: str) -> bool:
    return sight.unit_ids is None or unit_id in sight.unit_ids


def _sections(paper: Paper) -> Mapping[str, Section]:
    return {unit.id: section for section in paper.sections for unit in section.units}
