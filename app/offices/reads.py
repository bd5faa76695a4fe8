"""The tree as it is stored, and who reaches what in it."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.acting import Acting, Principal
from app.core.errors import DomainError
from app.core.scope import ROOT
from app.offices.domain import Node, Tree, tree_of
from app.offices.models import Office


def the_tree(session: Session) -> Tree:
    """Return all offices; pages show of them only what their reader reaches."""
    columns = (Office.id, Office.parent_id, Office.name, Office.position, Office.is_closed)
    return tree_of(Node(*row) for row in session.execute(select(*columns)))


def reach_from(session: Session, office_id: str) -> tuple[str, ...] | None:
    """Return the offices whose rows somebody of this one finds, None where that is all of them."""
    tree = the_tree(session)
    reach = tree.reach(office_id)
    return None if reach == set(tree.nodes) else tuple(sorted(reach))


def watchers_of(session: Session, office_id: str) -> frozenset[str]:
    """Return the offices whose people see this one."""
    return the_tree(session).watchers(office_id)


def way_up(session: Session, office_id: str) -> tuple[str, ...]:
    """Return the ids of an office and of all above it, the root last: where its rows are looked for, nearest first."""
    return tuple(node.id for node in the_tree(session).upwards(office_id)) or (ROOT,)


def offices_in_reach(session: Session, actor: Principal) -> list[Node]:
    """Return the offices that somebody reaches, each before those below it; his own comes first."""
    return list(_reached(the_tree(session), actor))


def _reached(tree: Tree, actor: Principal) -> Iterator[Node]:
    return (node for node in tree.downwards(actor.office_id) if actor.reach is None or node.id in actor.reach)


def ways_in_reach(session: Session, actor: Principal) -> dict[str, str]:
    """Return the ways from somebody's own office to all that he reaches, by id, his own first."""
    tree = the_tree(session)
    return {node.id: tree.way(node.id, actor.office_id) for node in _reached(tree, actor)}


def chosen_office(acting: Acting, office_id: str) -> str:
    """Return the office that was chosen, or the actor's own where none was; DomainError ``field_not_a_choice``."""
    if not office_id or office_id == acting.actor.office_id:
        return acting.actor.office_id
    if office_id not in {node.id for node in offices_in_reach(acting.session, acting.actor)}:
        raise DomainError("field_not_a_choice", field="机构")
    return office_id


def chosen_again(session: Session, office_id: str) -> str:
    """Return an office that was chosen some time ago; DomainError ``not_found`` where it is gone."""
    if office_id not in the_tree(session).nodes:
        raise DomainError("not_found")
    return office_id


def office_called(session: Session, called: str) -> str:
    """Return the id of the office of that name, way or id, the root's for an empty text.

    DomainError ``office_unknown``, also where several are called so.
    """
    if not called:
        return ROOT
    tree = the_tree(session)
    found = [called] if called in tree.nodes else [node.id for node in tree.meant(called)]
    if len(found) != 1:
        raise DomainError("office_unknown", name=called)
    return found[0]
