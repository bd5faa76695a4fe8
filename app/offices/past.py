"""The tree of offices as it was: what the log tells of its changes since is taken back, the newest first."""

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.service import Entry
from app.core.scope import ROOT
from app.offices.domain import Node, Tree, tree_of
from app.offices.reads import the_tree

SWITCHES = frozenset({"office.close", "office.open"})
CHANGES = frozenset({"office.add", "office.edit", "office.delete"}) | SWITCHES


def tree_after(session: Session, number: int) -> Tree:
    """Return the tree as it stood after the entry of the log with this number."""
    nodes = dict(the_tree(session).nodes)
    later = audit.acts(session, CHANGES, number)
    for entry in reversed(later):
        _take_back(nodes, entry)
    closed = _closed(session, number)
    for office_id in {entry.subject for entry in later if entry.action != "office.edit"} & nodes.keys():
        nodes[office_id] = replace(nodes[office_id], is_closed=office_id in closed)
    return tree_of(nodes.values())


def _closed(session: Session, number: int) -> set[str]:
    """Return the offices that were closed then.

    A later entry does not tell what it found: earlier versions wrote one down, too, where nothing changed.
    """
    last = {entry.subject: entry.action for entry in audit.acts(session, SWITCHES) if entry.number <= number}
    return {office_id for office_id, action in last.items() if action == "office.close"}


def _take_back(nodes: dict[str, Node], entry: Entry) -> None:
    detail = json.loads(entry.detail)
    if entry.action == "office.delete":
        nodes[entry.subject] = _deleted(entry.subject, detail)
    elif entry.action == "office.add":
        nodes.pop(entry.subject, None)
    elif entry.action == "office.edit" and (node := nodes.get(entry.subject)) is not None:
        before = detail["before"]
        nodes[entry.subject] = replace(node, name=before["name"], parent_id=before["parent"])


def _deleted(office_id: str, detail: Mapping[str, str | bool]) -> Node:
    # Earlier versions wrote down the name alone: such an office is taken for one right below the root.
    return Node(office_id, str(detail.get("parent", ROOT)), str(detail["name"]), position=0, is_closed=False)
