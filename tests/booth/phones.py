"""What a phone sends, for tests: a ballot as the scripts of the booth make it."""

import json
from typing import Any

from starlette.testclient import TestClient

from app.booth.domain import body_size
from tests.factories import OpenRound

SCRIPT = {"content-type": "application/json", "x-manyidu": "1", "accept": "application/json"}
SAME_SITE = {"sec-fetch-site": "same-origin"}


def ballot(place: OpenRound, code: str, group: str = "residents", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of a valid cast; ``changes`` replace some."""
    paper = place.paper
    asked = paper.rated_by(group)
    marks = "".join(str(unit % 4) if unit in asked else "-" for unit in range(len(paper.units)) for _ in paper.items)
    fields = {
        "code": code, "round": place.id, "paper": place.paper_hash, "group": group, "nonce": "0f" * 16, "marks": marks,
        "remarks": {}, "pad": "",
    }  # fmt: skip
    return {**fields, **changes}


def packed(place: OpenRound, fields: dict[str, Any]) -> bytes:
    """Return the fields as JSON, filled up to the paper's one length."""
    bare = len(_json(fields))
    return _json({**fields, "pad": "." * (body_size(place.paper) - bare)})


def _json(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def cast(client: TestClient, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Cast by script and return status and answer."""
    response = client.post("/v/cast", content=_json(fields), headers=SCRIPT)
    return response.status_code, response.json()
