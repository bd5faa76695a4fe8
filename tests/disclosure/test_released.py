"""Nothing written, and no sum or difference of what is written, is about fewer than k people (SEC-43, 45, 46, 47)."""

from dataclasses import replace
from typing import Any

import pytest

from app.tally.alike import is_telling
from app.tally.disclosure import View
from app.tally.figures import Table, add_tables
from app.tally.restraint import may_compare
from tests.disclosure.released import Groups, cells, derived, parts, too_small, turnouts
from tests.disclosure.rounds import Case, make_case, make_retest
from tests.tally.cast import section_of

CHUNKS, ROUNDS = 10, 1_000
RETESTS = 200


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


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_it_works(chunk: int) -> None:
    for seed in range(chunk * ROUNDS, (chunk + 1) * ROUNDS):
        case = make_case(seed)
        assert list(too_small(case.document, case.paper.scheme.floor)) == [], seed
        assert isolated(case) == [], seed
        assert uniform_ones(case) == [], seed
        assert isolated_turnouts(case) == [], seed


def test_it_finds_a_count_below_k() -> None:
    document = {"units": [{"remarks": {"count": 3}, "total": {"valid": {"text": "≥5"}}}], "chain": {"returned": 4}}
    assert dict(too_small(document, 5)) == {"/units/0/remarks/count": 3, "/chain/returned": 4}
    assert len(list(too_small(document, 10))) == 3


def test_it_finds_what_two_subtractions_leave_over() -> None:
    whole, one, two = frozenset("abc"), frozenset("a"), frozenset("b")
    assert frozenset("c") in derived([whole, one, two])
    assert frozenset("c") not in derived([whole, one])
    assert frozenset("c") not in derived([whole, frozenset("ab"), frozenset("b")], depth=0)


def is_near(case: Case, later: Case, groups: Groups) -> bool:
    """Whether one to k - 1 people more or fewer stand behind the later figure."""
    before = {group.id: group.expected for group in case.paper.groups}
    changes = [group.expected - before[group.id] for group in later.paper.groups if group.id in groups]
    return bool(sum(changes)) and sum(map(abs, changes)) < later.paper.scheme.floor


def near_cells(case: Case, later: Case, *, merged: bool) -> list[tuple[Any, Groups]]:
    """Name the cells of a retest, total or group, that could be subtracted from the first round's figures."""
    first = dict(parts(case.document))
    return [
        (name, groups)
        for name, part in parts(later.document)
        for groups, cell in cells(part, later.raters[name[0]])
        if is_near(case, later, groups) and _comparable(groups, cell, merged=merged, total=later.raters[name[0]])
        if groups in derived(known for known, _ in cells(first[name], case.raters[name[0]]))
    ]


def _comparable(groups: Groups, cell: Any, *, merged: bool, total: Groups) -> bool:  # noqa: ANN401
    """A total may be seen in whole percents; several groups in one row are asked for by ``merged``."""
    if groups == total:
        return bool(cell["view"] == View.EXACT)
    return merged or len(groups) == 1


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_retest_shows_no_group_that_a_few_people_joined_or_left(chunk: int) -> None:
    for seed in range(chunk * RETESTS, (chunk + 1) * RETESTS):
        case = make_case(seed)
        later = make_retest(case, seed)
        assert near_cells(case, later, merged=False) == [], seed
        assert isolated(later) == [], seed
        for unit, raters in later.raters.items():
            if any(is_near(case, later, frozenset([group])) for group in raters):
                assert not may_compare(later.paper, case.paper, unit), seed


def test_an_unrestrained_retest_is_found() -> None:
    found = 0
    for seed in range(RETESTS):
        case = make_case(seed)
        groups = tuple(replace(group, expected=group.expected + 1) for group in case.paper.groups)
        found += bool(near_cells(case, replace(case, paper=replace(case.paper, groups=groups)), merged=False))
    assert found > 0
