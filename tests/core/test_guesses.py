"""Unknown codes by the minute: how many lately, how many at the worst, and nothing about whose."""

from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from app.core import guesses as counting
from app.core.guesses import MANY, REMEMBERED_MINUTES, Counted, Guesses
from tests.cast import MORNING


class Moved:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


def morning() -> datetime:
    return MORNING


def note_many(folder: Path) -> None:
    guesses = Guesses(morning, folder)
    for _ in range(200):
        guesses.note()


def test_it_works(tmp_path: Path) -> None:
    clock = Moved()
    guesses = Guesses(clock, tmp_path / "guesses")
    assert guesses.counted() == Counted(0, 0, 0)
    for _ in range(MANY):
        guesses.note()
    assert guesses.counted() == Counted(MANY, MANY, MANY)
    assert not guesses.counted().are_many
    guesses.note()
    assert guesses.counted().are_many
    clock.now += timedelta(minutes=2)
    assert guesses.counted() == Counted(0, MANY + 1, MANY + 1)
    clock.now += timedelta(minutes=REMEMBERED_MINUTES)
    assert guesses.counted() == Counted(0, 0, 0)


def test_all_processes_count_as_one(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        list(processes.map(note_many, [tmp_path] * 4))
    assert Guesses(morning, tmp_path).counted().most == 800


def test_it_remembers_an_hour_at_most(tmp_path: Path) -> None:
    clock = Moved()
    guesses = Guesses(clock, tmp_path)
    for _ in range(3 * REMEMBERED_MINUTES):
        clock.now += timedelta(minutes=1)
        guesses.note()
    assert len(list(tmp_path.iterdir())) <= REMEMBERED_MINUTES + 1
    assert guesses.counted().in_hour == REMEMBERED_MINUTES
    clock.now -= timedelta(days=1)
    guesses.note()
    assert [path.name for path in tmp_path.iterdir()] == [str(int(clock.now.timestamp()) // 60)]


def test_a_flood_fills_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_BYTES", 50)
    note_many(tmp_path)
    assert Guesses(morning, tmp_path).counted().most == 50


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "guesses"
    blocked.write_text("no folder")
    guesses = Guesses(morning, blocked)
    guesses.note()
    assert guesses.counted().in_hour == 0
