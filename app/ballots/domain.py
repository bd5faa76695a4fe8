"""The gate of a box, what can become of a code, and whether a store is what it should be; without any I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from hashlib import sha256

ROUND_ID = re.compile(r"[0-9a-z]{1,40}")
"""What the id of a round that has a box looks like."""
FORMAT = 2
"""Format of a box store. A store has no migrations: a program that meets another number refuses it."""
ID_BYTES = 16
_NUMBER = 4
_FIELDS = 4


def envelope_id(sealed: bytes) -> bytes:
    """Return the id under which an envelope lies in the box, which is the voter's receipt (16 bytes).

    It says no more than the sealed bytes do, which two sealings of the same ballot never share.
    """
    return sha256(sealed).digest()[:ID_BYTES]


class GateState(IntEnum):
    """Whether ballots may fall in; all of equal size on disk."""

    NOT_YET = 2
    OPEN = 3
    CLOSED = 4


class CodeState(IntEnum):
    """The three states of a code are of equal size on disk, so that a change rewrites the row in its place (SEC-06)."""

    LIVE = 2
    SPENT = 3
    VOIDED = 4


@dataclass(frozen=True, slots=True)
class Count:
    """Slips and envelopes of one voter group."""

    printed: int = 0
    voided: int = 0
    spent: int = 0
    envelopes: int = 0

    @property
    def live(self) -> int:
        """How many ballots may still come."""
        return self.printed - self.voided - self.spent

    def plus(self, **more: int) -> "Count":
        """Return the count with something added."""
        return replace(self, **{name: getattr(self, name) + number for name, number in more.items()})


@dataclass(frozen=True, slots=True)
class Gate:
    """What a box's gate says: whether it is open and until when, for which paper, and how much has passed through it.

    ``intent`` is the id of the last act on it, empty before the first; ``public_key`` is empty until it first opens.
    """

    round_id: str
    state: GateState
    closes_at: datetime | None
    intent: str
    public_key: bytes
    paper: str = field(repr=False)
    paper_hash: str
    counts: Mapping[str, Count]

    def refusal(self, now: datetime) -> str:
        """Return the error code why no ballot may fall in ``now``; empty while it may."""
        return refusal(self.state, self.closes_at, now)


def may_change(before: int, after: GateState | None, *, is_right: bool) -> bool:
    """Whether a gate that says ``before`` may be set to ``after`` (None: stays so): it opens once, if it is right."""
    return after is not GateState.OPEN or (is_right and before == GateState.NOT_YET)


def refusal(state: GateState, closes_at: datetime | None, now: datetime) -> str:
    """Return the error code why a gate lets no ballot in ``now``; empty while it does."""
    if state is GateState.NOT_YET:
        return "round_not_open"
    is_open = state is GateState.OPEN and (closes_at is None or now < closes_at)
    return "" if is_open else "round_closed"


def pack_counts(groups: Sequence[str], counts: Mapping[str, Count]) -> bytes:
    """Return the counts in the order of the groups; always of the same size, so that the row stays in its place."""
    numbers = []
    for group in groups:
        count = counts.get(group, Count())
        numbers += [count.printed, count.voided, count.spent, count.envelopes]
    return b"".join(number.to_bytes(_NUMBER, "big") for number in numbers)


def unpack_counts(groups: Sequence[str], packed: bytes) -> dict[str, Count]:
    """Return what ``pack_counts`` packed."""
    numbers = [int.from_bytes(packed[at : at + _NUMBER], "big") for at in range(0, len(packed), _NUMBER)]
    return {group: Count(*numbers[at * _FIELDS : (at + 1) * _FIELDS]) for at, group in enumerate(groups)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of all tags of one voter group found: numbers of rightly and wrongly tagged rows."""

    spent: int = 0
    envelopes: int = 0
    bad_codes: int = 0
    bad_envelopes: int = 0

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrongly tagged and every envelope came with a code."""
        return not self.bad_codes and not self.bad_envelopes and self.spent == self.envelopes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a whole box store found, by voter group."""

    groups: Mapping[str, Finding]
    gate_is_right: bool = True
    """Whether the gate is tagged rightly and, once closed, tells as many codes and envelopes as there are."""

    @property
    def is_right(self) -> bool:
        """Whether nobody without the key folder changed the box."""
        return self.gate_is_right and all(finding.is_right for finding in self.groups.values())

    def fits(self, gate: Gate) -> bool:
        """Whether so many codes were spent, and so many envelopes lie here, as the gate says."""
        told = {group: (count.spent, count.envelopes) for group, count in gate.counts.items()}
        found = {group: (finding.spent, finding.envelopes) for group, finding in self.groups.items()}
        return all(found.get(group, (0, 0)) == told.get(group, (0, 0)) for group in found.keys() | told.keys())

    @property
    def wrong(self) -> dict[str, Finding]:
        """What was found in the groups in which something is wrong."""
        return {group: finding for group, finding in self.groups.items() if not finding.is_right}


def verdict(codes: Iterable[tuple[str, CodeState, bool]], envelopes: Iterable[tuple[str, bool]]) -> Verdict:
    """Return what codes (group, state, rightly tagged) and envelopes (group, rightly tagged) amount to."""
    numbers: dict[str, dict[str, int]] = {}

    def count(group: str, name: str) -> None:
        found = numbers.setdefault(group, {})
        found[name] = found.get(name, 0) + 1

    for group, state, right in codes:
        if not right:
            count(group, "bad_codes")
        elif state is CodeState.SPENT:
            count(group, "spent")
    for group, right in envelopes:
        count(group, "envelopes" if right else "bad_envelopes")
    return Verdict({group: Finding(**found) for group, found in sorted(numbers.items())})
