"""The place where a file is made: what a maker in a child process may ask for, and what it hands back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.acting import Principal
from app.core.chinese import CHINA

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.db import Database

KEPT_ENGINES = 2


@dataclass(frozen=True, slots=True)
class Made:
    """A file and the name it is saved under; ``lasting``: the same would be made of the same arguments again."""

    content: bytes
    name: str = ""
    lasting: bool = True


@dataclass(frozen=True, slots=True)
class Bench:
    """One job as its maker sees it: ids and words that came in, the bytes beside them, and a database to read."""

    arguments: Mapping[str, Any]
    body: bytes
    staff: Principal
    now: datetime
    url: str
    data: Path
    base_url: str
    language: str = "zh"
    """The language of the page from which the file is taken."""

    @property
    def today(self) -> date:
        """The day it is for the reader."""
        return self.now.astimezone(CHINA).date()

    @contextmanager
    def reading(self) -> "Iterator[Session]":
        """Yield a session that cannot write."""
        with _database(self.url).reading() as session:
            if self.staff.reach is not None:
                from app.core.scope import limit  # noqa: PLC0415 -- as above

                limit(session, self.staff.reach)
            yield session


Maker = Callable[[Bench], Made]


@lru_cache(maxsize=KEPT_ENGINES)
def _database(url: str) -> "Database":
    from app.core.db import Database, make_engine  # noqa: PLC0415 -- what asks for no row starts without it

    return Database(make_engine(url, 1), None)


def let_go(url: str) -> None:
    """Close what a maker left open, for whoever ran it in a process of his own; a child at a seat keeps it."""
    _database(url).engine.dispose()


def dotted(function: Callable[..., object]) -> str:
    """Return under which name ``named`` finds a function of a module again, in another process too."""
    return f"{function.__module__}:{function.__qualname__}"


def named(name: str) -> Any:  # noqa: ANN401 - any function of ours
    """Return the function of that name; only ever asked for names that stand in our own source."""
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)
