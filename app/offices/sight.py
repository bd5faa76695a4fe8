"""What a change of the tree leaves in nobody's sight: the boxes of rounds whose key-holders stand in other offices."""

from collections.abc import Callable, Collection, Sequence
from typing import cast

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.core.errors import DomainError
from app.offices.domain import Node, Tree

KeysIn = Callable[[Session, Collection[str]], Sequence[tuple[str, str, str]]]
"""Return every key to a round before its count in these offices: the round's title, its office and the holder's."""


def keys_in(request: Request) -> KeysIn:
    """Return the application's reader of the keys to the rounds of offices."""
    return cast("KeysIn", request.app.state.keys_in)


def check_keys(session: Session, keys: KeysIn, tree: Tree, changed: Node) -> None:
    """Refuse to change an office where a holder would see no more a box that only he opens with others.

    DomainError ``office_loses_holders`` (``round``).
    """
    after = tree.changed(changed)
    for title, of_round, of_holder in keys(session, {node.id for node in tree.downwards(changed.id)}):
        if of_holder not in after.watchers(of_round):
            raise DomainError("office_loses_holders", round=title)
