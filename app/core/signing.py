"""Signatures of the installation: Ed25519 (RFC 8032) over a document that says what it is.

What is signed is written down the one way, so that whoever has the document as JSON can check it (``verify.py``).
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PREFIX: Final = "manyidu signed document"
ALGORITHM: Final = "Ed25519"


@lru_cache(maxsize=4)
def _key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_half(seed: bytes) -> bytes:
    """Return the key (32 bytes) with which everybody can check what this seed (32 bytes) signs."""
    return _key(seed).public_key().public_bytes_raw()


def message_of(document: Mapping[str, Any]) -> bytes:
    """Return what is signed of a document: its ``format``, then all of it but its signature as sorted JSON."""
    body = {name: value for name, value in document.items() if name != "signature"}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{PREFIX}\n{document['format']}\n{text}".encode()


def signature_of(seed: bytes, document: Mapping[str, Any]) -> bytes:
    """Return the signature (64 bytes) of a document of plain JSON values with a ``format``."""
    return _key(seed).sign(message_of(document))


def signed(seed: bytes, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with its signature."""
    return with_signature(public_half(seed), document, signature_of(seed, document))


def with_signature(public_key: bytes, document: Mapping[str, Any], signature: bytes) -> dict[str, Any]:
    """Return the document with a signature (64 bytes) that was made earlier by the secret half of this key."""
    told = {"algorithm": ALGORITHM, "public_key": public_key.hex(), "signature": signature.hex()}
    return {**document, "signature": told}


def is_right(public_key: bytes, document: Mapping[str, Any], signature: bytes) -> bool:
    """Whether the signature of a document was made with the secret half of this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message_of(document))
    except (InvalidSignature, ValueError):
        return False
    return True
