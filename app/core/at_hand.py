"""What was made for an act that began again, and what one still lacks (``core.apart``)."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, TypeVar

from app.core.holding import hold_nothing
from app.core.turns import in_turns

GOES: Final = 20
"""How often an act begins again: each time it lacks something new, which may hang on what others change meanwhile."""
Name = TypeVar("Name", bound=Hashable)
Made = TypeVar("Made")


class LackingError(Exception):
    """An act needs what may not be made while it holds a transaction; ``makes`` gives it by its name."""

    def __init__(self, work: str, makes: Mapping[Any, Callable[[], Any]]) -> None:
        super().__init__(work)
        self.work = work
        self.makes = makes


class AtHand:
    """What was made for one act so far."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    @property
    def made(self) -> Mapping[Hashable, Any]:
        """All of it by its name."""
        return self._made

    def of(
        self, work: str, makes: Mapping[Name, Callable[[], Made]], known: Mapping[Name, Made]
    ) -> dict[Name, Made]:  # fmt: skip
        """Return by its name what was made and what is known, which stays at hand; LackingError where some is not."""
        self._made.update(dict(known.items()))
        lacking = {name: make for name, make in makes.items() if name not in self._made}
        if lacking:
            raise LackingError(work, lacking)
        return {name: self._made[name] for name in (*makes, *known)}

    def make(self, lacking: LackingError) -> None:
        """Make what an act lacked."""
        self._made |= made_now(lacking.work, lacking.makes)


def made_now(work: str, makes: Mapping[Name, Callable[[], Made]]) -> dict[Name, Made]:
    """Make things one after the other, so that others have their turn; refused to who holds a transaction."""
    hold_nothing(work)
    return {name: make() for name, make in in_turns(makes.items(), at_once=1)}
