"""What other features make of the stacks on the table, before these are stored."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.box.counted import Stacks
from app.core.acting import Acting
from app.rounds.domain import Paper


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was worked out of the stacks in hand, and is only to be written with them.

    ``still_holds`` says whether what the desk said meanwhile leaves it right; else it is to be worked out again.
    """

    still_holds: Callable[[Session], bool]
    write: Callable[[Acting], None]


Prepare = Callable[[Session, Paper, Stacks], Callable[[], Prepared]]
"""What another feature works out of a round's stacks before they are stored: it reads, then works in no session."""
