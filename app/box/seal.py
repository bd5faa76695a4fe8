"""Sealing and unsealing of envelopes by HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.

Phones seal by themselves (``hpke.js``); the server seals for those without scripts. Also the receipt as voters read it.
"""

from base64 import b32encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app.box.envelope import BadEnvelope
from app.core.errors import DomainError

SEALED_OVERHEAD = 48
"""Encapsulated key (32) and authentication tag (16) in front of and behind the plaintext's bytes."""
RECEIPT_SIGNS = 16

# ChaCha20-Poly1305 is as fast as AES here, because X25519 costs most, and constant in time on machines without AES-NI.
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO = b"manyidu/envelope/v2"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FROM_RFC_4648 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _CROCKFORD.encode())


def envelope_info(round_id: str, paper_hash: str, group_id: str) -> bytes:
    """Return what the seal is bound to: an envelope moved to another round, paper or voter group does not open."""
    return b"".join((_INFO, _sized(round_id), bytes.fromhex(paper_hash), _sized(group_id)))


def _sized(name: str) -> bytes:
    raw = name.encode()
    return len(raw).to_bytes(2, "big") + raw


@lru_cache(maxsize=256)
def _public_key(raw: bytes) -> X25519PublicKey:
    return X25519PublicKey.from_public_bytes(raw)


def seal(public_key: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Return the plaintext sealed to the round's public key (32 bytes); no two seals are alike."""
    return _SUITE.encrypt(plaintext, _public_key(public_key), info)


def unseal(private_key: X25519PrivateKey, info: bytes, sealed: bytes) -> bytes:
    """Return the plaintext; BadEnvelope ``envelope_damaged`` if a bit, the key or the info is another one."""
    try:
        return _SUITE.decrypt(sealed, private_key, info)
    except (InvalidTag, ValueError):
        raise BadEnvelope("envelope_damaged") from None


def receipt_text(envelope_id: bytes) -> str:
    """Return the receipt as a voter copies it: the id's first 80 bits as four groups of four Crockford signs.

    80 of 128 bits, because nothing is decided by the short form, people compare it by eye, and two of 100,000
    receipts are alike with a chance of 1 in 10**14.
    """
    signs = b32encode(envelope_id[:10]).translate(_FROM_RFC_4648).decode()
    return "-".join(signs[at : at + 4] for at in range(0, RECEIPT_SIGNS, 4))


def receipt_prefix(signs: str) -> bytes:
    """Return the first ten bytes of the id whose receipt has these plain signs; DomainError ``receipt_malformed``."""
    if len(signs) != RECEIPT_SIGNS or not set(signs) <= set(_CROCKFORD):
        raise DomainError("receipt_malformed")
    number = 0
    for sign in signs:
        number = number << 5 | _CROCKFORD.index(sign)
    return number.to_bytes(10, "big")
