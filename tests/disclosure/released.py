"""Which sets of voters a document tells something of, and what follows by adding and subtracting them (SEC-45)."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from app.campaigns.domain import REMARK_K_FLOOR
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
