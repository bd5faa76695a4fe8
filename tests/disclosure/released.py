"""Which sets of voters a document tells something of, and what follows by adding and subtracting them (SEC-45)."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from app.campaigns.domain import REMARK_K_FLOOR
from app.tally.alike import is_telling
from app.tally.disclosure import View
from app.tally.figures import Table, add_tables
from tests.disclosure.rounds import Case
from tests.tally.cast import section_of

Groups = frozenset[str]
DEPTH = 3
COUNTS = {"valid", "answered", "returned"}


def parts(document: Any) -> Iterator[tuple[tuple[str, str | None], Any]]:  # noqa: ANN401 - plain JSON
    """Name every part of a document that has figures of its own; None stands for all items pooled."""
    for unit in section_of(document)["targets"]:
        pooled = [unit["overall"]] if unit["overall"]["key"] is None else []
        for part in (*pooled, *unit["items"]):
            yield (unit["id"], part["key"]), part


def cells(part: Any, raters: Groups) -> Iterator[tuple[Groups, Any]]:  # noqa: ANN401
    """Name every shown cell of a part with the voter groups it is about."""
    if part["total"]["shown"]:
        yield raters, part["total"]
    hidden = frozenset(row["id"] for row in part["groups"] if row["id"] and not row["cell"]["shown"])
    for row in part["groups"]:
        if row["cell"]["shown"]:
            yield (frozenset([row["id"]]) if row["id"] else hidden), row["cell"]


def turnouts(document: Any, raters: Mapping[str, Groups]) -> set[Groups]:  # noqa: ANN401
    """Name the sets of groups whose number of ballots stands in the document."""
    rows = document["chain"]["groups"]
    found = {frozenset([row["id"]]) for row in rows if row["shown"]}
    if document["chain"]["total"]["shown"]:
        found.add(frozenset(row["id"] for row in rows))
    for (unit, key), part in parts(document):
        found |= {groups for groups, cell in cells(part, raters[unit]) if key and cell["answered"]["count"] is not None}
    return found


def derived(released: Iterable[Groups], depth: int = DEPTH) -> set[Groups]:
    """Return every set that up to ``depth`` additions of disjoint sets and subtractions of contained ones reach."""
    steps = [set(released)]
    for _ in range(depth):
        known = set().union(*steps)
        steps.append(set(_combined(product(known, steps[0]))) | set(_combined(product(steps[0], known))))
    return {groups for groups in set().union(*steps) if groups}


def _combined(pairs: Iterable[tuple[Groups, Groups]]) -> Iterator[Groups]:
    for one, other in pairs:
        if not one & other:
            yield one | other
        elif other < one:
            yield one - other


def too_small(node: Any, k: int, path: str = "") -> Iterator[tuple[str, object]]:  # noqa: ANN401
    """Name every number of answers, sheets or remarks in a document that is below k (SEC-43)."""
    if isinstance(node, list):
        for place, each in enumerate(node):
            yield from too_small(each, k, f"{path}/{place}")
    for key, value in node.items() if isinstance(node, dict) else ():
        here = f"{path}/{key}"
        if key in COUNTS or (key == "count" and path.endswith("/remarks")):
            least = None if isinstance(value, str) else _least(value)  # a gate is a text
            enough = min(k, REMARK_K_FLOOR) if path.endswith("/remarks") else k
            if least is not None and least < enough:
                yield here, value
        yield from too_small(value, k, here)


def _least(value: Any) -> int | None:  # noqa: ANN401
    """Return the least that a number stands for; of “≥10” that."""
    if value is None or isinstance(value, int):
        return value
    return int(value["text"].removeprefix("≥"))


def tables_of(case: Case, part: tuple[str, str | None], groups: Groups) -> Table:
    """Add up the true answers of some groups, over all items for pooled ones."""
    unit, key = part
    [target] = [each for each in section_of(case.document)["targets"] if each["id"] == unit]
    told = [item["key"] for item in target["items"] if item["total"]["shown"]]
    wanted = (told or [item["key"] for item in target["items"]]) if key is None else [key]
    rows = [case.truth[unit, item, group] for item in wanted for group in sorted(groups)]
    return add_tables((Table(row[:4], row[4]) for row in rows), 4)


def isolated(case: Case) -> list[tuple[Any, Groups]]:
    """Name the sets of voters under k, and single hidden groups, that figures added and subtracted leave over."""
    found: list[tuple[Any, Groups]] = []
    for name, part in parts(case.document):
        shown = {groups for groups, _ in cells(part, case.raters[name[0]])}
        for groups in derived(shown):
            few = tables_of(case, name, groups).valid < case.paper.scheme.floor
            if few or (len(groups) == 1 and groups not in shown):
                found.append((name, groups))
    return found


def isolated_turnouts(case: Case) -> list[Groups]:
    """Name the sets of groups whose ballots, fewer than k, follow from published numbers of ballots."""
    ballots = case.ballots
    known = derived(turnouts(case.document, case.raters))
    return [groups for groups in known if sum(ballots[group] for group in groups) < case.paper.scheme.floor]


def uniform_ones(case: Case) -> list[tuple[Any, Groups]]:
    """Name the shown cells of more than bands that all but tell everybody's mark."""
    return [
        (name, groups)
        for name, part in parts(case.document)
        for groups, cell in cells(part, case.raters[name[0]])
        if cell["view"] != View.BANDED and is_telling(tables_of(case, name, groups), case.paper.scheme.formula.top)
    ]


def told_of_few(case: Case) -> dict[str, list[Any]]:
    """Return what a document tells of fewer than k people, by the way in which it does; nothing, if all is well."""
    found: dict[str, list[Any]] = {
        "written": list(too_small(case.document, case.paper.scheme.floor)),
        "added or subtracted": isolated(case),
        "all alike": uniform_ones(case),
        "ballots": isolated_turnouts(case),
    }
    return {way: told for way, told in found.items() if told}
