"""What a phone sends, for tests: a ballot that was sealed as the scripts of the booth seal it."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient

from app.booth.domain import marks_from_text
from app.box.envelope import group_place, pack
from app.box.seal import envelope_info, seal
from tests.factories import OpenRound

SCRIPT = {"content-type": "application/json", "x-manyidu": "1", "accept": "application/json"}
SAME_SITE = {"sec-fetch-site": "same-origin"}


def default_marks(place: OpenRound, group: str) -> str:
    """Return a sign per mark: what the group leaves out is not marked."""
    asked = place.paper.rated_by(group)
    units = range(len(place.paper.units))
    return "".join(str(unit % 4) if unit in asked else "-" for unit in units for _ in place.paper.section.items)


def plaintext(place: OpenRound, group: str, marks: str, remarks: Mapping[int, str] | None = None) -> bytes:
    """Return what a phone seals, right or wrong."""
    head = place.paper_hash, group_place(place.paper, group)
    return pack(head, marks_from_text(marks), sorted((remarks or {}).items()), place.paper.remark_bytes)


def sealed(place: OpenRound, group: str, text: bytes) -> str:
    """Seal a plaintext to the round, its paper and a group."""
    info = envelope_info(place.id, place.paper_hash, group)
    return urlsafe_b64encode(seal(place.public_key, info, text)).decode()


def ballot(
    place: OpenRound,
    code: str,
    group: str = "residents",
    marks: str = "",
    remarks: Mapping[int, str] | None = None,
    **changes: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Return the fields of a cast; ``changes`` replace some. Every call seals anew."""
    text = plaintext(place, group, marks or default_marks(place, group), remarks)
    fields = {"code": code, "round": place.id, "paper": place.paper_hash, "group": group}
    return {**fields, "sealed": sealed(place, group, text), **changes}


def packed(fields: dict[str, Any]) -> bytes:
    """Return the fields as a phone sends them."""
    return json.dumps(fields, separators=(",", ":")).encode()


def cast(client: TestClient, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Cast by script and return status and answer."""
    response = client.post("/v/cast", content=packed(fields), headers=SCRIPT)
    return response.status_code, response.json()
