"""Two places for password checks, one of them kept for known devices."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import ClassVar

import pytest
from argon2 import PasswordHasher, extract_parameters

from app.accounts import entry, logins, passwords, service
from app.accounts.domain import Role
from app.accounts.passwords import HASHER, MAX_WAITING, NOBODY, Passwords
from app.accounts.tries import STRANGER, Place
from app.core.db import Database
from app.core.turns import NICENESS
from tests.cast import MORNING, PASSWORD, PASSWORD_HASH, make_cast, refuses

PATIENCE = 20.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, 10 seconds at most."""
    pause = threading.Event()
    for _ in range(2_000):
        if condition():
            return
        pause.wait(0.005)
    message = "the condition never came true"
    raise AssertionError(message)


def test_it_works() -> None:
    passwords = Passwords()
    hashed = passwords.hash(PASSWORD, known=True)
    assert passwords.check(hashed, PASSWORD, known=False).right
    assert not passwords.check(hashed, PASSWORD + "x", known=False).right
    assert not passwords.check("not a hash", PASSWORD, known=False).right


class Noted(PasswordHasher):
    """Notes the niceness of the threads that hash."""

    seen: ClassVar[list[int]] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return super().hash(password, salt=salt)


def test_who_hashes_gives_way_to_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    monkeypatch.setattr(passwords, "HASHER", Noted())
    for _ in range(3):
        Passwords().hash(PASSWORD, known=True)
    assert Noted.seen == [max(own, NICENESS)] * 3
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


def test_nothing_is_right_where_nothing_is_stored_and_it_costs_as_much() -> None:
    assert not Passwords().check(None, PASSWORD, known=True).right
    assert extract_parameters(NOBODY) == extract_parameters(HASHER.hash(PASSWORD))


def test_strangers_share_one_place() -> None:
    passwords = Passwords(patience=0.01)
    with passwords.place(known=False):
        with refuses("login_busy"):
            passwords.check(PASSWORD_HASH, PASSWORD, known=False)
        assert passwords.check(PASSWORD_HASH, PASSWORD, known=True).right
    assert passwords.check(PASSWORD_HASH, PASSWORD, known=False).right


def test_even_a_known_device_waits_for_the_third() -> None:
    passwords = Passwords(patience=0.01)
    with passwords.place(known=True), passwords.place(known=True), refuses("login_busy"):
        passwords.check(PASSWORD_HASH, PASSWORD, known=True)


def test_who_waits_gets_the_place_that_becomes_free() -> None:
    passwords = Passwords(PATIENCE)
    with ThreadPoolExecutor() as threads:
        with passwords.place(known=False):
            waiting = threads.submit(passwords.check, PASSWORD_HASH, PASSWORD, known=False)
            until(lambda: passwords.waiting == 1)
            assert not waiting.done()
        assert waiting.result(PATIENCE).right


def test_it_refuses_a_queue_that_holds_all_threads() -> None:
    passwords = Passwords(PATIENCE)
    with ThreadPoolExecutor(MAX_WAITING) as threads, ExitStack() as held:
        held.enter_context(passwords.place(known=False))
        queue = [threads.submit(passwords.check, None, "x", known=False) for _ in range(MAX_WAITING)]
        until(lambda: passwords.waiting == MAX_WAITING)
        with refuses("login_busy"):
            passwords.check(None, "x", known=False)
        assert passwords.check(PASSWORD_HASH, PASSWORD, known=True).right
        held.close()
        assert not any(one.result(PATIENCE).right for one in queue)


def test_no_transaction_is_open_while_a_password_is_checked(database: Database) -> None:
    passwords = Passwords(PATIENCE)
    with database.writing() as session:
        make_cast(session)
    with ThreadPoolExecutor() as threads:
        with passwords.place(known=False):
            typed = ("zhangsan", PASSWORD)
            entering = threads.submit(entry.log_in, database, passwords, MORNING, typed, None)
            until(lambda: passwords.waiting == 1)
            assert no_connection_is_taken(database)
            with database.writing() as session:
                service.first_links(session, MORNING, [Role.ORGANISER])
            assert passwords.waiting == 1
        assert entering.result(PATIENCE)


def test_no_transaction_is_open_while_a_password_is_set(database: Database) -> None:
    passwords = Passwords(PATIENCE)
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        link = service.create_account(session, MORNING, zhang, ("zhouba", "周八", "scrutineer"))
    with ThreadPoolExecutor() as threads:
        with passwords.place(known=True), passwords.place(known=True):
            typed = (("", ""), "Grey-Heron-88", "")
            setting = threads.submit(entry.accept_invitation, database, passwords, MORNING, link, typed, None)
            until(lambda: passwords.waiting == 1)
            assert no_connection_is_taken(database)
        setting.result(PATIENCE)
    assert entry.log_in(database, passwords, MORNING, ("zhouba", "Grey-Heron-88"), "device")


def no_connection_is_taken(database: Database) -> bool:
    """Whether every connection is back in the pool."""
    return "Current Checked out connections: 0" in database.engine.pool.status()


def test_an_old_hash_is_renewed_at_the_next_log_in(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
    with refuses("login_failed"):
        entry.log_in(database, Passwords(), MORNING, ("zhangsan", "wrong"), None)
    with database.reading() as session:
        assert logins.stored_password(session, "zhangsan") == PASSWORD_HASH
    assert entry.log_in(database, Passwords(), MORNING, ("zhangsan", PASSWORD), "device")
    with database.reading() as session:
        renewed = logins.stored_password(session, "zhangsan")
    assert renewed
    assert extract_parameters(renewed) == extract_parameters(NOBODY)
    assert entry.log_in(database, Passwords(), MORNING, ("zhangsan", PASSWORD), "device")


def test_a_password_set_anew_while_the_old_one_is_checked_opens_nothing(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        stored = logins.stored_password(session, "lisi")
        place = Place("idlisi", STRANGER)
    checked = Passwords().check(stored, PASSWORD, known=True)
    assert checked.right
    with database.writing() as session:
        service.reissue_link(session, MORNING, zhang, "idlisi")
        assert not logins.log_in(session, MORNING, place, "device", checked).token
