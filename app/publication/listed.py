"""The pages of lists of published results: whoever reads one sees no figure of any."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.campaigns.listing import campaigns_of, titles
from app.core.lists import Listed, Wish, cut
from app.publication.domain import Scope, Viewer, sight_of
from app.publication.reads import ANYONE, PublishedLine, Sighted, lines_of, released, sighted


def found_results(session: Session, viewer: Viewer, now: datetime, wish: Wish) -> Listed[PublishedLine]:
    """Return a page of the results that a viewer may see and looks for by the names of round and campaign.

    Only the papers of the page are read, but for a unit's reader: whether a round rates his units stands in its paper.
    """
    seen = sighted(session, viewer, now)
    if viewer.scope is Scope.UNIT:
        own = campaigns_of(session, viewer.unit_ids)
        rated = {line.round.id for line, _ in lines_of(session, [each for each in seen if each[0].campaign_id in own])}
        seen = [each for each in seen if each[0].id in rated]
    return _page(session, seen, wish)


def found_notices(session: Session, now: datetime, wish: Wish) -> Listed[PublishedLine]:
    """Return a page of the results that are released to everybody, newest round first."""
    seen = [
        (row, sight)
        for row, ledger in released(session)
        if any(release.scope is Scope.PUBLIC and release.is_active(now) for release in ledger)
        and (sight := sight_of(ANYONE, ledger, now))
    ]
    return _page(session, seen, wish)


def _page(session: Session, seen: Sequence[Sighted], wish: Wish) -> Listed[PublishedLine]:
    names = titles(session)
    found = cut([each for each in seen if wish.fits(each[0].title, names.get(each[0].campaign_id, ""))], wish)
    return found.told(lambda page: [line for line, _ in lines_of(session, page)])
