"""An act in a process of its own that is killed at a named step, and the service that starts anew after it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ballots import store
from app.core.acting import Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from app.office.workshop import Workshop
from app.rounds.acts import GRACE
from tests.box.halting import AFTER, halting
from tests.cast import MORNING, Desk
from tests.conftest import BASE_URL, TestClock
from tests.forks import see_done, see_killed

ZHANG = Principal("idzhangsan", "张三", "organiser")
LATER = MORNING + 2 * GRACE


@dataclass(frozen=True, slots=True)
class Step:
    """Where a process is killed: right before or after ``owner.name`` is called."""

    owner: object
    name: str
    when: str = AFTER
    embedded: bool = False
    """Whether only an embedded database comes by here: PostgreSQL makes and drops a box whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """An act that touches more than one store, and the steps at which it may be cut off."""

    act: Callable[[Database, KeyFolder, str], object]
    steps: Mapping[str, Step]

    @property
    def at_each_step(self) -> pytest.MarkDecorator:
        """What has a test run once for each ``step``."""
        return pytest.mark.parametrize("step", self.steps)


def _act_and_die(place: tuple[str, Path], about: str, table: str, names: tuple[str, str]) -> None:
    """Act as the row says that the module ``table`` calls by the first name, until the step of the second."""
    folder = KeyFolder(place[1])
    database = Database(make_engine(place[0], pool_size=2), folder)
    row = _row(table, names)
    step = row.steps[names[1]]
    setattr(step.owner, step.name, halting(getattr(step.owner, step.name), step.when))
    row.act(database, folder, about)


def crash(database: Database, about: str, table: str, names: tuple[str, str]) -> None:
    """Act on ``about`` in a process that is killed at a step; one that comes by no such step fails the test.

    At a step that only an embedded database has, on another the act must be done without coming to it.
    """
    place = (database.engine.url.render_as_string(hide_password=False), database.keys.path)
    see = see_killed if comes_by(database, table, names) else see_done
    see(_act_and_die, place, about, table, names)


def comes_by(database: Database, table: str, names: tuple[str, str]) -> bool:
    """Whether an act comes to a step on this database."""
    return database.is_sqlite or not _row(table, names).steps[names[1]].embedded


def _row(table: str, names: tuple[str, str]) -> Row:
    rows: Mapping[str, Row] = import_module(table).ROWS
    return rows[names[0]]


@contextmanager
def started_anew(settings: Settings, database: Database, workshop: Workshop) -> Iterator[Desk]:
    """Start the service as after a crash, and let an organiser look; its clock tells the time after any grace."""
    clock = TestClock()
    clock.now = LATER
    api = build_api(settings, clock, workshop=workshop)
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as client:
        yield Desk(client, database, api.state.key_folder, "zhangsan")


def left_of_boxes(database: Database) -> set[str]:
    """Return the names of the files in the folder of boxes that are no box of a round."""
    folder = store.folder_of(database) if database.is_sqlite else None
    return (
        {file.name for file in folder.iterdir() if file.name.startswith(".")} if folder and folder.is_dir() else set()
    )


def left_of_keys(folder: KeyFolder) -> set[str]:
    """Return the names of the drafts in the key folder."""
    return {file.name for file in folder.path.iterdir() if file.name.startswith(".")}
