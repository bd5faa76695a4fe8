"""The booth's one door to the slips: find out what a code is for, and spend codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.slips.codes import code_hash, parse_code
from app.slips.domain import CodeState
from app.slips.models import SlipCode


class Claim(NamedTuple):
    """The right to one ballot that a phone claims; ``code_hash`` stands for the code."""

    round_id: str
    group_id: str
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class FoundCode:
    """What a code is for, and what has become of it."""

    claim: Claim
    state: CodeState


_FIND = select(SlipCode.round_id, SlipCode.group_id, SlipCode.code_hash, SlipCode.state)
_SPEND = (
    update(SlipCode)
    .where(
        # SQLite finds rows of a list by an index for single columns only.
        SlipCode.code_hash.in_(bindparam("hashes", expanding=True)),
        tuple_(SlipCode.round_id, SlipCode.group_id, SlipCode.code_hash).in_(bindparam("claims", expanding=True)),
        SlipCode.state == bindparam("live", CodeState.LIVE.value),
    )
    .values(state=CodeState.SPENT.value)
    .returning(SlipCode.round_id, SlipCode.group_id, SlipCode.code_hash)
)
_STATES = _FIND.where(SlipCode.code_hash.in_(bindparam("hashes", expanding=True)))
_REFUSAL = {CodeState.SPENT: "code_used", CodeState.VOIDED: "code_voided"}


def look_up(session: Session, pepper: bytes, typed: str) -> FoundCode:
    """Return what a code is for, as the voter typed or scanned it.

    DomainError as ``parse_code``, or ``code_unknown``.
    """
    digest = code_hash(pepper, parse_code(typed))
    found = look_up_all(session.connection(), [digest])
    if digest not in found:
        raise DomainError("code_unknown")
    return found[digest]


def look_up_all(connection: Connection, hashes: Sequence[bytes]) -> dict[bytes, FoundCode]:
    """Return, by its hash, what each code is for; unknown ones are missing."""
    rows = connection.execute(_STATES, {"hashes": hashes})
    return {
        digest: FoundCode(Claim(round_id, group_id, digest), CodeState(state))
        for round_id, group_id, digest, state in rows
    }


def refusal_of(state: CodeState) -> str:
    """Return the error code of a code that cannot be used any more; empty while it can."""
    return _REFUSAL.get(state, "")


def spend(connection: Connection, claims: Sequence[Claim]) -> set[Claim]:
    """Spend all codes that are live and of the claimed round and group, by one statement; return those it spent."""
    rows = connection.execute(_SPEND, {"hashes": [claim.code_hash for claim in claims], "claims": claims})
    return {Claim(*row) for row in rows}


def why_refused(connection: Connection, claims: Iterable[Claim]) -> dict[Claim, str]:
    """Return the error code for each claim that ``spend`` left out: used, voided, foreign or unknown."""
    wanted = set(claims)
    rows = connection.execute(_STATES, {"hashes": [claim.code_hash for claim in wanted]})
    found = {claim_hash: (round_id, group_id, state) for round_id, group_id, claim_hash, state in rows}
    return {claim: _why(claim, found.get(claim.code_hash)) for claim in wanted}


def _why(claim: Claim, found: tuple[str, str, int] | None) -> str:
    if found is None:
        return "code_unknown"
    round_id, group_id, state = found
    if (round_id, group_id) != (claim.round_id, claim.group_id):
        return "code_foreign"
    return refusal_of(CodeState(state)) or "busy"
