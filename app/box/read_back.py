"""A holder's proof that he has his slip's words before him: his browser shows it without sending one of them.

The server has a key pair for each round; who knows the secret of a public half, and he alone, can agree with it on the
same shared value.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from app.box.reads import HolderView
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder

_INFO = b"manyidu/read-back/v1"


def _server_key(folder: KeyFolder, round_id: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(hmac.digest(folder.form_secret(), _INFO + round_id.encode(), "sha256"))


def challenge(folder: KeyFolder, round_id: str) -> bytes:
    """Return the public half of the server's key pair for this round."""
    return _server_key(folder, round_id).public_key().public_bytes_raw()


def proof_of(shared: bytes, round_id: str) -> bytes:
    """Return what is sent of a shared value: 32 bytes that tell nothing of it."""
    return hashlib.sha256(b"\0".join((_INFO, round_id.encode(), shared))).digest()


def proven(holder: HolderView, folder: KeyFolder, round_id: str, proof: bytes) -> bytes:
    """Return the holder's public half if the proof is his; DomainError ``share_unknown``."""
    half = holder.public_key
    if half is None:
        raise DomainError("share_unknown")
    shared = _server_key(folder, round_id).exchange(X25519PublicKey.from_public_bytes(half))
    if not hmac.compare_digest(proof, proof_of(shared, round_id)):
        raise DomainError("share_unknown")
    return half
