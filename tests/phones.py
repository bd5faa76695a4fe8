"""Simulated phones: filled papers, the sealed bytes they send, and the receipt each must get."""

import http.client
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.ballots.domain import envelope_id
from app.ballots.slot import Cast
from app.box.envelope import Ballot, encode
from app.box.seal import envelope_info, receipt_text, seal
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED
from tests.factories import OpenRound

HEADERS = {"content-type": "application/json", "x-manyidu": "1"}


@dataclass(frozen=True)
class Filled:
    """A paper that a voter has filled in; its phone seals it once."""

    hall: OpenRound
    group: str
    code: str
    marks: bytes
    remarks: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def sealed(self) -> bytes:
        """What the phone sends, however often."""
        ballot = Ballot(self.group, self.marks, tuple(sorted(self.remarks.items())))
        plaintext = encode(self.hall.paper, self.hall.paper_hash, ballot)
        return seal(self.hall.public_key, envelope_info(self.hall.id, self.hall.paper_hash, self.group), plaintext)

    def body(self, **changes: object) -> bytes:
        """Return the whole request; ``changes`` replace fields."""
        fields = {
            "code": self.code,
            "round": self.hall.id,
            "paper": self.hall.paper_hash,
            "group": self.group,
            "sealed": urlsafe_b64encode(self.sealed).decode(),
        }
        return json.dumps({**fields, **changes}, separators=(",", ":")).encode()

    def as_cast(self, code_hash: bytes) -> Cast:
        """Return what the booth drops into the box for it."""
        return Cast(code_hash, self.group, self.envelope_id, self.sealed)

    @property
    def envelope_id(self) -> bytes:
        """The id of the envelope that this must become."""
        return envelope_id(self.sealed)

    @property
    def receipt(self) -> str:
        """The receipt that the voter must be shown."""
        return receipt_text(self.envelope_id)


def random_marks(hall: OpenRound, group: str) -> bytes:
    """Return marks drawn at random for what the group rates."""
    width, options = len(hall.paper.section.items), len(hall.paper.scheme.scale.options)
    marks = bytearray((NOT_ASKED,)) * (len(hall.paper.units) * width)
    for unit in hall.paper.rated_by(group):
        marks[unit * width : (unit + 1) * width] = bytes(drawn % options for drawn in token_bytes(width))
    return bytes(marks)


def fill_in(hall: OpenRound) -> Iterator[Filled]:
    """Yield a filled paper for every code of the round."""
    for group, code in hall.all_codes:
        yield Filled(hall, group, code, random_marks(hall, group))


def send(connection: http.client.HTTPConnection, filled: Filled, **headers: str) -> tuple[int, dict[str, str]]:
    """Cast, and return status and answer; OSError or HTTPException when the line breaks."""
    connection.request("POST", "/v/cast", filled.body(), {**HEADERS, **headers})
    response = connection.getresponse()
    return response.status, json.loads(response.read())
