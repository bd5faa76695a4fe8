"""Hashing and checking passwords: two at a time, and never while a transaction is open (SEC-80).

A hash takes 64 MiB and both cores for a moment. Strangers share one of the two places, so that a flood of made-up
log-ins leaves the other one to devices that logged in before. The threads that hash give way to everything else.
"""

import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.domain import PASSWORD_MAX
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.secrets import token_bytes
from app.core.turns import give_way

HASHER = PasswordHasher()
"""Argon2id with the library's defaults (RFC 9106 low-memory profile: 64 MiB, 3 passes), above SEC-54's floor."""
PLACES = 2
KEPT_FOR_KNOWN = 1
MAX_WAITING = 6
"""More than these of a kind are told at once to come again: each holds a thread that others need."""
PATIENCE_SECONDS = 3.0
_HANDS = ThreadPoolExecutor(PLACES, "passwords", give_way)
"""Threads of their own, for no thread gets back what it gave away; argon2's inherit it. All who hash share them."""


def _nobodys_hash() -> str:
    """Return a hash that no password has, with the parameters of all others, so that checking it takes as long."""
    lengths = (HASHER.salt_len, HASHER.hash_len)
    salt, digest = (b64encode(token_bytes(length)).decode().rstrip("=") for length in lengths)
    return f"$argon2id$v=19$m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}${salt}${digest}"


NOBODY = _nobodys_hash()


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than are used now."""
    return HASHER.check_needs_rehash(stored)


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a password, and the hash it was held against (None: there is none)."""

    stored: str | None
    right: bool


class Passwords:
    """The places at which one process hashes passwords."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._turn = threading.Condition()
        self._taken = 0
        self._taken_by_strangers = 0
        self._waiting = {True: 0, False: 0}

    def hash(self, password: str, *, known: bool) -> str:
        """Return the hash to store; DomainError ``login_busy`` when no place becomes free in time."""
        with self.place(known=known):
            return _HANDS.submit(HASHER.hash, password).result()

    def check(self, stored: str | None, password: str, *, known: bool) -> Checked:
        """Hold a password against what is stored; without anything stored it takes as long (SEC-54).

        DomainError ``login_busy`` when no place becomes free in time.
        """
        with self.place(known=known):
            right = _HANDS.submit(_verify, stored or NOBODY, password).result()
            return Checked(stored, right and stored is not None)

    @contextmanager
    def place(self, *, known: bool) -> Iterator[None]:
        """Hold one place; a stranger leaves the kept one free."""
        hold_nothing("hashing a password")
        self._enter(known=known)
        try:
            yield
        finally:
            self._leave(known=known)

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(self._waiting.values())

    def _enter(self, *, known: bool) -> None:
        with self._turn:
            if not self._is_free(known=known):
                self._wait(known=known)
            self._taken += 1
            self._taken_by_strangers += not known

    def _wait(self, *, known: bool) -> None:
        if self._waiting[known] >= MAX_WAITING:
            raise DomainError("login_busy")
        self._waiting[known] += 1
        try:
            if not self._turn.wait_for(lambda: self._is_free(known=known), self._patience):
                raise DomainError("login_busy")
        finally:
            self._waiting[known] -= 1

    def _leave(self, *, known: bool) -> None:
        with self._turn:
            self._taken -= 1
            self._taken_by_strangers -= not known
            self._turn.notify_all()

    def _is_free(self, *, known: bool) -> bool:
        return self._taken < PLACES and (known or self._taken_by_strangers < PLACES - KEPT_FOR_KNOWN)


def _verify(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password[: PASSWORD_MAX + 1])
    except (VerificationError, InvalidHashError):
        return False
