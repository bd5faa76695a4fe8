"""An attacker who has everything on disk and tries to find out who voted what (SEC-01).

He knows the order in which voters came, every code and its hash, every envelope's id, and all of the storage after the
opening. ``orders_known`` are the orders he can put voters into; ``orders_found`` those in which their marks and remarks
lie. Whoever is at the same rank in both is a hit: one of n by chance, whatever n is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection

SIGNATURE = 8
FEWEST = 5
CODE = "code"
Order = dict[int, tuple[object, ...]]
"""A voter's number and what he is sorted by."""
Ranks = NDArray[np.int_]


@dataclass(frozen=True)
class Voter:
    """What the referee knows of a voter; ``secrets``: his marks by unit, and his remark."""

    number: int
    group: str
    code_hash: bytes
    envelope_id: bytes
    secrets: Mapping[str, bytes]


@dataclass
class Score:
    """Hits of one attack over all rounds; by chance each trial adds one hit with variance one."""

    trials: int = 0
    hits: int = 0
    slope: float = 0.0

    @property
    def suspicious(self) -> bool:
        """Whether hits, or the correlation of both orders, are further than 3σ from chance."""
        return (self.hits - self.trials) / sqrt(self.trials) > 3 or abs(self.slope) / sqrt(self.trials) > 3


@dataclass
class Referee:
    """Counts what the attacker's guesses are worth."""

    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))

    def judge(self, voters: Sequence[Voter], known: Mapping[str, Order], found: Mapping[str, Order]) -> None:
        """Compare every order known with every order found, within each voter group."""
        for group in {voter.group for voter in voters}:
            numbers = {voter.number for voter in voters if voter.group == group}
            by_voters: dict[tuple[int, ...], dict[str, Order]] = defaultdict(dict)
            for name, order in found.items():
                by_voters[tuple(sorted(numbers & order.keys()))][name] = order
            for common, orders in by_voters.items():
                if len(common) >= FEWEST:
                    self._compare(_ranked(known, common), _ranked(orders, common))

    def _compare(self, known: dict[str, Ranks], found: dict[str, Ranks]) -> None:
        if not known or not found:
            return
        one, other = np.stack([*known.values()]), np.stack([*found.values()])
        last = one.shape[1] - 1
        deviation = sqrt(last * (last + 2) / 12)
        centred = ((one - last / 2) @ (other - last / 2).T) / (deviation**2 * (last + 1))
        for way, ranks in (("", one), (" backwards", last - one)):
            hits = (ranks[:, None, :] == other[None, :, :]).sum(axis=2)
            for (row, name), (column, place) in product(enumerate(known), enumerate(found)):
                score = self.scores[f"{name} -> {place}{way}"]
                score.trials += 1
                score.hits += int(hits[row, column])
                score.slope += float(centred[row, column]) * sqrt(last)

    def suspicious(self) -> set[str]:
        """Return the attacks that did better than chance."""
        return {name for name, score in self.scores.items() if score.suspicious}


def _ranked(orders: Mapping[str, Order], common: Sequence[int]) -> dict[str, Ranks]:
    """Return the ranks of these voters in each order that tells them all apart; of like orders only the first."""
    ranked: dict[bytes, tuple[str, Ranks]] = {}
    for name, order in orders.items():
        if common and all(number in order for number in common):
            values = [order[number] for number in common]
            place = {value: rank for rank, value in enumerate(sorted(values))}
            if len(place) == len(values):
                ranks = np.array([place[value] for value in values])
                ranked.setdefault(ranks.tobytes(), (name, ranks))
    return dict(ranked.values())


def _live_tables(connection: Connection) -> list[str]:
    return [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]


def _orderings(connection: Connection, table: str, columns: Sequence[str]) -> list[str]:
    """Return what rows of a table can be sorted by: as they lie, hidden columns, every column."""
    named = [f'"{column}"' for column in columns]
    if connection.dialect.name == "postgresql":
        return ["ctid", "xmin::text::bigint", "xmax::text::bigint", "cmin::text::bigint", *named]
    listed = connection.exec_driver_sql(f'PRAGMA table_list("{table}")').mappings().one()
    return ["NULL", *named] if listed["wr"] else ["NULL", "rowid", *named]


def _sorted_rows(connection: Connection, table: str, round_id: str) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Yield the cells of the round's rows in every order; of all rows where a table does not know its rounds."""
    columns = [str(column["name"]) for column in sa.inspect(connection).get_columns(table)]
    where = "WHERE round_id = :round" if "round_id" in columns else ""
    for ordering in _orderings(connection, table, columns):
        query = sa.text(f'SELECT * FROM "{table}" {where} ORDER BY {ordering}')  # noqa: S608 - names from the catalog
        rows = [tuple(row) for row in connection.execute(query, {"round": round_id} if where else {})]
        if not rows:
            return  # nor are there any in another order
        yield ordering, rows


