"""The record of merging: every act with its opinions, the last first, and whether it can be undone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.lists import Listed, Wish, cut
from app.opinions.domain import Kind
from app.opinions.reads import Collection, OpinionView, act_of, act_rows


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act as the record shows it; ``words`` names the issue or the reason; ``counts``: it was not undone.

    ``blocker`` is the number of the last act that builds upon it and has to be undone first, 0 for none.
    """

    number: int
    kind: Kind
    opinions: Sequence[OpinionView]
    words: str
    undoes: int
    at: datetime
    by: str
    counts: bool
    blocker: int


def record_of(session: Session, found: Collection) -> Sequence[ActLine]:
    """Return what was done, the last first."""
    blockers, views, lines = found.sorting.blockers(), {each.id: each for each in found.opinions}, list[ActLine]()
    titles: dict[str, str] = {}
    for row in session.scalars(act_rows(found.campaign.id)):
        act = act_of(row)
        if act.kind in {Kind.NEW_ISSUE, Kind.RENAME_ISSUE}:
            titles[act.issue] = act.words
        lines.append(
            ActLine(
                act.number,
                act.kind,
                [views[opinion] for opinion in act.opinions],
                titles.get(act.issue, act.words),
                act.undoes,
                row.done_at,
                row.done_by,
                counts=act.number in blockers,
                blocker=blockers.get(act.number, 0),
            )
        )
    return lines[::-1]


def searched_record(lines: Sequence[ActLine], wish: Wish) -> Listed[ActLine]:
    """Return a page of what was done that a reader looks for by number, person, words, number or unit of opinions."""
    some = [line for line in lines if wish.state in {"", line.kind.value} and wish.fits(*_texts(line))]
    return cut(some, wish)


def _texts(line: ActLine) -> Iterator[str]:
    yield from (str(line.number), line.by, line.words)
    for opinion in line.opinions:
        yield from (opinion.number, opinion.unit)
