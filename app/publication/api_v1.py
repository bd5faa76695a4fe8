"""The first version of the interface: results of one graded section in the first shape; others answer ``needs_v2``."""

from functools import cache
from typing import Any

from starlette.responses import Response

from app.core.errors import DomainError
from app.publication import api_shapes
from app.publication.api import Found, Reading, answer, described, new_router, released
from app.publication.editions import Published
from app.publication.renditions import told
from app.tally.document import Target, TargetBand
from app.tally.flat import FlatBandDocument, FlatDocument, flattened, flattened_bands

router = new_router("/api/v1")
NEEDS_V2: dict[int | str, dict[str, Any]] = {
    409: {"model": api_shapes.Problem, "description": "The round has other sections: ask /api/v2."}
}


@router.get("/openapi.json", include_in_schema=False)
def description() -> Response:
    """Describe this version of the interface; anybody may read that."""
    return Response(_description(), media_type="application/json")


@cache
def _description() -> bytes:
    return described(router, "1")


@router.get("/results", response_model=api_shapes.ResultList)
def list_results(program: Reading) -> Response:
    """List the results that the token reads, newest round first, without figures."""
    return answer(program, {"results": list(program.lines())})


def _flat(found: Found) -> FlatDocument | FlatBandDocument:
    if isinstance(found, Published):
        sections = [told(section) for section in found.document["sections"]]
        return flattened({**found.document, "sections": sections})
    return flattened_bands(found.document)


@router.get("/results/{round_id}", response_model=api_shapes.FlatResult, responses=NEEDS_V2)
def read_result(program: Reading, round_id: str) -> Response:
    """Answer the result document in the token's scope."""
    found = program.result(round_id)
    return released(program, found, document=_flat(found))


@router.get("/results/{round_id}/units/{unit_id}", response_model=api_shapes.UnitResult, responses=NEEDS_V2)
def read_unit(program: Reading, round_id: str, unit_id: str) -> Response:
    """Answer one unit of the result document; not found where the token does not see it."""
    found = program.result(round_id)
    units: list[Target] | list[TargetBand] = _flat(found)["units"]
    unit = next((unit for unit in units if unit["id"] == unit_id), None)
    if unit is None:
        raise DomainError("result_not_published")
    return released(program, found, unit=unit)
