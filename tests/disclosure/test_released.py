"""What is told of fewer than k people is found (SEC-43, 45), and a retest tells nothing of them either (SEC-47).

That 10,000 random rounds tell nothing of them, ``test_attacker`` sees, which makes these rounds.
"""

from dataclasses import replace
from typing import Any

import pytest

from app.tally.disclosure import View
from app.tally.restraint import may_compare
from tests.disclosure.released import Groups, cells, derived, isolated, parts, too_small
from tests.disclosure.rounds import Case, make_case, make_retest

CHUNKS = 10
RETESTS = 200


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
