"""Acts on the tree: add, rename, move, close and open, delete; each is written down."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.folding import clean_name
from app.core.scope import ROOT, OfOffice, everywhere
from app.core.secrets import new_id
from app.offices.domain import Node, Tree
from app.offices.models import Office
from app.offices.reads import the_tree
from app.offices.sight import KeysIn, change_sights, check_keys

NAME_LIMIT = 60
MOST_OFFICES = 2000
KEPT = {
    "accounts": "staff",
    "campaigns": "campaign",
    "units": "unit_register",
    "tokens": "reader_token",
    "templates": "report_template",
}
"""What keeps an office from being deleted, as a refusal counts it, and its table."""


def may_manage(actor: Principal) -> bool:
    """Whether somebody shapes the tree: who organises or administers for the whole installation."""
    return actor.office_id == ROOT and not actor.roles.isdisjoint({"organiser", "sysadmin"})


def check_manages(actor: Principal) -> None:
    """Refuse whoever does not shape the tree: DomainError ``not_found``."""
    if not may_manage(actor):
        raise DomainError("not_found")


def _clean(name: str) -> str:
    cleaned = clean_name(name)
    if not cleaned:
        raise DomainError("name_missing")
    if len(cleaned) > NAME_LIMIT:
        raise DomainError("field_too_long", field="机构名称", limit=NAME_LIMIT)
    return cleaned


def _check_name(tree: Tree, parent_id: str | None, name: str, but: str = "") -> None:
    beside = tree.below.get(parent_id, ()) if parent_id is not None else ()
    if any(node.name == name and node.id != but for node in beside):
        raise DomainError("office_name_taken", name=name)


def add(acting: Acting, parent_id: str, name: str) -> str:
    """Add an office behind those that its parent has; return its id.

    DomainError ``not_found``, ``name_missing``, ``field_too_long``, ``office_name_taken`` or ``office_too_deep``.
    """
    check_manages(acting.actor)
    return _added(acting, the_tree(acting.session), parent_id, name).id


def _added(acting: Acting, tree: Tree, parent_id: str, name: str) -> Node:
    name = _clean(name)
    if not tree.may_add(parent_id) or len(tree.nodes) >= MOST_OFFICES:
        raise DomainError("office_too_deep")
    _check_name(tree, parent_id, name)
    position = max((node.position for node in tree.below.get(parent_id, ())), default=-1) + 1
    node = Node(new_id(), parent_id, name, position, is_closed=False)
    acting.session.add(Office(id=node.id, parent_id=parent_id, name=name, position=position, is_closed=False))
    acting.session.flush()
    audit.record(acting.session, acting.now, acting.actor, "office.add", node.id, name=name, parent=parent_id)
    return node


def add_pasted(acting: Acting, text: str) -> int:
    """Add offices from pasted lines, name and the name or way of the one above it (the root where there is none).

    All or none; returns how many. DomainError ``office_line_unread`` (``line``), ``office_parent_unclear``
    (``line``, ``name``) where several in reach are called so, or as ``add``.
    """
    check_manages(acting.actor)
    tree, reach = the_tree(acting.session), acting.actor.reach
    hidden = frozenset() if reach is None else tree.nodes.keys() - set(reach)
    lines = list(_pasted(text))
    if not lines:
        raise DomainError("name_missing")
    for name, parent in lines:
        tree = tree.grown(_added(acting, tree, _parent(tree, name, parent, hidden), name))
    return len(lines)


def _parent(tree: Tree, name: str, parent: str, hidden: Collection[str]) -> str:
    if not parent:
        return ROOT
    found = [node.id for node in tree.meant(parent) if node.id not in hidden]
    if len(found) > 1:
        raise DomainError("office_parent_unclear", line=f"{name} {parent}", name=parent)
    if not found:
        raise DomainError("office_line_unread", line=f"{name} {parent}")
    return found[0]


def _pasted(text: str) -> Iterator[tuple[str, str]]:
    for line in filter(str.strip, text.splitlines()):
        cells = [cell.strip() for cell in line.replace("，", "\t").replace(",", "\t").split("\t")]
        name, parent, *more = [*cells, "", ""]
        if any(more) or not clean_name(name):
            raise DomainError("office_line_unread", line=line.strip()[:NAME_LIMIT])
        if (name, parent) != ("名称", "上级"):
            yield clean_name(name), clean_name(parent)


def office_row(session: Session, office_id: str, *, stays: bool = True) -> Office:
    """Return an office, locked, and with it who sees what (``change_sights``); DomainError ``not_found``."""
    change_sights(session)
    row = locked(session, Office, office_id, stays=stays)
    if row is None:
        raise DomainError("not_found")
    return row


def edit(acting: Acting, office_id: str, name: str, parent_id: str, keys: KeysIn) -> None:
    """Rename an office and let it stand below that parent; the root keeps its place.

    DomainError ``not_found``, ``name_missing``, ``field_too_long``, ``office_name_taken``, ``office_move_wrong`` or as
    ``check_keys``.
    """
    check_manages(acting.actor)
    row, tree, name = office_row(acting.session, office_id), the_tree(acting.session), _clean(name)
    before = {"name": row.name, "parent": row.parent_id}
    if row.parent_id not in {None, parent_id}:
        reach = acting.actor.reach
        if not tree.may_move(office_id, parent_id) or (reach is not None and parent_id not in reach):
            raise DomainError("office_move_wrong")
        check_keys(acting.session, keys, tree, replace(tree.nodes[office_id], parent_id=parent_id))
        row.parent_id = parent_id
    _check_name(tree, row.parent_id, name, but=office_id)
    row.name = name
    told = {"name": name, "parent": row.parent_id, "before": before}
    audit.record(acting.session, acting.now, acting.actor, "office.edit", office_id, **told)


def may_close(actor: Principal, node: Node) -> bool:
    """Whether somebody closes this office to those above, or opens it: it is his own, and he organises."""
    return node.id == actor.office_id and node.parent_id is not None and "organiser" in actor.roles


def set_closed(acting: Acting, office_id: str, keys: KeysIn, *, closed: bool) -> None:
    """Close the actor's own office to those above it, or open it to them.

    What is so already is not written down again. DomainError ``not_found`` or as ``check_keys``.
    """
    row, tree = office_row(acting.session, office_id), the_tree(acting.session)
    node = tree.nodes[office_id]
    if not may_close(acting.actor, node):
        raise DomainError("not_found")
    if row.is_closed == closed:
        return
    check_keys(acting.session, keys, tree, replace(node, is_closed=closed))
    row.is_closed = closed
    audit.record(acting.session, acting.now, acting.actor, "office.close" if closed else "office.open", office_id)


def left_in(session: Session, office_id: str) -> dict[str, int]:
    """Return how many an office still has of what ``KEPT`` names."""
    counts = {
        model.__tablename__: session.scalar(
            everywhere(select(func.count()).select_from(model).where(model.office_id == office_id))
        )
        for model in OfOffice.__subclasses__()
        if hasattr(model, "__tablename__")
    }
    return {name: counts[table] or 0 for name, table in KEPT.items()}


def delete(acting: Acting, office_id: str) -> None:
    """Delete an office that holds nothing; DomainError ``not_found``, or ``office_not_empty`` with what is left."""
    check_manages(acting.actor)
    row, tree = office_row(acting.session, office_id, stays=False), the_tree(acting.session)
    left = {**left_in(acting.session, office_id), "offices": len(tree.below.get(office_id, ()))}
    if row.parent_id is None or any(left.values()):
        raise DomainError("office_not_empty", **left)
    acting.session.delete(row)
    told = {"name": row.name, "parent": row.parent_id, "closed": row.is_closed}
    audit.record(acting.session, acting.now, acting.actor, "office.delete", office_id, **told)
