"""The menu: everybody finds his pages, each of them once."""

from itertools import chain, combinations

import pytest

from app.accounts.domain import Role, refused_join
from app.core.acting import Principal
from app.web.menu import menu

JOINED = [
    " ".join(roles)
    for roles in chain.from_iterable(combinations(Role, count) for count in (1, 2, 3))
    if refused_join(set(roles)) is None
]


def test_it_works() -> None:
    assert [entry.label for entry in menu(Principal("idzhou", "周", "supervisor"))] == ["补课", "收件箱", "人员"]
    assert [entry.label for entry in menu(None)] == ["结果公告", "核验报告"]


@pytest.mark.parametrize("roles", JOINED)
def test_no_page_stands_below_two_entries(roles: str) -> None:
    paths = [path for entry in menu(Principal("idzhou", "周", roles)) for path in entry.paths]
    assert sorted(paths) == sorted(set(paths))
