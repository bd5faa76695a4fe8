"""What a handler may ask for: the sessions of its request, the time, and the frozen settings."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.scope import limit
from app.core.settings import Settings

Done = TypeVar("Done")


def database(request: Request) -> Database:
    """Return the application's database."""
    return cast("Database", request.app.state.database)


class Sitting:
    """The sessions of one request, one at a time: begun by who reads or acts, ended before anything is made of it."""

    def __init__(self, database: Database, reach: tuple[str, ...] | None = None) -> None:
        self._database = database
        self._reach = reach
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session of the moment: while acting the one that will be committed, else one that cannot write."""
        if self._session is None:
            self._session = self._database.reader()
            limit(self._session, self._reach)
        return self._session

    def limit(self, reach: tuple[str, ...] | None) -> None:
        """Let this and every later session find only what belongs to these offices."""
        self.leave()
        self._reach = reach

    def leave(self) -> None:
        """End reading; what was read stays readable, but nothing more can be read through it."""
        session, self._session = self._session, None
        if session is not None:
            forgotten = bool(session.new or session.dirty or session.deleted)
            session.close()
            if forgotten:
                message = "written outside of an act, which nobody would have committed"
                raise RuntimeError(message)

    def acted(self, act: Callable[[], Done]) -> Done:
        """Act in a session that is committed in the end, and undone by what is raised (``Database.acted``)."""

        def within(session: Session) -> Done:
            limit(session, self._reach)
            self._session = session
            try:
                return act()
            finally:
                self._session = None

        self.leave()
        return self._database.acted(within)


def get_settings(request: Request) -> Settings:
    """Return the settings."""
    return cast("Settings", request.app.state.settings)


def get_key_folder(request: Request) -> KeyFolder:
    """Return the key folder."""
    return cast("KeyFolder", request.app.state.key_folder)


def get_now(request: Request) -> datetime:
    """Return the server's time, from the one clock that the composition root was given."""
    return cast("datetime", request.app.state.clock())


Now = Annotated[datetime, Depends(get_now)]
Keys = Annotated[KeyFolder, Depends(get_key_folder)]

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of a version in an address; no database column holds a greater one."""
