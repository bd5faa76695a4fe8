"""The slot of an open box: codes spent, envelopes stored and counts raised in one transaction, or nothing (SEC-63)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from app.ballots.domain import FORMAT, CodeState, Count, GateState, pack_counts, refusal, unpack_counts
from app.ballots.lines import FileLine, Line, RefusedRowError
from app.ballots.models import CODE, ENVELOPE, GATE, TAGGED
from app.ballots.reads import moment
from app.ballots.tags import Tags
from app.core.db import Database, held
from app.core.errors import DomainError

ACCEPTED: Final = ""
_GATE = held(select(*TAGGED, GATE.c.tag))
_CODE = select(CODE.c.group_id, CODE.c.batch_id, CODE.c.state, CODE.c.tag).where(CODE.c.hash == bindparam("code"))
_SPEND = (
    update(CODE)
    .where(CODE.c.hash == bindparam("code"), CODE.c.state == bindparam("before"))
    .values(state=bindparam("after"), tag=bindparam("new_tag"))
)
_STORE = insert(ENVELOPE)
_STORED = select(ENVELOPE.c.id).where(ENVELOPE.c.id == bindparam("envelope"))
_COUNT = update(GATE).values(counts=bindparam("packed"))
_REFUSALS = {CodeState.SPENT: "code_used", CodeState.VOIDED: "code_voided"}


class Cast(NamedTuple):
    """A sealed envelope, and the code by which it may go into the box."""

    code_hash: bytes
    group_id: str
    envelope_id: bytes
    sealed: bytes


class _Known(NamedTuple):
    """A rightly tagged code as it lies in the box."""

    group_id: str
    batch_id: str
    state: CodeState


def _connect(database: Database, round_id: str) -> Line:
    """Return a line to a box; DomainError ``box_missing``, now or at its first use."""
    if database.is_sqlite:
        return FileLine(database, round_id)
    from app.ballots.schema_lines import SchemaLine  # noqa: PLC0415 - as in ``connect_postgresql``

    return SchemaLine(database, round_id)


class Slot:
    """The slot of one box on a kept connection; used by one thread at a time."""

    def __init__(self, database: Database, tag_secret: bytes, round_id: str) -> None:
        self._database = database
        self._round_id = round_id
        self._tags = Tags(tag_secret, round_id)
        self._line: Line | None = None
        self._proved: tuple[Any, ...] = ()
        """What the gate of an open box said, but for its counts, when its tag was checked last."""

    def drop(self, casts: Sequence[Cast], now: datetime) -> list[str]:
        """Spend the codes and store the envelopes; return ``ACCEPTED`` or an error code for each.

        The first ballot of a code wins; the very same one again is accepted without being stored twice.
        RefusedRowError is raised, and nothing stored, where an envelope is impossible.
        """
        try:
            line = self._connected()
            with self._guarded(line), line.writing():
                return self._drop(line, casts, now)
        except DomainError as error:
            if error.code != "box_missing":
                raise
            self.close()
            return ["round_closed"] * len(casts)

    @contextmanager
    def _guarded(self, line: Line) -> Iterator[None]:
        """Let go of a line that broke."""
        try:
            yield
        except line.refused as error:
            raise RefusedRowError from error
        except line.broken:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the box."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _connected(self) -> Line:
        if self._line is not None and not self._line.is_current():
            self.close()
        if self._line is None:
            self._line = _connect(self._database, self._round_id)
        return self._line

    def _drop(self, line: Line, casts: Sequence[Cast], now: datetime) -> list[str]:
        gate = line.rows(_GATE, {})
        if not gate:
            raise DomainError("box_missing")
        *fields, tag = gate[0]
        _, number, state, closes_at, _, groups, _, _, packed = fields
        if number != FORMAT:
            raise DomainError("box_other_format", found=number, known=FORMAT)
        held = self._tampered(fields, tag) or refusal(GateState(state), moment(closes_at), now)
        known = self._known(line, casts)
        stored = [] if held else _winners(casts, known)
        if stored:
            self._store(line, stored, known)
            counts = _raised(unpack_counts(json.loads(groups), packed), stored)
            line.change(_COUNT, [{"packed": pack_counts(list(counts), counts)}])
        inside = _inside(line, casts, stored)
        spent = {cast.code_hash for cast in stored} | {
            digest for digest, code in known.items() if code.state is CodeState.SPENT
        }
        return [
            ACCEPTED
            if cast.envelope_id in inside and cast.code_hash in spent
            else held or _why(cast, known.get(cast.code_hash)) or "code_used"
            for cast in casts
        ]

    def _tampered(self, fields: list[Any], tag: bytes) -> str:
        """Return the error code if somebody without the key folder has set the gate; what was right stays right."""
        read = (*fields[:-1], tag)
        if read != self._proved and not self._tags.is_gate(tag, fields):
            return "gate_tampered"
        self._proved = read
        return ""

    def _known(self, line: Line, casts: Sequence[Cast]) -> dict[bytes, _Known]:
        """Return the codes that are in the box; a wrongly tagged one is none (SEC-75)."""
        hashes = sorted({cast.code_hash for cast in casts})
        rows = line.first_of_each(_CODE, [{"code": digest} for digest in hashes])
        found = {}
        for digest, row in zip(hashes, rows, strict=True):
            if row is not None and row[2] in _STATES:
                group_id, batch_id, state, tag = row
                if self._tags.is_code(tag, digest, group_id, batch_id, CodeState(state)):
                    found[digest] = _Known(group_id, batch_id, CodeState(state))
        return found

    def _store(self, line: Line, stored: Sequence[Cast], known: Mapping[bytes, _Known]) -> None:
        """Write in the order of random keys, not of arrival (SEC-87)."""
        spent = [self._spent(cast.code_hash, known[cast.code_hash]) for cast in sorted(stored)]
        if line.change(_SPEND, spent) != len(stored):
            raise DomainError("busy")
        line.change(_STORE, [self._row(cast) for cast in sorted(stored, key=lambda cast: cast.envelope_id)])

    def _spent(self, digest: bytes, code: _Known) -> dict[str, object]:
        new_tag = self._tags.code(digest, code.group_id, code.batch_id, CodeState.SPENT)
        return {"code": digest, "before": CodeState.LIVE.value, "after": CodeState.SPENT.value, "new_tag": new_tag}

    def _row(self, cast: Cast) -> dict[str, object]:
        tag = self._tags.envelope(cast.envelope_id, cast.group_id, cast.sealed)
        return {"id": cast.envelope_id, "group_id": cast.group_id, "sealed": cast.sealed, "tag": tag}


_STATES = frozenset(CodeState)


def _winners(casts: Iterable[Cast], known: Mapping[bytes, _Known]) -> list[Cast]:
    """Return the first ballot of every code that is live and of the claimed group."""
    first: dict[bytes, Cast] = {}
    for cast in casts:
        if not _why(cast, known.get(cast.code_hash)):
            first.setdefault(cast.code_hash, cast)
    return list(first.values())


def _why(cast: Cast, code: _Known | None) -> str:
    """Return why this code lets this ballot not in; empty if it does."""
    if code is None:
        return "code_unknown"
    if code.group_id != cast.group_id:
        return "code_foreign"
    return _REFUSALS.get(code.state, "")


def _raised(counts: dict[str, Count], stored: Iterable[Cast]) -> dict[str, Count]:
    for group_id, number in Counter(cast.group_id for cast in stored).items():
        counts[group_id] = counts[group_id].plus(spent=number, envelopes=number)
    return counts


def _inside(line: Line, casts: Sequence[Cast], stored: Sequence[Cast]) -> set[bytes]:
    """Return the ids of those casts whose very bytes are in the box: a retry is known by them and by nothing else."""
    inside = {cast.envelope_id for cast in stored}
    others = sorted({cast.envelope_id for cast in casts} - inside)
    if others:
        rows = line.first_of_each(_STORED, [{"envelope": envelope_id} for envelope_id in others])
        inside |= {envelope_id for envelope_id, row in zip(others, rows, strict=True) if row is not None}
    return inside
