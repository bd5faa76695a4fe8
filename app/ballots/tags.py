"""Tags of codes, envelopes and gate: who lacks the key folder can neither make nor change one unseen (SEC-75)."""

import hmac
from collections.abc import Sequence
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.ballots.domain import CodeState, GateState
from app.core.key_folder import KeyFolder

_INFO = b"manyidu/box-tag/v1/"
_CODE, _ENVELOPE, _GATE = b"code", b"envelope", b"gate"
_STATE = 2


class Tags:
    """Makes and checks the tags of one round's box: HMAC-SHA-256 under HKDF(tag secret, round)."""

    def __init__(self, tag_secret: bytes, round_id: str) -> None:
        kdf = HKDF(SHA256(), length=32, salt=None, info=_INFO + round_id.encode())
        self._key = kdf.derive(tag_secret)

    def code(self, code_hash: bytes, group_id: str, batch_id: str, state: CodeState) -> bytes:
        """Return the tag of a code in a state: 32 bytes."""
        return self._tag(_CODE, code_hash, group_id.encode(), batch_id.encode(), bytes((state,)))

    def envelope(self, envelope_id: bytes, group_id: str, sealed: bytes) -> bytes:
        """Return the tag of an envelope: 32 bytes."""
        return self._tag(_ENVELOPE, envelope_id, group_id.encode(), sealed)

    def is_code(self, tag: bytes, code_hash: bytes, group_id: str, batch_id: str, state: CodeState) -> bool:
        """Whether this is the tag of that code."""
        return hmac.compare_digest(tag, self.code(code_hash, group_id, batch_id, state))

    def is_envelope(self, tag: bytes, envelope_id: bytes, group_id: str, sealed: bytes) -> bool:
        """Whether this is the tag of that envelope."""
        return hmac.compare_digest(tag, self.envelope(envelope_id, group_id, sealed))

    def gate(self, fields: Sequence[str | int | bytes]) -> bytes:
        """Return the tag of a gate with these values of ``models.TAGGED``: 32 bytes.

        Counts change with every cast and are proved by the tags of codes and envelopes while ballots fall in; those of
        the close are part of the tag, so that nothing that was right once, put back, lets another ballot in unseen.
        """
        *parts, counts = fields
        if fields[_STATE] == GateState.CLOSED:
            parts.append(counts)
        return self._tag(_GATE, *(part if isinstance(part, bytes) else str(part).encode() for part in parts))

    def is_gate(self, tag: bytes, fields: Sequence[str | int | bytes]) -> bool:
        """Whether this is the tag of a gate with these values."""
        return hmac.compare_digest(tag, self.gate(fields))

    def _tag(self, *parts: bytes) -> bytes:
        text = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
        return hmac.digest(self._key, text, "sha256")


@lru_cache(maxsize=512)
def tags_of(folder: KeyFolder, round_id: str) -> Tags:
    """Return what makes and checks the tags of a round's box."""
    return Tags(folder.tag_secret(), round_id)
