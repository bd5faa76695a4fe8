"""Secrets that live in files beside the database and never in it or its backup (SEC-28)."""

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from app.core.durable import sync
from app.core.errors import DomainError
from app.core.secrets import new_id, token_bytes

SECRET_BYTES = 32
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OTHERS = 0o077
_LEAST_DISTINCT = 12
"""Fewer different bytes than this among 32 are a typed or zeroed file, not chance (< 1 in 10**12)."""
EARLIER_SIGNED = "earlier-results-signed"
_PART_PREFIX = "round-"
_KEY_PREFIX = "key-"
_DRAFT = ".new-"
_ROUND_ID = re.compile(r"[0-9a-z]{1,64}")


class SettingsError(RuntimeError):
    """The installation is set up so that the service must not start; the message says what to do."""


class KeyFolder:
    """The folder of the pepper, of four further secrets, and per round with a sealed box of a server part and its key.

    Files are written whole or not at all and reach the disk before a method returns.
    """

    def __init__(self, path: Path) -> None:
        """Make the folder if need be; SettingsError if others can read it."""
        self.path = path
        path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        if path.stat().st_mode & _OTHERS:
            message = f"others can read the key folder {path}: run chmod 700 on it"
            raise SettingsError(message)

    def pepper(self) -> bytes:
        """Key of the codes' hashes (32 bytes), made at the first call. Losing it makes every slip worthless."""
        return self._made_once("pepper")

    def form_secret(self) -> bytes:
        """Key that signs hidden form fields (32 bytes), made at the first call."""
        return self._made_once("form-secret")

    def tag_secret(self) -> bytes:
        """Secret of the tags of codes and envelopes (32 bytes), made at the first call; never in a backup."""
        return self._made_once("tag-secret")

    def signing_key(self) -> bytes:
        """Seed of the key that signs results and receipts lists (32 bytes), made at the first call."""
        return self._made_once("signing-key")

    def has_signed_earlier(self) -> bool:
        """Whether the results from before there were signatures have been signed, which is done once."""
        return (self.path / EARLIER_SIGNED).exists()

    def note_signed_earlier(self) -> None:
        """Note it: from now on a result without a signature is one whose signature was taken away."""
        self._made_once(EARLIER_SIGNED)

    def factor_secret(self) -> bytes:
        """Key under which the secrets of second factors are stored (32 bytes), made at the first call."""
        return self._made_once("factor-secret")

    def create_part(self, round_id: str) -> bytes:
        """Return the server's part of the round's key (32 bytes); after a crashed attempt it is the one made then."""
        return self._made_once(_part_name(round_id))

    def read_part(self, round_id: str) -> bytes:
        """Return the server's part; DomainError ``server_part_missing``."""
        try:
            return self._read(_part_name(round_id))
        except FileNotFoundError:
            raise DomainError("server_part_missing") from None

    def note_key(self, round_id: str, public_key: bytes) -> None:
        """Note the public half of the round's key, instead of an earlier one, so that no other is taken for it.

        At no moment is there neither: where nothing is noted any key would be taken.
        """
        is_noted = False
        while not is_noted:
            draft = self._draft(public_key)
            with suppress(FileNotFoundError):  # as in ``_write``
                draft.replace(self.path / _key_name(round_id))
                is_noted = True
        sync(self.path)

    def knows_key(self, round_id: str, public_key: bytes) -> bool:
        """Whether this is the key that was noted; where none was, any is: it was made by an earlier version."""
        try:
            return self._read(_key_name(round_id)) == public_key
        except FileNotFoundError:
            return True

    def destroy_part(self, round_id: str) -> None:
        """Overwrite and remove the server's part, and forget the key; nothing happens if it is gone already.

        A disk that writes elsewhere than told (SSD, copy-on-write) may keep the old bytes for a while.
        """
        file = self.path / _part_name(round_id)
        with suppress(FileNotFoundError):
            _put(os.open(file, os.O_WRONLY | os.O_NOFOLLOW), token_bytes(SECRET_BYTES))
            file.unlink(missing_ok=True)
        # Last, and once the part is surely gone: a part without a note would serve any key.
        sync(self.path)
        (self.path / _key_name(round_id)).unlink(missing_ok=True)
        sync(self.path)

    def parts(self) -> set[str]:
        """Ids of the rounds whose server part is here."""
        names = (entry.name for entry in self.path.iterdir())
        return {name.removeprefix(_PART_PREFIX) for name in names if name.startswith(_PART_PREFIX)}

    def tidy(self) -> None:
        """Remove the drafts that a crash left; what is linked already stays under its own name."""
        for draft in self.path.glob(f"{_DRAFT}*"):
            draft.unlink(missing_ok=True)
        sync(self.path)

    def _made_once(self, name: str) -> bytes:
        while not os.path.lexists(self.path / name):
            self._write(name, token_bytes(SECRET_BYTES))
        return self._read(name)

    def _read(self, name: str) -> bytes:
        file = self.path / name
        handle = _open_to_read(file)
        try:
            mode = os.fstat(handle).st_mode
            secret = os.read(handle, SECRET_BYTES + 1)
        finally:
            os.close(handle)
        if not stat.S_ISREG(mode) or mode & _OTHERS:
            message = f"others can read {file}: run chmod 600 on it"
            raise SettingsError(message)
        if len(secret) != SECRET_BYTES or len(set(secret)) < _LEAST_DISTINCT:
            message = f"{file} is not {SECRET_BYTES} random bytes: put the original file back"
            raise SettingsError(message)
        return secret

    def _write(self, name: str, secret: bytes) -> None:
        """Write the file unless another process was quicker: a link, unlike a rename, never replaces.

        Nothing is written where a node that starts at this moment took the draft for one that a crash left.
        """
        draft = self._draft(secret)
        try:
            with suppress(FileExistsError, FileNotFoundError):
                (self.path / name).hardlink_to(draft)
        finally:
            draft.unlink(missing_ok=True)
        sync(self.path)

    def _draft(self, secret: bytes) -> Path:
        """Write a file whole, to be given its name."""
        draft = self.path / f"{_DRAFT}{new_id()}"
        _put(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), secret)
        return draft


def _put(handle: int, content: bytes) -> None:
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_to_read(file: Path) -> int:
    try:
        return os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise
    except OSError as error:
        message = f"cannot read {file}: it must be a plain file of this user, not a link ({error.strerror})"
        raise SettingsError(message) from error


def _part_name(round_id: str) -> str:
    return _PART_PREFIX + _checked(round_id)


def _key_name(round_id: str) -> str:
    return _KEY_PREFIX + _checked(round_id)


def _checked(round_id: str) -> str:
    if not _ROUND_ID.fullmatch(round_id):
        message = "a round id has only the signs 0-9 and a-z"
        raise ValueError(message)
    return round_id
