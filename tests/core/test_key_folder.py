"""The key folder: private, durable, made once, and gone when told."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.box.shares import combine, create_key, matches
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder, SettingsError


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    """Return an empty key folder."""
    return KeyFolder(tmp_path / "data" / "keys")


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_it_works(folder: KeyFolder) -> None:
    secrets = {folder.pepper(), folder.form_secret(), folder.create_part("r1")}
    assert {len(secret) for secret in secrets} == {32}
    assert len(secrets) == 3
    again = KeyFolder(folder.path)
    assert {again.pepper(), again.form_secret(), again.read_part("r1")} == secrets


def test_nobody_else_can_read_it(folder: KeyFolder) -> None:
    before = os.umask(0)
    try:
        folder.pepper()
        folder.create_part("r1")
    finally:
        os.umask(before)
    assert mode(folder.path) == 0o700
    assert {mode(file) for file in folder.path.iterdir()} == {0o600}


def test_it_leaves_no_drafts(folder: KeyFolder) -> None:
    folder.pepper()
    folder.create_part("r1")
    for first in (0, 32):
        folder.note_key("r1", bytes(range(first, first + 32)))
    assert {file.name for file in folder.path.iterdir()} == {"pepper", "round-r1", "key-r1"}


def test_processes_that_start_together_agree(folder: KeyFolder) -> None:
    with ThreadPoolExecutor(16) as pool:
        secrets = set(pool.map(lambda _: KeyFolder(folder.path).pepper(), range(64)))
    assert len(secrets) == 1


BREAKING_OFF = """
import os, sys
from pathlib import Path
from app.core.key_folder import KeyFolder

folder, steps = KeyFolder(Path(sys.argv[1])), int(sys.argv[2])

def count(event, arguments):
    global steps
    if event in {"open", "os.link", "os.remove", "os.rename"}:
        steps -= 1
        if steps < 0:
            os._exit(9)

sys.addaudithook(count)
getattr(folder, sys.argv[3])("r1", *map(bytes.fromhex, sys.argv[4:]))
"""
"""Does something with the key folder and dies before its n-th step that a disk sees."""


def broken_off(folder: KeyFolder, act: str, *given: bytes) -> Iterator[None]:
    """Break off an act before its first step, its second and so on, until one comes to its end."""
    for steps in range(20):
        told = [sys.executable, "-c", BREAKING_OFF, str(folder.path), str(steps), act, *(one.hex() for one in given)]
        code = subprocess.run(told, check=False).returncode
        assert code in {0, 9}
        yield
        if code == 0:
            return
    pytest.fail("the act never came to its end")


def test_a_key_noted_anew_is_never_missing(folder: KeyFolder) -> None:
    """Where no key is noted any is taken: power that fails between two steps must not open that door."""
    made, other = bytes(range(32)), bytes(range(32, 64))
    folder.note_key("r1", made)
    for _ in broken_off(folder, "note_key", other):
        assert not folder.knows_key("r1", bytes(range(64, 96)))
    assert folder.knows_key("r1", other)
    assert not folder.knows_key("r1", made)


def test_a_part_is_never_there_without_the_key_that_was_noted(folder: KeyFolder) -> None:
    made, other = bytes(range(32)), bytes(range(32, 64))
    folder.create_part("r1")
    folder.note_key("r1", made)
    for _ in broken_off(folder, "destroy_part"):
        assert folder.parts() == set() or not folder.knows_key("r1", other)
    assert [file.name for file in folder.path.iterdir()] == []


def test_parts_are_listed_and_destroyed(folder: KeyFolder) -> None:
    parts = {folder.create_part(round_id) for round_id in ("r1", "r2")}
    assert len(parts) == 2
    assert folder.parts() == {"r1", "r2"}
    folder.destroy_part("r1")
    assert folder.parts() == {"r2"}
    with pytest.raises(DomainError, match="server_part_missing"):
        folder.read_part("r1")
    folder.destroy_part("r1")


def test_destroying_overwrites_the_bytes_on_disk(folder: KeyFolder, tmp_path: Path) -> None:
    part = folder.create_part("r1")
    witness = tmp_path / "witness"
    witness.hardlink_to(folder.path / "round-r1")
    folder.destroy_part("r1")
    assert witness.read_bytes() != part
    assert len(witness.read_bytes()) == 32


def test_a_crashed_attempt_is_continued_with_its_own_part(folder: KeyFolder) -> None:
    assert folder.create_part("r1") == folder.create_part("r1")


def test_shares_are_useless_once_the_part_is_destroyed(folder: KeyFolder) -> None:
    key = create_key(2, 3, "r1", folder.create_part("r1"), bytes(range(16)))
    assert matches(combine(key.shares, folder.read_part("r1"), "r1"), key.public_key)
    folder.destroy_part("r1")
    with pytest.raises(DomainError, match="server_part_missing"):
        folder.read_part("r1")
    assert not matches(combine(key.shares, folder.create_part("r1"), "r1"), key.public_key)


@pytest.mark.parametrize("round_id", ["", "..", "../pepper", "a/b", "R1", "r1\n", "r 1", "一", "a" * 65, "a\0b"])
def test_it_refuses_a_round_id_that_is_a_path(folder: KeyFolder, round_id: str) -> None:
    for act in (folder.create_part, folder.read_part, folder.destroy_part):
        with pytest.raises(ValueError, match="round id"):
            act(round_id)


@pytest.mark.parametrize("content", [b"", b"short", bytes(31), bytes(range(33)), bytes(32), b"password" * 4])
def test_it_refuses_a_weak_secret(folder: KeyFolder, content: bytes) -> None:
    file = folder.path / "pepper"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="32 random bytes"):
        folder.pepper()


@pytest.mark.parametrize("bits", [0o644, 0o640, 0o602])
def test_it_refuses_a_secret_that_others_can_reach(folder: KeyFolder, bits: int) -> None:
    folder.pepper()
    (folder.path / "pepper").chmod(bits)
    with pytest.raises(SettingsError, match="chmod 600"):
        folder.pepper()


def test_it_refuses_a_folder_that_others_can_reach(folder: KeyFolder) -> None:
    folder.path.chmod(0o755)
    with pytest.raises(SettingsError, match="chmod 700"):
        KeyFolder(folder.path)


def test_it_refuses_a_link_to_elsewhere(folder: KeyFolder, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(bytes(range(32)))
    target.chmod(0o600)
    (folder.path / "pepper").symlink_to(target)
    with pytest.raises(SettingsError, match="link"):
        folder.pepper()


def test_a_node_that_starts_beside_takes_no_secret_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being written looks like what a crash left: it is written once more."""
    folder, draft, turns = KeyFolder(tmp_path / "keys"), KeyFolder._draft, iter([True, False, True])

    def draft_while_another_starts(self: KeyFolder, secret: bytes) -> Path:
        made = draft(self, secret)
        if next(turns, False):
            KeyFolder(folder.path).tidy()
        return made

    monkeypatch.setattr(KeyFolder, "_draft", draft_while_another_starts)
    pepper = folder.pepper()
    folder.note_key("r1", b"\1" * 16 + bytes(range(16)))
    assert list(turns) == []
    assert folder.pepper() == pepper
    assert folder.knows_key("r1", b"\1" * 16 + bytes(range(16)))
    assert not folder.knows_key("r1", pepper)
    assert {file.name for file in folder.path.iterdir()} == {"pepper", "key-r1"}
