"""The results a reader must not tell apart where everybody marked alike: all did, or all but any one (SEC-46)."""

from collections.abc import Mapping
from dataclasses import replace

from app.tally.figures import Table, add_tables

Tables = Mapping[str, Table]


def lookalikes(tables: Tables, grades: int) -> list[dict[str, Table]]:
    """Return all tables by group that read like these; the tables themselves where marks differ more."""
    total = add_tables(tables.values(), grades)
    grade = max(range(grades), key=lambda place: total.grades[place])
    if total.grades[grade] < total.valid - 1:
        return [dict(tables)]
    same = {group: replace(table, grades=_marks(grades, {grade: table.valid})) for group, table in tables.items()}
    one_off = [
        same | {group: replace(table, grades=_marks(grades, {grade: table.valid - 1, other: 1}))}
        for group, table in tables.items()
        if table.valid
        for other in range(grades)
        if other != grade
    ]
    return [same, *one_off]


def _marks(grades: int, counts: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(counts.get(place, 0) for place in range(grades))
