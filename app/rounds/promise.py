"""What a frozen paper promises of what is shown of its result, in the words that everybody reads before the vote."""

from app.campaigns.disclosure import promise_text, slip_text
from app.rounds.domain import Paper


def points_of(paper: Paper) -> tuple[str, ...]:
    """Return the items that are answered in points, of any section."""
    return tuple(item.label for part in paper.parts for item in part.items if item.score)


def promise_of(paper: Paper) -> str:
    """Say what is shown; empty where the round is protected."""
    return promise_text(paper.scheme.disclosure, points=bool(points_of(paper)))


def slip_promise_of(paper: Paper) -> str:
    """Say the same in one line of a slip."""
    return slip_text(paper.scheme.disclosure, paper.scheme.floor, points=bool(points_of(paper)))
