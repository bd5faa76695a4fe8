"""Which tests run on which database."""

from pathlib import Path

import pytest

from tests.conftest import LONGEST, in_memory, runs
from tests.found import some

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "name",
    [
        "box/test_drop.py::test_it", "rounds/test_service.py::test_it", "test_migrations.py::test_it",
        "publication/test_announcing.py::test_it_works",
        "publication/test_page_cost.py::test_it",
        "publication/test_concluded.py::test_scores_are_made_of_what_they_are_kept_by",
        "publication/test_composite_words.py::TestPages::test_a_rule_is_typed_read_back_and_said",
    ],
)  # fmt: skip
def test_what_writes_runs_on_both(name: str) -> None:
    assert all(runs(f"tests/{name}[{kind}-x]") for kind in ("sqlite", "postgresql"))


def test_what_renders_runs_on_one_and_half_on_each() -> None:
    names = [f"tests/publication/test_routes.py::test_{number}" for number in range(400)]
    kept = [[kind for kind in ("sqlite", "postgresql") if runs(f"{name}[{kind}]")] for name in names]
    assert all(len(kinds) == 1 for kinds in some(kept))
    assert 150 < sum(kinds == ["sqlite"] for kinds in kept) < 250


def test_of_a_module_that_also_writes_what_reads_runs_on_one() -> None:
    names = [f"tests/publication/test_concluded.py::test_a_damaged_result[{{}}-{place}]" for place in range(40)]
    kept = [[kind for kind in ("sqlite", "postgresql") if runs(name.format(kind))] for name in names]
    assert {len(kinds) for kinds in kept} == {1}
    assert {kind for kinds in kept for kind in kinds} == {"sqlite", "postgresql"}


@pytest.mark.parametrize("module", ["operations/test_verify_archive", "security/test_matrix"])
def test_what_looks_at_one_installation_looks_at_it_on_one_database(module: str) -> None:
    names = [(kind, f"tests/{module}.py::test_{at}[{kind}]") for at in range(40) for kind in ("sqlite", "postgresql")]
    assert len({kind for kind, name in names if runs(name)}) == 1


def test_a_test_without_a_database_always_runs() -> None:
    assert runs("tests/publication/test_routes.py::test_it")


def test_files_stay_on_disk_where_memory_has_no_room(tmp_path: Path) -> None:
    assert not in_memory(tmp_path / "nothing")
    assert not in_memory(Path("/proc"))


def test_the_longest_tests_are_there() -> None:
    for start in LONGEST:
        assert list(ROOT.glob(f"{start}*")), start


def is_pure(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("pure") is not None


@pytest.mark.usefixtures("database")
def test_what_asks_for_a_database_is_not_run_by_make_quick(request: pytest.FixtureRequest) -> None:
    """Since databases are asked for by their kind, four thousand such tests were, for a quarter of an hour."""
    assert not is_pure(request)


@pytest.mark.usefixtures("workshop")
def test_nor_is_what_asks_for_children(request: pytest.FixtureRequest) -> None:
    assert not is_pure(request)


def test_what_asks_for_nothing_is(request: pytest.FixtureRequest) -> None:
    assert is_pure(request)
