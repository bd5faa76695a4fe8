"""The second version of the interface: the result document as it is, section by section."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from starlette.responses import Response

from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.publication import api_shapes
from app.publication.api import Found, Program, Reading, answer, described, new_router, released
from app.publication.composite_rows import Composites
from app.publication.composites import composites_beside, composites_told
from app.publication.editions import Published
from app.publication.previous import Before, previous_seen, previous_told, rounds_of
from app.publication.signing import seen, signed_result, stored_signature
from app.tally.shown import participation_rate

router = new_router("/api/v2")
UNSIGNED: dict[int | str, dict[str, Any]] = {
    409: {"model": api_shapes.Problem, "description": "The stored signature is missing or wrong; nothing is signed."}
}


@router.get("/openapi.json", include_in_schema=False)
def description() -> Response:
    """Describe this version of the interface; anybody may read that."""
    return Response(_description(), media_type="application/json")


@cache
def _description() -> bytes:
    return described(router, "2")


@router.get("/results", response_model=api_shapes.ResultList)
def list_results(program: Reading) -> Response:
    """List the results that the token reads, newest round first, without figures."""
    return answer(program, {"results": list(program.lines())})


@router.get("/results/{round_id}", response_model=api_shapes.Result)
def read_result(program: Reading, round_id: str) -> Response:
    """Answer the result document in the token's scope."""
    found = program.read(round_id)
    beside, previous = _beside(program, found), _previous(program, found)
    program.note(round_id, rounds_of(previous))
    parts = {
        "participation_rate": participation_rate(found.document["chain"]["total"]),
        "composites": _scores(beside) if beside else None,
        "previous": [_told(row) for row in previous],
    }
    return released(program, found, document=seen(found), **parts)


def _scores(beside: Composites) -> dict[str, object]:
    return {"formula": beside.formula, "rows": [asdict(row) for row in beside.rows], "rule": beside.rule}


def _beside(program: Program, found: Found) -> Composites | None:
    """Return the composite scores and awards that the token's scope is told."""
    session, viewer, now = program.desk.session, program.token.viewer, program.desk.now
    if isinstance(found, Published):
        return composites_beside(session, found, viewer, now)
    return composites_told(session, found, now)


def _previous(program: Program, found: Found) -> Sequence[Before]:
    """Return what stands beside the result as that of last time, out of results that the token reads as well."""
    session, now = program.desk.session, program.desk.now
    if isinstance(found, Published):
        return previous_seen(session, program.token.viewer, now, found)
    return previous_told(session, now, found)


def _told(row: Before) -> Mapping[str, object]:
    where = {"round_id": row.round_id, "campaign": row.campaign, "title": row.title}
    day = row.day.astimezone(CHINA).date()
    return {"id": row.id, "name": row.name, "now": asdict(row.now), "last": asdict(row.last), **where, "day": day}


@router.get("/results/{round_id}/signed", response_model=api_shapes.SignedResult, responses=UNSIGNED)
def read_signed(program: Reading, round_id: str) -> Response:
    """Answer the result document in the token's scope with the installation's signature, as ``verify.py`` reads it."""
    found, desk = program.result(round_id), program.desk
    stored = stored_signature(desk.session, round_id, found.version)
    desk.leave()
    return answer(program, signed_result(desk.keys.signing_key(), found, stored))


@router.get("/results/{round_id}/sections/{section}/targets/{target}", response_model=api_shapes.TargetResult)
def read_target(program: Reading, round_id: str, section: str, target: str) -> Response:
    """Answer what was rated, of one section of the result document; not found where the token does not see it."""
    found = program.result(round_id)
    for part in seen(found)["sections"]:
        for rated in part["targets"] if part["key"] == section else ():
            if rated["id"] == target:
                return released(program, found, target=rated)
    raise DomainError("result_not_published")
