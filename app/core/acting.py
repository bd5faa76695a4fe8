"""Who acts: a member of staff, at a time, in a transaction."""

from dataclasses import InitVar, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # A child that reads a file for a stranger starts without the database and its library.
    from sqlalchemy.orm import Session

SAID = "said"
"""Under this name a session keeps the code of the sentence that its actor is told."""

TOLD = "told"
"""Under this name a session notes that somebody's inbox got something: mail about it leaves after the commit."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The member of staff who makes a request; ``role`` names what he may do, with blanks between several roles."""

    id: str
    name: str
    role: InitVar[str]
    office_id: str = "root"
    """The office （机构） that his account belongs to."""
    reach: tuple[str, ...] | None = None
    """The offices whose rows he finds; None: all of them."""
    bound: tuple[str, ...] = ()
    """Offices where he speaks for a unit, wherever they are: in reach of what a liaison may open, of nothing else."""
    roles: frozenset[str] = field(init=False)

    def __post_init__(self, role: str) -> None:
        object.__setattr__(self, "roles", frozenset(role.split()))

    @property
    def written_roles(self) -> str:
        """The roles as ``role`` takes them, always in one order."""
        return " ".join(sorted(self.roles))

    def within(self, reach: tuple[str, ...] | None, bound: tuple[str, ...] = ()) -> "Principal":
        """Return him as who finds the rows of these offices."""
        return replace(self, role=self.written_roles, reach=reach, bound=bound)

    def as_liaison(self) -> "Principal":
        """Return him as who finds also the rows of the offices where he speaks for a unit."""
        return self if self.reach is None else self.within(tuple(sorted({*self.reach, *self.bound})))


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something, when, in which transaction."""

    session: "Session"
    now: datetime
    actor: Principal

    def say(self, code: str) -> None:
        """Have the actor told ``code``'s sentence once this is committed, instead of what his form says otherwise."""
        self.session.info[SAID] = code
