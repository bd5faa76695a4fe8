"""Every change that was made without the key folder is found (SEC-75)."""

from collections.abc import Callable

import pytest

from app.ballots import reads, service, store
from app.ballots.domain import Finding
from app.ballots.verification import verify
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.ballots.stores import by_hand, fill, literal, make_store

Attack = Callable[[Database, str, dict[str, list[bytes]]], None]


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def box(database: Database, folder: KeyFolder) -> tuple[str, dict[str, list[bytes]]]:
    round_id, hashes = make_store(database, folder)
    fill(database, folder, round_id, hashes)
    assert service.change(database, folder, round_id, service.Change("i2", "i1"))
    return round_id, hashes


def test_it_works(database: Database, folder: KeyFolder, box: tuple[str, dict[str, list[bytes]]]) -> None:
    verdict = verify(database, folder, box[0])
    assert verdict.is_right
    assert verdict.groups == {"residents": Finding(2, 2), "staff": Finding(2, 2)}


def replace_an_envelope(database: Database, round_id: str, _hashes: dict[str, list[bytes]]) -> None:
    first = literal(database, ids_of(database, round_id)[0])
    by_hand(database, round_id, f"UPDATE envelope SET sealed = {literal(database, b'mine')} WHERE id = {first}")


def add_an_envelope(database: Database, round_id: str, _hashes: dict[str, list[bytes]]) -> None:
    values = ", ".join((literal(database, bytes(16)), "'staff'", literal(database, bytes(32)), literal(database, b"x")))
    by_hand(database, round_id, f"INSERT INTO envelope (id, group_id, tag, sealed) VALUES ({values})")


def add_an_envelope_and_spend_a_code(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    add_an_envelope(database, round_id, hashes)
    spend_an_unused_code(database, round_id, hashes)


def copy_a_tag(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    first, new = literal(database, ids_of(database, round_id)[0]), literal(database, bytes(16))
    add_an_envelope(database, round_id, hashes)
    by_hand(
        database, round_id, f"UPDATE envelope SET tag = (SELECT tag FROM envelope WHERE id = {first}) WHERE id = {new}"
    )


def swap_groups(database: Database, round_id: str, _hashes: dict[str, list[bytes]]) -> None:
    by_hand(
        database,
        round_id,
        "UPDATE envelope SET group_id = CASE group_id WHEN 'staff' THEN 'residents' ELSE 'staff' END",
    )


def exchange_ids(database: Database, round_id: str, _hashes: dict[str, list[bytes]]) -> None:
    one, two = (literal(database, found) for found in ids_of(database, round_id)[:2])
    spare = literal(database, bytes(16))
    for old, new in ((one, spare), (two, one), (spare, two)):
        by_hand(database, round_id, f"UPDATE envelope SET id = {new} WHERE id = {old}")


def delete_an_envelope(database: Database, round_id: str, _hashes: dict[str, list[bytes]]) -> None:
    by_hand(database, round_id, f"DELETE FROM envelope WHERE id = {literal(database, ids_of(database, round_id)[0])}")


def spend_an_unused_code(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    digest = literal(database, hashes["staff"][3])
    by_hand(database, round_id, f"UPDATE code SET state = 3 WHERE hash = {digest}")


def set_a_code_to_what_is_no_state(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    by_hand(database, round_id, f"UPDATE code SET state = 9 WHERE hash = {literal(database, hashes['staff'][4])}")


def reset_a_code(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    digest = literal(database, hashes["staff"][0])
    by_hand(database, round_id, f"UPDATE code SET state = 2 WHERE hash = {digest}")


def move_a_code(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    digest = literal(database, hashes["staff"][3])
    by_hand(database, round_id, f"UPDATE code SET group_id = 'residents' WHERE hash = {digest}")


def delete_a_spent_code(database: Database, round_id: str, hashes: dict[str, list[bytes]]) -> None:
    by_hand(database, round_id, f"DELETE FROM code WHERE hash = {literal(database, hashes['staff'][0])}")


def ids_of(database: Database, round_id: str) -> list[bytes]:
    return [envelope.id for page in reads.envelopes(database, round_id) for envelope in page]


ATTACKS: tuple[Attack, ...] = (
    replace_an_envelope, add_an_envelope, add_an_envelope_and_spend_a_code, copy_a_tag, swap_groups, exchange_ids,
    delete_an_envelope, spend_an_unused_code, set_a_code_to_what_is_no_state, reset_a_code, move_a_code,
    delete_a_spent_code,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_finds(
    database: Database, folder: KeyFolder, box: tuple[str, dict[str, list[bytes]]], attack: Attack
) -> None:
    attack(database, *box)
    assert not verify(database, folder, box[0]).is_right


def test_a_box_moved_to_another_round_is_found(
    database: Database, folder: KeyFolder, box: tuple[str, dict[str, list[bytes]]]
) -> None:
    round_id, _ = box
    if database.is_sqlite:
        store.file_of(database, round_id).rename(store.file_of(database, "other"))
    else:
        with database.aside.begin() as connection:
            connection.exec_driver_sql(f"ALTER SCHEMA {store.schema_of(round_id)} RENAME TO {store.schema_of('other')}")
    assert len(verify(database, folder, "other").wrong) == 2


def test_another_key_folder_finds_nothing_right(
    database: Database, box: tuple[str, dict[str, list[bytes]]], settings: Settings
) -> None:
    verdict = verify(database, KeyFolder(settings.data / "other-keys"), box[0])
    assert {group: found.bad_envelopes for group, found in verdict.wrong.items()} == {"residents": 2, "staff": 2}
