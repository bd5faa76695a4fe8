"""The tree as it stood after an entry of the log, whatever became of it since; on both databases."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.offices import service
from app.offices.domain import Node
from app.offices.models import Office
from app.offices.past import tree_after
from app.offices.reads import the_tree
from tests.cast import MORNING
from tests.offices.test_service import ZHANG, grow, no_key


def number(session: Session) -> int:
    """Return the number of the last entry of the log."""
    return session.scalar(sa.select(sa.func.max(AuditEntry.number))) or 0


def stands(session: Session) -> dict[str, Node]:
    """Return all offices as they are now."""
    return dict(the_tree(session).nodes)


def placed(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """Return offices without their order among siblings, which no deletion writes down."""
    return {key: replace(node, position=0) for key, node in nodes.items()}


def test_it_works(database: Database) -> None:
    """Every tree that there was comes back: renamed, moved, closed twice, opened, deleted and added again."""
    ids = grow(database)
    east, river, west = ids["东县"], ids["河乡"], ids["西县"]
    of_river = Principal("chen", "陈", "organiser", office_id=river, reach=(river,))
    acts: list[Callable[[Acting], object]] = [
        lambda acting: service.edit(acting, river, "大河乡", east, no_key),
        lambda acting: service.edit(acting, river, "大河乡", west, no_key),
        lambda acting: service.set_closed(Acting(acting.session, MORNING, of_river), river, no_key, closed=True),
        lambda acting: service.set_closed(Acting(acting.session, MORNING, of_river), river, no_key, closed=True),
        lambda acting: service.delete(acting, east),
        lambda acting: service.set_closed(Acting(acting.session, MORNING, of_river), river, no_key, closed=False),
        lambda acting: service.set_closed(Acting(acting.session, MORNING, of_river), river, no_key, closed=True),
        lambda acting: service.add(acting, river, "东县"),
        lambda acting: service.edit(acting, west, "新西县", "root", no_key),
        lambda acting: service.delete(acting, the_tree(acting.session).below[river][0].id),
        lambda acting: service.delete(acting, river),
    ]
    with database.writing() as session:
        seen = [(number(session), stands(session))]
        for act in acts:
            act(Acting(session, MORNING, ZHANG))
            session.flush()
            seen.append((number(session), stands(session)))
    assert seen[-1][1].keys() == {"root", west}
    with database.reading() as session:
        for at, nodes in seen:
            assert placed(tree_after(session, at).nodes) == placed(nodes)


def test_of_an_earlier_version_the_log_tells_the_name_alone(database: Database) -> None:
    with database.writing() as session:
        at = number(session)
        audit.record(session, MORNING, ZHANG, "office.delete", "gone", name="旧县")
    with database.reading() as session:
        assert tree_after(session, at).watchers("gone") == {"gone", "root"}
        assert tree_after(session, at + 1).nodes.keys() == {"root"}


def test_an_earlier_version_wrote_down_what_changed_nothing(database: Database) -> None:
    """A closed office was closed again, an open one opened again: the later entry does not tell what it found."""
    ids = grow(database)
    east, river, west = ids["东县"], ids["河乡"], ids["西县"]
    acts = [
        ("office.close", east), ("office.close", east), ("office.open", west), ("office.open", east),
        ("office.open", east), ("office.close", east), ("office.close", east), ("office.close", river),
    ]  # fmt: skip
    with database.writing() as session:
        closed, seen = set[str](), list[tuple[int, set[str]]]()
        for action, office_id in acts:
            seen.append((number(session), set(closed)))
            (closed.add if action == "office.close" else closed.discard)(office_id)
            session.get_one(Office, office_id).is_closed = office_id in closed
            audit.record(session, MORNING, ZHANG, action, office_id)
        seen.append((number(session), set(closed)))
        service.delete(Acting(session, MORNING, ZHANG), river)
    with database.reading() as session:
        for at, told in seen:
            assert {node.id for node in tree_after(session, at).nodes.values() if node.is_closed} == told
