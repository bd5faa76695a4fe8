"""What a change of the tree leaves in nobody's sight: the boxes of rounds whose key-holders stand in other offices.

Whoever changes who sees what, and whoever names a holder by what is seen, hold one row, the root of the tree: neither
goes by what the other is about to change.
"""

from collections.abc import Callable, Collection, Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request

from app.core.db import locked, shared
from app.core.errors import DomainError
from app.core.scope import ROOT
from app.offices.domain import Node, Tree
from app.offices.models import Office

KeysIn = Callable[[Session, Collection[str]], Sequence[tuple[str, str, str]]]
"""Return every key to a round before its count in these offices: the round's title, its office and the holder's."""


def change_sights(session: Session) -> None:
    """Let nobody else change who sees what, or name a holder by it, until the transaction ends; before other locks."""
    locked(session, Office, ROOT, stays=True)


def keep_sights(session: Session) -> None:
    """Let nobody change who sees what until the transaction ends; before other locks."""
    session.execute(shared(select(Office.id).where(Office.id == ROOT)))


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
