"""Simulated phones: filled papers, the bytes they send, and the envelope each must become."""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.booth.domain import marks_to_text
from app.box.envelope import Ballot, encode
from app.box.seal import envelope_id, receipt_text
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED
from app.slips.codes import code_hash
from tests.factories import OpenRound

HEADERS = {"content-type": "application/json", "x-manyidu": "1"}


@dataclass(frozen=True)
class Filled:
    """A paper that a voter has filled in."""

    hall: OpenRound
    group: str
    code: str
    marks: bytes
    remarks: Mapping[int, str] = field(default_factory=dict)
    nonce: bytes = field(default_factory=lambda: token_bytes(16))

    def body(self, **changes: object) -> bytes:
        """Return what the phone sends."""
        fields = {
            "code": self.code,
            "round": self.hall.id,
            "paper": self.hall.paper_hash,
            "group": self.group,
            "nonce": self.nonce.hex(),
            "marks": marks_to_text(self.marks),
            "remarks": {str(place): text for place, text in self.remarks.items()},
            "pad": "",
        }
        return json.dumps({**fields, **changes}, separators=(",", ":")).encode()

    def envelope_id(self, folder: KeyFolder) -> bytes:
        """Return the id of the envelope that this must become."""
        ballot = Ballot(self.group, self.marks, tuple(sorted(self.remarks.items())))
        plaintext = encode(self.hall.paper, self.hall.paper_hash, ballot)
        return envelope_id(folder.receipt_key(), self.nonce, code_hash(folder.pepper(), self.code), plaintext)

    def receipt(self, folder: KeyFolder) -> str:
        """Return the receipt that the voter must be shown."""
        return receipt_text(self.envelope_id(folder))


def random_marks(hall: OpenRound, group: str) -> bytes:
    """Return marks drawn at random for what the group rates."""
    width, options = len(hall.paper.items), len(hall.paper.scheme.scale.options)
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
