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

CHANGES = frozenset({"office.add", "office.edit", "office.close", "office.open", "office.delete"})


def tree_after(session: Session, number: int) -> Tree:
    """Return the tree as it stood after the entry of the log with this number."""
    nodes = dict(the_tree(session).nodes)
    for entry in reversed(audit.acts(session, CHANGES, number)):
        _take_back(nodes, entry)
    return tree_of(nodes.values())


def _take_back(nodes: dict[str, Node], entry: Entry) -> None:
    detail = json.loads(entry.detail)
    if entry.action == "office.delete":
        nodes[entry.subject] = _deleted(entry.subject, detail)
    elif entry.action == "office.add":
        nodes.pop(entry.subject, None)
    elif (node := nodes.get(entry.subject)) is not None:
        nodes[entry.subject] = _before(node, entry.action, detail)


def _before(node: Node, action: str, detail: Mapping[str, Mapping[str, str]]) -> Node:
    if action == "office.edit":
        return replace(node, name=detail["before"]["name"], parent_id=detail["before"]["parent"])
    return replace(node, is_closed=action == "office.open")


def _deleted(office_id: str, detail: Mapping[str, str | bool]) -> Node:
    # Earlier versions wrote down the name alone: such an office is taken for an open one right below the root.
    parent, closed = str(detail.get("parent", ROOT)), bool(detail.get("closed", False))
    return Node(office_id, parent, str(detail["name"]), position=0, is_closed=closed)