def _as_bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()


def stored_orders(connection: Connection, round_id: str, wanted: Mapping[str, Mapping[int, bytes]]) -> dict[str, Order]:
    """Return in which order the wanted bytes (by kind, then by voter) lie in every table, sorted by all there is.

    Rows that share the sorting value (such as one transaction's ``xmin``) are as they happen to lie.
    """
    orders: dict[str, Order] = {}
    for table in _live_tables(connection):
        known: dict[tuple[str, bytes], dict[int, int]] = {}
        for ordering, rows in _sorted_rows(connection, table, round_id):
            content = [(place, _as_bytes(cell)) for place, cells in enumerate(rows) for cell in cells]
            for kind, by_voter in wanted.items():
                order: Order = {}
                for place, cell in content:
                    if (kind, cell) not in known:
                        known[kind, cell] = _found_in(cell, by_voter)
                    order |= {number: (place, at) for number, at in known[kind, cell].items()}
                if order:
                    orders[f"{table} by {ordering}: {kind}"] = order
    return orders


def _found_in(cell: bytes, by_voter: Mapping[int, bytes]) -> dict[int, int]:
    """Return where in a cell the secrets of voters lie, by their numbers."""
    if len(cell) < SIGNATURE:
        return {}
    places = ((number, cell.find(secret)) for number, secret in by_voter.items())
    return {number: at for number, at in places if at >= 0}


def file_orders(files: Mapping[str, bytes], wanted: Mapping[str, Mapping[int, bytes]]) -> Iterator[tuple[str, Order]]:
    """Yield in which order the wanted bytes lie in raw files: cells of pages, free space, journals, logs."""
    for name, data in files.items():
        found = _scan(data, {secret[:SIGNATURE] for by_voter in wanted.values() for secret in by_voter.values()})
        for kind, by_voter in wanted.items():
            first: Order = {}
            last: Order = {}
            for number, secret in by_voter.items():
                places = [at for at in found.get(secret[:SIGNATURE], ()) if data.startswith(secret, at)]
                if places:
                    first[number], last[number] = (places[0],), (places[-1],)
            if len(first) >= FEWEST:
                yield f"{name} first: {kind}", first
                yield f"{name} last: {kind}", last


def _scan(data: bytes, signatures: set[bytes]) -> dict[bytes, list[int]]:
    """Return the places of eight-byte signatures, in order; one pass per alignment instead of one per signature."""
    needles = np.sort(np.frombuffer(b"".join(sorted(signatures)), dtype="<u8"))
    found: list[int] = []
    for shift in range(SIGNATURE):
        count = (len(data) - shift) // SIGNATURE
        if count > 0:
            words = np.frombuffer(data, dtype="<u8", count=count, offset=shift)
            at = np.minimum(np.searchsorted(needles, words), len(needles) - 1)
            found += [int(word) * SIGNATURE + shift for word in np.flatnonzero(needles[at] == words)]
    places: dict[bytes, list[int]] = defaultdict(list)
    for place in sorted(found):
        places[data[place : place + SIGNATURE]].append(place)
    return places


def kinds_of(voters: Sequence[Voter]) -> dict[str, dict[int, bytes]]:
    """Return the voters' secrets by kind."""
    kinds: dict[str, dict[int, bytes]] = defaultdict(dict)
    for voter in voters:
        for kind, secret in voter.secrets.items():
            kinds[kind][voter.number] = secret
    return kinds


def attack(
    storage: tuple[Connection, Mapping[str, bytes]], round_id: str, voters: Sequence[Voter], referee: Referee
) -> dict[str, Order]:
    """Try everything against the storage of one round; return the orders in which secrets were found at all."""
    connection, files = storage
    wanted = {CODE: {voter.number: voter.code_hash for voter in voters}, **kinds_of(voters)}
    orders = {**stored_orders(connection, round_id, wanted), **dict(file_orders(files, wanted))}
    known: dict[str, Order] = {
        "arrival": {voter.number: (voter.number,) for voter in voters},
        "code hash": {voter.number: (voter.code_hash,) for voter in voters},
        "envelope id": {voter.number: (voter.envelope_id,) for voter in voters},
        **{name: order for name, order in orders.items() if name.endswith(CODE)},
    }
    found = {name: order for name, order in orders.items() if not name.endswith(CODE)}
    referee.judge(voters, known, found)
    for kind in kinds_of(voters):  # two sheets of one voter must not lie at the same place of their stacks either
        sheets = {name: order for name, order in found.items() if name.endswith(f": {kind}")}
        others = {name: order for name, order in found.items() if not name.endswith(f": {kind}")}
        referee.judge(voters, sheets, others)
    return found


def read_files(folder: Path, since: float = 0.0) -> dict[str, bytes]:
    """Return every file below a folder that was written since a moment."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_mtime >= since and path.stat().st_size >= SIGNATURE
    }
