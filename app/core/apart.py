"""Making what takes long apart from every transaction, also for who acts (SEC-72).

A reader's transaction ends before. Who acts cannot end his: he is undone, what he lacked is made while nothing is held,
and he acts again with it at hand (``Database.acted``). An act that nobody read for beforehand costs its actor a second
go, and keeps nobody else waiting. What is made has a name under which it never changes; it is made of what was read,
and asks no database.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.core.at_hand import Made, Name, made_now
from app.core.db import desk_session, pause


def made_apart(
    session: Session, work: str, makes: Mapping[Name, Callable[[], Made]], known: Mapping[Name, Made]
) -> dict[Name, Made]:
    """Return by its name what is made while no transaction is held, and what is ``known`` already.

    A reader's transaction ends before; an act begins again. One that cannot, not being ``Database.acted``, is refused.
    """
    at_hand = desk_session(session).at_hand
    if at_hand is not None:
        return at_hand.of(work, makes, known)
    if not makes:
        return {**known}
    pause(session, work)
    return {**known, **made_now(work, makes)}


def at_hand(session: Session) -> Mapping[Hashable, Any]:
    """Return what was made apart from an act that began again, by its name: what it is made of need not be read."""
    found = desk_session(session).at_hand
    return {} if found is None else found.made
