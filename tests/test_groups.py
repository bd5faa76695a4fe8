"""Which tests one worker runs on end, and that the workers are sent them so."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from xdist.remote import Producer

from tests import groups
from tests.conftest import pytest_xdist_make_scheduler
from tests.groups import group_of

ROOT = Path(__file__).parents[1]
WALLS, MATRIX = "tests/security/test_walls.py", "tests/security/test_matrix.py"


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        (f"{WALLS}::test_it[sqlite]", f"{WALLS} sqlite"),
        (f"{WALLS}::test_it[postgresql-x]", f"{WALLS} postgresql"),
        ("tests/security/test_schema.py::test_it", "tests/security/test_schema.py::test_it"),
        ("tests/browser/test_booth.py::test_it[paged]", "tests/browser/test_booth.py"),
        ("tests/test_crash_casting.py::test_it[sqlite]", "tests/test_crash_casting.py"),
        ("tests/box/test_drop.py::test_it[sqlite]", "tests/box/test_drop.py::test_it[sqlite]"),
        ("tests/operations/test_hall.py::test_it[sqlite]", "demo sqlite"),
        ("tests/operations/test_server.py::test_it[sqlite]", "demo sqlite"),
        ("tests/operations/test_server.py::test_it[pragma]", "tests/operations/test_server.py::test_it[pragma]"),
    ],
)
def test_it_works(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_the_ten_kinds_are_shared_out() -> None:
    found = {group_of(f"{groups.SHARED_OUT[0]}::test_it[kind{number}]") for number in range(40)}
    assert len(found) == groups.SHARED_OUT[1]


def test_what_is_grouped_is_there() -> None:
    for start in (*groups.WHOLE, *groups.BY_DATABASE, *groups.OF_DEMO, groups.SHARED_OUT[0]):
        assert list(ROOT.glob(f"{start}*")), start


@dataclass(eq=False)
class Worker:
    """Takes the tests that it is sent, and runs none."""

    name: str
    sent: list[int] = field(default_factory=list)
    shutting_down = False

    @property
    def gateway(self) -> SimpleNamespace:
        return SimpleNamespace(id=self.name)

    def send_runtest_some(self, indices: list[int]) -> None:
        self.sent += indices

    def shutdown(self) -> None:
        """Stay."""


class Options:
    """What the run of three workers was asked for."""

    option = SimpleNamespace(loadscopereorder=True)

    def getvalue(self, name: str) -> object:
        return {"dist": "load", "tx": ["3*popen"]}[name]


def test_one_worker_gets_all_that_look_at_one_installation() -> None:
    tests = [
        f"{module}::test_{at}[{kind}]"
        for at in range(20)
        for module in (WALLS, MATRIX)
        for kind in ("sqlite", "postgresql")
    ]
    groups = pytest_xdist_make_scheduler(cast("Any", Options()), Producer("tests"))
    assert groups is not None
    workers = [Worker(f"gw{number}") for number in range(3)]
    for worker in workers:
        groups.add_node(cast("Any", worker))
    for worker in workers:
        groups.add_node_collection(cast("Any", worker), tests)
    groups.schedule()
    while not groups.tests_finished:
        for worker in workers:
            for index in worker.sent:
                groups.mark_test_complete(cast("Any", worker), index)
    had = {(group_of(tests[index]), worker.name) for worker in workers for index in worker.sent}
    assert sum(len(worker.sent) for worker in workers) == len(tests)
    assert len(had) == 4
