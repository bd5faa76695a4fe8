"""Finding out which box a code is for: in the box that was hit last first, by kept connections to all of them.

A box that cannot be read holds up no code of another.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import Any, Final

from sqlalchemy import CompoundSelect, MetaData, Select, Table, bindparam, select, union_all
from sqlalchemy.sql import Executable

from app.ballots import store
from app.ballots.domain import FORMAT, CodeState, GateState, refusal
from app.ballots.lines import FileLine, Line, Row
from app.ballots.models import CODE, GATE, TAGGED
from app.ballots.reads import moment
from app.ballots.tags import Tags
from app.core.db import Database
from app.core.errors import DomainError

MOST_KEPT: Final = 512
PER_STATEMENT: Final = 128
"""Boxes that one PostgreSQL statement looks into: each costs two locks."""
TRIES: Final = 3
"""How often all boxes are asked again because some came or went meanwhile."""
_REFUSALS = {CodeState.SPENT: "code_used", CodeState.VOIDED: "code_voided"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a code is for, what has become of it, and what the gate of its box says."""

    round_id: str
    group_id: str
    code_hash: bytes
    state: CodeState
    gate: GateState | None
    """None for a gate that somebody without the key folder has set."""
    closes_at: datetime | None
    paper_hash: str

    def refusal(self, now: datetime) -> str:
        """Return the error code why nothing can be cast with it ``now``; empty while it can."""
        if self.gate is None:
            return "gate_tampered"
        return refusal(self.gate, self.closes_at, now) or _REFUSALS.get(self.state, "")


def _query(code: Table, gate: Table) -> Select[tuple[object, ...]]:
    columns = (
        *(code.c[name] for name in ("hash", "group_id", "batch_id", "state", "tag")),
        *(gate.c[column.name] for column in TAGGED),
        gate.c.tag,
    )
    named = [column.label(f"c{at}") for at, column in enumerate(columns)]
    return select(gate.c.round_id, *named).where(code.c.hash == bindparam("code"))


_FIND = _query(CODE, GATE)


class UnreadBoxError(Exception):
    """A box could not be read, so that nobody knows what the codes are that no other box knows; ``found``: the rest."""

    def __init__(self, found: dict[bytes, Found]) -> None:
        super().__init__()
        self.found = found


class Finder:
    """Looks codes up; any thread may ask."""

    def __init__(self, database: Database, tag_secret: bytes) -> None:
        self._boxes: _Boxes = _Files(database) if database.is_sqlite else _Schemas(database)
        self._tag_secret = tag_secret
        self._tags: dict[str, Tags] = {}
        self._proved: tuple[Any, ...] = ()
        self._lock = Lock()

    def find(self, hashes: Sequence[bytes]) -> dict[bytes, Found]:
        """Return by its hash what each code is for; one that no box knows, or that is wrongly tagged, is missing.

        UnreadBoxError where one is missing and a box could not be read.
        """
        with self._lock:
            wanted = set(hashes)
            rows = self._boxes.find(wanted)
            known = {found.code_hash: found for row in rows if (found := self._checked(row)) is not None}
            if wanted and (fault := self._boxes.fault) is not None:
                raise UnreadBoxError(known) from fault
            return known

    def close(self) -> None:
        """Let go of all boxes."""
        with self._lock:
            self._boxes.close()

    def _checked(self, row: Row) -> Found | None:
        round_id, digest, group_id, batch_id, state, tag, *gate = row
        _, number, gate_state, closes_at, _, _, _, paper_hash, _, _ = gate
        if number != FORMAT or state not in set(CodeState):
            return None
        known, tags = CodeState(state), self._tags_of(round_id)
        if not tags.is_code(tag, digest, group_id, batch_id, known):
            return None
        if not self._is_proved(tags, gate):
            return Found(round_id, group_id, digest, known, None, None, paper_hash)
        return Found(round_id, group_id, digest, known, GateState(gate_state), moment(closes_at), paper_hash)

    def _is_proved(self, tags: Tags, gate: list[Any]) -> bool:
        """Whether a gate's tag is right; of a box that was hit last it is known while only its counts change."""
        *fields, tag = gate
        read = (*fields[:-1], tag)
        if read != self._proved and not tags.is_gate(tag, fields):
            return False
        self._proved = read
        return True

    def _tags_of(self, round_id: str) -> Tags:
        if len(self._tags) > MOST_KEPT:
            self._tags.clear()
        return self._tags.setdefault(round_id, self._tags.get(round_id) or Tags(self._tag_secret, round_id))


