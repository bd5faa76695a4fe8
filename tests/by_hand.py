"""What a test or a bench writes by hand, in a transaction of its own: it cannot begin again, and nobody waits for it.

The product acts by ``Database.acted`` and is refused where it parses within a transaction (SEC-72). What is asked of
its functions by hand is made in another thread, which holds nothing, while that transaction waits.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from sqlalchemy.orm import Session

from app.core.at_hand import AtHand, Made, Name, made_now
from app.core.db import Database, DeskSession
from app.publication import stored, totals
from app.rounds import papers


class MadeBeside(AtHand):
    """What is lacking is made beside, at once."""

    def of(
        self, work: str, makes: Mapping[Name, Callable[[], Made]], known: Mapping[Name, Made]
    ) -> dict[Name, Made]:  # fmt: skip
        """Return what was made and what is known."""
        if not makes:
            return {**known}
        with ThreadPoolExecutor(1) as beside:
            return {**known, **beside.submit(made_now, work, makes).result()}


_writing = Database.writing


@contextmanager
def _by_hand(database: Database) -> Iterator[Session]:
    with _writing(database) as session:
        cast("DeskSession", session).at_hand = MadeBeside()
        yield session


BEFORE_ACTS: list[Callable[[], None]] = []
"""What is done before the product begins to write."""


def _written(database: Database) -> AbstractContextManager[Session]:
    caller = str(sys._getframe(1).f_globals["__name__"])
    if caller.startswith(("tests.", "bench.")):
        return _by_hand(database)
    return as_the_product(database)


def as_the_product(database: Database) -> AbstractContextManager[Session]:
    """Write as the product does."""
    for forget in BEFORE_ACTS:
        forget()
    return _writing(database)


def find_nothing_kept() -> None:
    """Let no act of the product find a paper or a result that was parsed for somebody else before."""
    BEFORE_ACTS[:] = [kept.forget for kept in (papers._kept, stored._parsed, totals._kept)]


def allow() -> None:
    """Let tests and benches, and nobody else, do so from here on."""
    setattr(Database, "writing", _written)  # noqa: B010 - for mypy it is the same method
