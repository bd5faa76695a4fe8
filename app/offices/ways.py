"""From what stands in an address to the office it belongs to: one table for all routes (SEC-42).

A parameter that is no row of its own, such as the place of a chart, means something only beside one that is; an address
with none of those is refused before its handler runs, so that no route can be written that looks at nobody's reach.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from sqlalchemy import Column, Select, Table, bindparam, select
from sqlalchemy.orm import Session

from app.core.db import Base
from app.core.errors import DomainError

ANCHORS: Mapping[str, str] = {
    "office_id": "office",
    "campaign_id": "campaign",
    "round_id": "round",
    "order_id": "remedial_order",
    "action_id": "remedial_action",
    "plan_id": "plan",
    "issue_id": "entered_issue",
    "notice_id": "supervision_notice",
    "staff_id": "staff",
    "token_id": "reader_token",
    "consent_id": "consent",
    "approval_id": "consent",
    "batch_id": "slip_batch",
    "release_id": "result_release",
    "extension_id": "action_extension",
    "file_id": "attachment",
    "registered_id": "unit_register",
}
"""Parameters of addresses that are ids of rows, and the tables of these."""
INSIDE = frozenset(
    {
        "unit_id",
        "target",
        "group_id",
        "section_id",
        "section",
        "item",
        "place",
        "key",
        "step",
        "version",
        "event",
        "form",
    }
)
"""Parameters that mean something only within the campaign, round, order or action that stands in the same address."""
OWN = frozenset({"job_id", "kind"})
"""Parameters that lead to what belongs to the reader himself or to his own office."""
WHOLE = frozenset({"restored_id"})
"""Parameters that lead to what concerns the whole installation: for those who reach all of it."""


def check_address(session: Session, reach: tuple[str, ...] | None, values: Mapping[str, str]) -> None:
    """Refuse an address that leads to another office: DomainError ``not_found``, also for what there is not."""
    check_parameters(values)
    if reach is None:
        return
    if not values.keys().isdisjoint(WHOLE):
        raise DomainError("not_found")
    for name, value in values.items():
        if name in ANCHORS and _office_of(session, ANCHORS[name], value) not in reach:
            raise DomainError("not_found")


def check_parameters(values: Mapping[str, object]) -> None:
    """Raise RuntimeError for an address that nobody could say whose it is."""
    names = values.keys()
    unknown = names - ANCHORS.keys() - INSIDE - OWN - WHOLE
    if unknown or (names & INSIDE and not names & ANCHORS.keys()):
        message = f"whose is this? say in app/offices/ways.py what leads from {sorted(names)} to an office"
        raise RuntimeError(message)


def _office_of(session: Session, table: str, key: str) -> str | None:
    """Return the id of the office that a row belongs to; None where there is no such row."""
    return session.execute(_way(table), {"key": key}).scalar()


@cache
def _way(name: str) -> Select[str]:
    """Return the query from a row's id to its office, along the foreign keys: the shortest way."""
    start = Base.metadata.tables[name]
    joined, office = _shortest(start)
    query = select(office).select_from(start)
    for column, target in joined:
        query = query.join(target.table, column == target)
    return query.where(start.c.id == bindparam("key")).limit(1)


_Joined = list[tuple[Column[str], Column[str]]]


def _shortest(start: Table) -> tuple[_Joined, Column[str]]:
    waiting: list[tuple[Table, _Joined]] = [(start, [])]
    while True:
        table, joined = waiting.pop(0)
        if (office := _office_column(table)) is not None:
            return joined, office
        waiting += [(target.table, [*joined, (column, target)]) for column, target in _leads(table)]


def _office_column(table: Table) -> "Column[str] | None":
    return table.c.id if table.name == "office" else table.c.get("office_id")


def _leads(table: Table) -> Iterator[tuple[Column[str], Column[str]]]:
    for column in table.columns:
        if not column.nullable and column.name != "version":
            yield from ((column, key.column) for key in column.foreign_keys)