class _Boxes(ABC):
    """All boxes of an installation, the one hit last first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.fault: Exception | None = None
        """Why a box could not be read when codes were looked up last."""

    @abstractmethod
    def find(self, wanted: set[bytes]) -> list[Row]:
        """Return the rows of the codes that are in a box, and strike these off."""

    @abstractmethod
    def close(self) -> None:
        """Let go of all."""


class _Files(_Boxes):
    """Boxes in SQLite files, each on a line that is kept."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._kept: OrderedDict[str, FileLine] = OrderedDict()

    def find(self, wanted: set[bytes]) -> list[Row]:
        """Look into the boxes that are known, then into those that are new; a box that is gone tells nothing."""
        self.fault = None
        rows = self._look(list(reversed(self._kept)), wanted)
        if wanted:
            rows += self._look(self._new(), wanted)
        return rows

    def _look(self, round_ids: Iterable[str], wanted: set[bytes]) -> list[Row]:
        """Look into these boxes and strike off what was found."""
        rows = []
        for round_id in round_ids:
            found = [row for row in self._ask(round_id, wanted) if row is not None]
            if found and self._kept[round_id].is_current():
                self._kept.move_to_end(round_id)
                rows += found
                wanted.difference_update(row[1] for row in found)
            if not wanted:
                break
        return rows

    def _ask(self, round_id: str, wanted: set[bytes]) -> list[Row | None]:
        try:
            return self._line(round_id).first_of_each(_FIND, [{"code": digest} for digest in sorted(wanted)])
        except DomainError:
            return []
        except sqlite3.Error as error:
            # Of a box that is being destroyed not even the tables are left.
            line = self._kept.get(round_id)
            if line is None or line.is_current():
                self.fault = error
            self._forget(round_id)
            return []

    def _line(self, round_id: str) -> FileLine:
        if round_id not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._forget(next(iter(self._kept)))
            self._kept[round_id] = FileLine(self._database, round_id)
        return self._kept[round_id]

    def _new(self) -> list[str]:
        """Hang up the lines to boxes that are not there any more, and return those that no line leads to."""
        there = store.inodes(self._database)
        for round_id, line in list(self._kept.items()):
            if there.get(round_id) != line.inode:
                self._forget(round_id)
        return [round_id for round_id in there if round_id not in self._kept]

    def _forget(self, round_id: str) -> None:
        line = self._kept.pop(round_id, None)
        if line is not None:
            line.close()

    def close(self) -> None:
        """Let go of all."""
        for round_id in list(self._kept):
            self._forget(round_id)


class _Schemas(_Boxes):
    """Boxes in PostgreSQL schemas, asked on one line."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._line: Line | None = None
        self._last: dict[str, Executable] = {}
        """Where the last code was found, and the question to that box alone."""
        self._names = ""
        """Of the schemas that were there when all were asked last."""
        self._statements: list[Executable] = []

    def find(self, wanted: set[bytes]) -> list[Row]:
        """Ask the box that was hit last, then all others at once; try again on a new line if the old one broke."""
        import psycopg  # noqa: PLC0415 - as in ``connect_postgresql``

        asked, self.fault = set(wanted), None
        try:
            return self._find(wanted)
        except psycopg.OperationalError:
            self.close()
            wanted |= asked
            return self._find(wanted)

    def _find(self, wanted: set[bytes]) -> list[Row]:
        rows = self._ask(list(self._last.values()), wanted)
        rows += self._ask(self._statements, wanted)
        for _ in range(TRIES):
            if not wanted or not self._is_new():
                break
            rows += self._ask(self._statements, wanted)
        if rows and (last := str(rows[-1][0])) not in self._last:
            self._last = {last: _of_schema(last)}
        return rows

    def _ask(self, statements: Iterable[Executable], wanted: set[bytes]) -> list[Row]:
        """Ask and strike off what was found; a box may be destroyed at any moment, the others still answer."""
        import psycopg  # noqa: PLC0415 - as in ``connect_postgresql``

        rows: list[Row] = []
        for statement in statements:
            if not wanted:
                break
            try:
                found = self._answers(statement, wanted)
            except psycopg.OperationalError:
                raise
            except (DomainError, psycopg.Error) as error:
                # One box that is gone, or cannot be read, spoils the question to many: ask each of them alone.
                many = statement.selects if isinstance(statement, CompoundSelect) else ()
                if not many and not isinstance(error, DomainError):
                    self.fault = error
                found = self._ask((one for one in many if isinstance(one, Executable)), wanted)
            rows += found
            wanted.difference_update(bytes(row[1]) for row in found)
        return rows

    def _answers(self, statement: Executable, wanted: set[bytes]) -> list[Row]:
        answers = self._connected().first_of_each(statement, [{"code": digest} for digest in sorted(wanted)])
        return [row for row in answers if row is not None]

    def _is_new(self) -> bool:
        """Whether boxes came or went since all were asked last."""
        ((names,),) = self._connected().rows(store.ALL_SCHEMAS, {})
        if names == self._names:
            return False
        self._names, there = names, store.ids_of(names.split("/"))
        self._last = {round_id: question for round_id, question in self._last.items() if round_id in there}
        ordered = iter(sorted(there))
        self._statements = []
        while some := list(islice(ordered, PER_STATEMENT)):
            self._statements.append(union_all(*map(_of_schema, some)))
        return True

    def _connected(self) -> Line:
        if self._line is None:
            from app.ballots.schema_lines import Union  # noqa: PLC0415 - as in ``connect_postgresql``

            self._line = Union(self._database)
        return self._line

    def close(self) -> None:
        """Let go of all."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _of_schema(round_id: str) -> Select[tuple[object, ...]]:
    schema, tables = store.schema_of(round_id), MetaData()
    return _query(CODE.to_metadata(tables, schema=schema), GATE.to_metadata(tables, schema=schema))
