"""The round's key, split k of n by SLIP-39's arithmetic. Nobody ever reads a share: each is sealed to its holder.

private key = HKDF-SHA256(secret of the shares ‖ server part), so that neither opens the box alone. PBKDF2 inside
SLIP-39 protects passphrases; there is none here, hence the smallest cost.
"""

import hmac
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import (
    MnemonicError,
    Share,
    generate_mnemonics,
    recover_ems,
)
from shamir_mnemonic.shamir import ShareGroup

from app.core.errors import DomainError

MAX_SHARES = 16
SECRET_BYTES = 16
PART_BYTES = 32

_KEY_INFO = b"manyidu/box-key/v1"


class SplitKey(NamedTuple):
    """The public half of a new key, and the words of each share."""

    public_key: bytes
    shares: list[str]


def create_key(k: int, n: int, round_id: str, server_part: bytes, secret: bytes) -> SplitKey:
    """Split ``secret`` (16 random bytes) into ``n`` shares of which ``k`` are needed.

    DomainError ``shares_scheme`` unless 2 ≤ k ≤ n ≤ 16 or k = n = 1: SLIP-39 has no "any one of several".
    """
    if not (k == n == 1 or 1 < k <= n <= MAX_SHARES):
        raise DomainError("shares_scheme", most=MAX_SHARES)
    _check_size(secret, SECRET_BYTES)
    private_key = _derive(secret, server_part, round_id)
    shares = generate_mnemonics(1, [(k, n)], secret, extendable=False, iteration_exponent=0)[0]
    return SplitKey(private_key.public_key().public_bytes_raw(), shares)


def _check_size(value: bytes, size: int) -> None:
    if len(value) != size:
        message = f"expected {size} bytes, not {len(value)}"
        raise ValueError(message)


def _derive(secret: bytes, server_part: bytes, round_id: str) -> X25519PrivateKey:
    _check_size(server_part, PART_BYTES)
    kdf = HKDF(SHA256(), length=32, salt=None, info=_KEY_INFO + round_id.encode())
    return X25519PrivateKey.from_private_bytes(kdf.derive(secret + server_part))


def _parse(share: str) -> Share:
    try:
        return Share.from_mnemonic(share)
    except MnemonicError:
        raise DomainError("shares_mismatch") from None


def combine(shares: Iterable[str], server_part: bytes, round_id: str) -> X25519PrivateKey:
    """Return the private key from at least k shares, in any order.

    DomainError ``shares_insufficient`` (``needed``, ``have``), ``shares_duplicate`` or ``shares_mismatch`` (they do not
    belong together). A single share of 1 of 1 and a wrong server part cannot be told here: compare by ``matches``.
    """
    parsed = [_parse(share) for share in shares]
    if not parsed:
        raise DomainError("shares_insufficient", needed=1, have=0)
    if len(set(parsed)) < len(parsed):
        raise DomainError("shares_duplicate")
    first = parsed[0]
    if first.group_count != 1 or len({share.group_parameters() for share in parsed}) > 1:
        raise DomainError("shares_mismatch")
    if len(parsed) < first.member_threshold:
        raise DomainError("shares_insufficient", needed=first.member_threshold, have=len(parsed))
    return _derive(_recover(parsed[: first.member_threshold]), server_part, round_id)


def _recover(shares: list[Share]) -> bytes:
    group = ShareGroup()
    for share in shares:
        group.add(share)
    try:
        secret: bytes = recover_ems({0: group}).decrypt(b"")
    except MnemonicError:
        raise DomainError("shares_mismatch") from None
    if len(secret) != SECRET_BYTES:
        raise DomainError("shares_mismatch")
    return secret


def matches(private_key: X25519PrivateKey, public_key: bytes) -> bool:
    """Whether the private key is the one that belongs to the round's public key."""
    return hmac.compare_digest(private_key.public_key().public_bytes_raw(), public_key)
