"""Tables that must read the same, or what each voter marked would follow (SEC-46, SEC-79).

All alike reads like all but one alike, and none in the best grades like one in them. Tables fall into classes, each
named by the one of them that the others are *read as*: a lone best mark as the next grade that was marked, then a
lone mark beside all the others as one of theirs. No table of a class is told from another, so all of them are banded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.tally.figures import Table, add_tables

Tables = Mapping[str, Table]


def is_telling(table: Table, top: int) -> bool:
    """Whether a table all but tells everybody's mark: at most one differs, or is in the ``top`` best grades."""
    return max(table.grades) >= table.valid - 1 or table.top(top) <= 1


def lookalikes(tables: Tables, top: int) -> list[dict[str, Table]]:
    """Return all tables by group that read like these, which are among them; none where they tell nobody's mark."""
    if not is_telling(_total(tables), top):
        return []
    name = _read_as(tables, top)
    found = [name]
    for other in (name, *_one_off(name)):
        for table in (other, *_one_better(other)):
            if table not in found and _read_as(table, top) == name:
                found.append(table)
    return found


def _total(tables: Tables) -> Table:
    [first, *others] = tables.values()
    return add_tables([first, *others], len(first.grades)) if others else first


def _marked(tables: Tables) -> list[tuple[int, int]]:
    """Return the grades that were marked, best first, with how often."""
    return [(place, count) for place, count in enumerate(_total(tables).grades) if count]


def _read_as(tables: Tables, top: int) -> dict[str, Table]:
    """Return the table that names the class of these."""
    marked = _marked(tables)
    if _total(tables).top(top) <= 1 and marked[0][1] == 1:
        tables = next(_moved(tables, marked[0][0], marked[1][0]))
        marked = _marked(tables)
    (most, _), *others = sorted(marked, key=lambda each: each[1], reverse=True)
    if [count for _, count in others] == [1]:
        tables = next(_moved(tables, others[0][0], most))
    return dict(tables)


def _one_off(tables: Tables) -> Iterator[dict[str, Table]]:
    """Yield the tables in which one mark is off, where all are alike."""
    [(grade, _), *others] = _marked(tables)
    for place in range(len(_total(tables).grades)) if not others else ():
        if place != grade:
            yield from _moved(tables, grade, place)


def _one_better(tables: Tables) -> Iterator[dict[str, Table]]:
    """Yield the tables in which one of the best marks is better still."""
    best = _marked(tables)[0][0]
    for place in range(best):
        yield from _moved(tables, best, place)


def _moved(tables: Tables, start: int, end: int) -> Iterator[dict[str, Table]]:
    """Yield the tables in which one mark stands at another grade, in any group that has one."""
    for group, table in tables.items():
        if table.grades[start]:
            counts = list(table.grades)
            counts[start] -= 1
            counts[end] += 1
            yield {**tables, group: replace(table, grades=tuple(counts))}
