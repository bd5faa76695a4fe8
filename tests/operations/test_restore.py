"""A restore brings the desk back, never a box: no slip printed before it is worth anything (SEC-86)."""

import errno
import fcntl
import gzip
import io
import json
import os
import re
import shutil
import sqlite3
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.accounts import logins, tries
from app.accounts import service as accounts
from app.accounts.domain import Role
from app.accounts.logins import stored_password
from app.accounts.passwords import Checked
from app.audit.service import check_chain
from app.ballots import reads as ballots
from app.ballots import service as gates
from app.ballots.finder import Finder
from app.ballots.slot import Slot
from app.box.opening import Attempt, Progress, Room, open_box
from app.box.reads import key_of
from app.core import migrate
from app.core.acting import Acting, Principal
from app.core.db import Base, Database
from app.core.key_folder import KeyFolder, SettingsError
from app.core.settings import Settings
from app.main import PORTS, build_api, wrap
from app.operations import restore as restoring_files
from app.operations.backup import back_up
from app.operations.restore import COPYING, _copy_durably, _copy_files, check_not_cut_off, restore
from app.operations.unpacking import extract
from app.publication import tokens
from app.publication.domain import Scope
from app.rectification.ledger import attachments
from app.rectification.ledger import service as ledger_acts
from app.rectification.models import Holiday
from app.rectification.rules.ledger import ActionEvent
from app.rounds import restoring
from app.rounds import service as rounds
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper, frozen_text, get_round
from app.rounds.rehearsing import create_rehearsal
from app.slips import service as slips
from app.slips.codes import code_hash
from app.slips.reads import batches
from app.web.forms import Upload
from tests import cast
from tests.ballots.stores import make_casts
from tests.box.boxes import unlocked
from tests.cast import Desk, refuses
from tests.conftest import BASE_URL, TestClock
from tests.factories import OpenRound
from tests.forked import run
from tests.operations.conftest import Elsewhere
from tests.phones import HEADERS, fill_in
from tests.rectification.flagged import WU, later, make_ledger
from tests.servers import ROOT
from tests.syncing import OnDisk
from tests.test_migrations import REVISIONS
from tests.web.test_errors import full_disk

EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
ZHANG, LI = Principal("idzhangsan", "张三", "organiser"), Principal("idlisi", "李四", "scrutineer")
GONE = {"job", "opening_job", "opening_share", "round_intent", "round_key", "key_holder", "slip_batch"}
CHANGED = {"round", "restored", "audit_entry"}
STATES = ["draft", "ready", "open", "sealed", "counted"]


@pytest.fixture
def keys(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar.gz"


def contents(database: Database, but: set[str]) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }


@pytest.mark.usefixtures("ready")
def test_it_works(database: Database, keys: KeyFolder, target: Path, elsewhere: Elsewhere) -> None:
    back_up(database, keys, target, NOW)
    restore(elsewhere.database, elsewhere.settings.data, target, NOW)
    assert contents(elsewhere.database, GONE | CHANGED) == contents(database, GONE | CHANGED)
    assert elsewhere.keys.pepper() == keys.pepper()
    assert elsewhere.keys.tag_secret() != keys.tag_secret()
    with elsewhere.database.writing() as session:
        assert check_chain(session).broken_at is None
        assert stored_password(session, "zhangsan") == cast.PASSWORD_HASH


def test_it_brings_orders_ledger_and_attachments_back(
    database: Database, settings: Settings, keys: KeyFolder, target: Path, untouched: Elsewhere
) -> None:
    _, _, (action_id,) = make_ledger(database)
    pdf = b"%PDF-1.4\n%%EOF\n"
    with database.writing() as session:
        acting = Acting(session, cast.MORNING, WU)
        entry = ledger_acts.act(acting, action_id, ActionEvent.PROGRESS, "见附件")
        attachments.attach(acting, settings.data, (action_id, entry), Upload("证明.pdf", pdf))
        ledger_acts.request_extension(acting, action_id, later(42), "设备未到")
        session.add(Holiday(office_id="", day=later(9), working=False))
    back_up(database, keys, target, NOW)
    restore(untouched.database, untouched.settings.data, target, NOW)
    new = {"restored", "audit_entry"}
    assert contents(untouched.database, new) == contents(database, new)
    with untouched.database.reading() as session:
        (file,) = attachments.files_of(session, action_id)
        assert attachments.read(session, untouched.settings.data, action_id, file.id) == ("证明.pdf", pdf)


def make_untouched(place: Elsewhere) -> None:
    """Leave nothing of an installation, not even a schema."""
    with place.database.engine.begin() as connection:
        if place.database.is_sqlite:
            live = sa.MetaData()
            live.reflect(connection)
            live.drop_all(connection)
        else:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    for folder in ("keys", attachments.FOLDER):
        shutil.rmtree(place.settings.data / folder, ignore_errors=True)


@contextmanager
def served(settings: Settings) -> Iterator[TestClient]:
    """Serve an installation to a browser, at nine in the morning of the vote."""
    api = build_api(settings, TestClock())
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as client:
        yield client


class Round:
    """A round of the installation that is backed up, taken on state by state, with all of its codes."""

    def __init__(self, database: Database, keys: KeyFolder, settings: Settings) -> None:
        self.database, self.keys, self.settings = database, keys, settings
        keys.pepper()
        with database.writing() as session:
            self.id = cast.make_draft(Acting(session, cast.MORNING, cast.make_cast(session)["zhangsan"]))

    def acts(self, *acts: Callable[[Acting], object]) -> None:
        for act in acts:
            with self.database.writing() as session:
                act(Acting(session, cast.MORNING, ZHANG))

    def to_ready(self) -> None:
        self.acts(lambda acting: rounds.freeze(acting, self.id))
        with self.database.writing() as session:
            acting = Acting(session, cast.MORNING, ZHANG)
            shares, codes = cast.prepare(acting, self.keys, self.id)
            key = key_of(session, self.id)
            assert key is not None
            self.hall = OpenRound(self.id, *frozen_paper(session, self.id), key.public_key, codes, shares)

    def to_open(self) -> None:
        self.acts(lambda acting: rounds.open_round(acting, self.keys, PORTS, self.id))

    def vote(self, voters: int) -> None:
        with served(self.settings) as phone:
            for filled in list(fill_in(self.hall))[:voters]:
                assert phone.post("/v/cast", content=filled.body(), headers=HEADERS).status_code == 200

    def to_sealed(self) -> None:
        counts = {group.id: (0, 0) for group in self.hall.paper.groups}
        self.acts(
            lambda acting: rounds.close_round(acting, self.id, {}),
            lambda acting: slips.set_counts(acting, self.id, counts),
        )

    def to_counted(self) -> None:
        private = unlocked(self.database, self.keys, self.hall.shares, self.id)
        room = Room(self.database, self.keys, lambda: cast.MORNING)
        open_box(room, Attempt(self.id, private, ZHANG, ("张三",), (1,)), Progress())


def void_here(place: Elsewhere, made: Round) -> None:
    """Check that no code of a round is of any use: not to the finder, not to a slot, not to a phone."""
    digests = [code_hash(place.keys.pepper(), code) for _, code in made.hall.all_codes]
    assert digests == [code_hash(made.keys.pepper(), code) for _, code in made.hall.all_codes]
    finder = Finder(place.database, place.keys.tag_secret())
    slot = Slot(place.database, place.keys.tag_secret(), made.id)
    casts = [made for digest in digests for made in make_casts("any", [digest])]
    assert (finder.find(digests), set(slot.drop(casts, cast.MORNING))) == ({}, {"round_closed"})
    finder.close()
    slot.close()
    with served(place.settings) as phone:
        answers = [phone.post("/v/cast", content=filled.body(), headers=HEADERS) for filled in fill_in(made.hall)]
    assert len(answers) == 15
    assert {answer.status_code // 100 for answer in answers} == {4}
    assert ballots.round_ids(place.database) == set()


@pytest.mark.parametrize("state", STATES)
def test_a_restore_revives_no_slip(
    database: Database, settings: Settings, keys: KeyFolder, target: Path, untouched: Elsewhere, state: str
) -> None:
    """Back up in every state, vote, restore: no code is accepted, and the round says what became of its box."""
    made, steps = Round(database, keys, settings), iter(STATES)
    for at in steps:
        if at != "draft":
            getattr(made, f"to_{at}")()
        if at == "open":
            made.vote(5)
        if at == state:
            break
    back_up(database, keys, target, NOW)
    for at in steps:
        getattr(made, f"to_{at}")()
        if at == "open":
            made.vote(9)
    restore(untouched.database, untouched.settings.data, target, NOW)
    void_here(untouched, made)
    says_what_became_of_the_box(untouched, made.id, state)


def says_what_became_of_the_box(place: Elsewhere, round_id: str, state: str) -> None:
    lost = state in {"open", "sealed"}
    with place.database.reading() as session:
        row, marked = get_round(session, round_id), restoring.waiting(session)
        assert row.state == (RoundState.VOID if lost else RoundState(state))
        assert batches(session, round_id) == [] or state not in {"draft", "ready"}
        assert marked is not None
        assert (marked.backed_up_at, marked.lost) == (NOW, int(lost))
    with served(place.settings) as client:
        desk = Desk(client, place.database, place.keys, "zhangsan")
        page, board = desk.get(f"/rounds/{round_id}").text, desk.get("/rounds").text
    assert "本安装由备份恢复" in board
    assert ("票箱和其中的选票已经丢失" in page) is lost
    assert ("已经全部作废" in page) is (state in {"draft", "ready"})


def test_a_restore_revives_no_log_in_no_link_and_no_token(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere
) -> None:
    """The attack: a link that was used, a token that leaked, ended since the backup was made, opens again."""
    with database.writing() as session:
        first = accounts.first_links(session, cast.MORNING, [Role.SYSADMIN])
        people = cast.make_cast(session)
        acting = Acting(session, cast.MORNING, people["zhangsan"])
        link = accounts.reissue_link(session, cast.MORNING, acting.actor, people["zhaoliu"].id)
        place = tries.Place(people["lisi"].id, tries.STRANGER)
        checked = Checked(cast.PASSWORD_HASH, right=True)
        entered = logins.log_in(session, cast.MORNING, place, "device", checked)
        secret = tokens.create(acting, tokens.WantedToken("大屏", Scope.PUBLIC, 30))
    assert entered.token
    back_up(database, keys, target, NOW)
    restore(untouched.database, untouched.settings.data, target, NOW)
    with untouched.database.reading() as session:
        assert logins.who(session, cast.MORNING, entered.token) is None
        with refuses("invitation_invalid"):
            accounts.invitation(session, cast.MORNING, link)
        with refuses("token_refused"):
            tokens.find(session, secret, cast.MORNING)
        assert {token.state(NOW) for token in tokens.all_tokens(session)} == {tokens.TokenState.REVOKED}
    with untouched.database.writing() as session:
        assert accounts.first_links(session, cast.MORNING, [Role.SYSADMIN]).keys() == first.keys() == {Role.SYSADMIN}


@pytest.mark.usefixtures("ready")
def test_two_people_accept_before_a_restored_installation_opens_a_round(
    database: Database, keys: KeyFolder, target: Path, ready: str, untouched: Elsewhere
) -> None:
    back_up(database, keys, target, NOW)
    restore(untouched.database, untouched.settings.data, target, NOW)
    with untouched.database.writing() as session:
        cast.prepare(Acting(session, cast.MORNING, ZHANG), untouched.keys, ready)
    with untouched.database.reading() as session:
        marked = restoring.waiting(session)
        assert marked is not None
    with served(untouched.settings) as client:
        zhang = Desk(client, untouched.database, untouched.keys, "zhangsan")
        assert "两人确认本安装由备份恢复" in zhang.get(f"/rounds/{ready}").text
        assert zhang.post(f"/rounds/{ready}/open").status_code == 409
        assert zhang.post(f"/restored/{marked.id}/accept").status_code == 303
        assert zhang.post(f"/restored/{marked.id}/accept").status_code == 403
        assert "张三已经确认" in zhang.get("/rounds").text
        assert zhang.post(f"/rounds/{ready}/open").status_code == 409
        li = Desk(client, untouched.database, untouched.keys, "lisi")
        assert "还须另一人确认后才能开始投票" in li.get("/inbox").text
        assert li.post(f"/restored/{marked.id}/accept").status_code == 303
        assert li.post(f"/restored/{marked.id}/accept").status_code == 409
        zhang = Desk(client, untouched.database, untouched.keys, "zhangsan")
        assert "本安装由备份恢复" not in zhang.get("/rounds").text
        assert zhang.post(f"/rounds/{ready}/open").status_code == 303
    with untouched.database.reading() as session:
        assert get_round(session, ready).state is RoundState.OPEN


def test_an_unknown_restore_cannot_be_accepted(database: Database) -> None:
    with database.writing() as session, refuses("restore_accepted"):
        restoring.accept(Acting(session, cast.MORNING, LI), "another")


WRITTEN_BY = {"sqlite": REVISIONS[-2::-3], "postgresql": REVISIONS[-3::-11]}
"""Revisions whose backups are restored, the newest first."""


@pytest.mark.parametrize("database_url", WRITTEN_BY, indirect=True)
def test_it_takes_backups_of_earlier_revisions(
    database: Database, keys: KeyFolder, ready: str, target: Path, elsewhere: Elsewhere, untouched: Elsewhere
) -> None:
    """As the version of that revision wrote it: format 1, its own tables, no time; the oldest into a newer schema."""
    with database.reading() as session:
        before = frozen_text(session, ready)
    revisions = WRITTEN_BY[database.engine.dialect.name]
    for revision in revisions:
        place = elsewhere if revision == revisions[-1] else untouched
        migrate.downgrade(database.engine, revision)
        write_old(database, keys, revision, target)
        restore(place.database, place.settings.data, target, NOW)
        assert migrate.is_current(place.database.engine), revision
        with place.database.reading() as session:
            assert frozen_text(session, ready) == before, revision
            assert get_round(session, ready).slips_void, revision
            assert batches(session, ready) == [], revision
            assert check_chain(session).broken_at is None, revision
        make_untouched(place)


def write_old(database: Database, keys: KeyFolder, revision: str, target: Path) -> None:
    place = target.with_name(f"of-{revision}")
    place.mkdir()
    with database.engine.connect() as connection:
        live = sa.MetaData()
        live.reflect(connection)
        for table in live.sorted_tables:
            rows = connection.execute(sa.select(table)).mappings()
            lines = [json.dumps({name: as_written(value) for name, value in row.items()}) for row in rows]
            (place / f"{table.name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (place / "alembic_version.jsonl").unlink()
    (place / "about.json").write_text(json.dumps({"format": 1, "revision": revision}), "utf-8")
    shutil.copyfile(keys.path / "pepper", place / "secret-pepper")
    pack(place, target)


def as_written(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def pack(place: Path, target: Path) -> None:
    with tarfile.open(target, "w:gz") as archive:
        for file in sorted(place.iterdir()):
            archive.add(file, file.name)


@pytest.mark.usefixtures("ready")
def test_it_refuses_to_overwrite_or_what_is_newer(
    database: Database, settings: Settings, keys: KeyFolder, target: Path, elsewhere: Elsewhere
) -> None:
    back_up(database, keys, target, NOW)
    with refuses("restore_not_empty"):
        restore(database, settings.data, target, NOW)
    newer = target.with_name("newer")
    newer.mkdir()
    (newer / "about.json").write_text(json.dumps({"format": 2, "revision": "20990101_0000"}), "utf-8")
    pack(newer, target)
    with refuses("restore_other"):
        restore(elsewhere.database, elsewhere.settings.data, target, NOW)


def test_it_refuses_where_a_box_of_former_days_lies(
    database: Database, keys: KeyFolder, target: Path, ready: str, elsewhere: Elsewhere
) -> None:
    back_up(database, keys, target, NOW)
    gates.create(elsewhere.database, keys, ready, ("{}", "ab"), ["g"])
    with refuses("restore_not_empty"):
        restore(elsewhere.database, elsewhere.settings.data, target, NOW)
    gates.destroy(elsewhere.database, ready)
    restore(elsewhere.database, elsewhere.settings.data, target, NOW)


def cut(target: Path) -> None:
    target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])


def flip(target: Path) -> None:
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 0xFF
    target.write_bytes(content)


def flip_what_fills_up(target: Path) -> None:
    """Change a byte after the end of a file, which belongs to none of them and which only gzip's own sum covers."""
    before = target.read_bytes()
    content = bytearray(gzip.decompress(before))
    with tarfile.open(target) as archive:
        last = archive.getmembers()[-1]
    at = last.offset_data + last.size
    assert at % tarfile.BLOCKSIZE
    content[at] ^= 0xFF
    packed = zlib.compress(content, wbits=31)  # with the head and the tail of gzip, and a sum that fits
    target.write_bytes(packed[:-8] + before[-8:])


def a_zip(target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("about.json", '{"format": 2}')


def a_database(target: Path) -> None:
    target.write_bytes(b"SQLite format 3\x00" + bytes(4_000))


def something_else(target: Path) -> None:
    place = target.with_name("else")
    place.mkdir()
    (place / "letter.txt").write_text("a letter")
    pack(place, target)


def out_of_the_folder(target: Path) -> None:
    with tarfile.open(target, "w:gz") as archive:
        about = tarfile.TarInfo("../about.json")
        archive.addfile(about)


def a_member(**said: object) -> Callable[[Path], None]:
    """Make an archive of one member that no backup ever held."""

    def write(target: Path) -> None:
        member = tarfile.TarInfo()
        for name, value in said.items():
            setattr(member, name, value)
        with tarfile.open(target, "w:gz") as archive:
            archive.addfile(member)

    return write


def twice(target: Path) -> None:
    with tarfile.open(target, "w:gz") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo("staff.jsonl"))


def last_number(place: Path) -> None:
    """Fit for the tables of a backup without digests, but no entry of the log can follow: after files were copied."""
    about = json.loads((place / "about.json").read_text())
    (place / "about.json").write_text(json.dumps({"format": 1, "revision": about["revision"]}))
    lines = (place / "audit_entry.jsonl").read_text("utf-8").splitlines()
    (place / "audit_entry.jsonl").write_text(json.dumps(json.loads(lines[-1]) | {"number": 2**63 - 1}), "utf-8")


def no_archive(target: Path) -> None:
    target.write_text("not a backup")


def emptied(target: Path) -> None:
    target.write_bytes(b"")


def repacked(change: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(target: Path) -> None:
        place = target.with_name("unpacked")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        with tarfile.open(target) as archive:
            for member in archive:
                extract(archive, member, place)
        change(place)
        pack(place, target)

    return damage


DAMAGES = {
    "cut": cut,
    "flipped": flip,
    "flipped where it only fills up": flip_what_fills_up,
    "no archive": no_archive,
    "empty": emptied,
    "without about": repacked(lambda place: (place / "about.json").unlink()),
    "without a table": repacked(lambda place: (place / "staff.jsonl").unlink()),
    "one sign changed": repacked(lambda place: rewrite(place / "campaign.jsonl", "县文化局", "县教育局")),
    "about no JSON": repacked(lambda place: (place / "about.json").write_text("{")),
    "old and a column too many": repacked(lambda place: as_old(place, '{"id": "x", "colour": "red"}')),
    "old and a row without its parent": repacked(lambda place: as_old(place, '{"id": "x", "repeats": "y"}')),
    "a zip of something else": a_zip,
    "a database file": a_database,
    "an archive of something else": something_else,
    "about a list": repacked(lambda place: (place / "about.json").write_text("[1]")),
    "about without sense": repacked(
        lambda place: (place / "about.json").write_text('{"format": 1e999, "revision": 1}')
    ),
    "about too deep": repacked(lambda place: (place / "about.json").write_text("[" * 100_000)),
    "out of the folder": out_of_the_folder,
    "a link out of the folder": a_member(name="staff.jsonl", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a pipe": a_member(name="staff.jsonl", type=tarfile.FIFOTYPE),
    "a name of the root": a_member(name="/"),
    "a name too long": a_member(name="x" * 300),
    "a folder that is a file": a_member(name=attachments.FOLDER),
    "a folder in the folder": a_member(name=f"{attachments.FOLDER}/a/b"),
    "a file twice": twice,
    "old and a log that is full": repacked(last_number),
    "old and no row": repacked(lambda place: as_old(place, "[]")),
    "old and a list in a column": repacked(lambda place: as_old(place, '{"id": ["x"]}')),
}


def rewrite(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def as_old(place: Path, row: str) -> None:
    """Make it a backup of format 1, which has no digests, with one more row."""
    about = json.loads((place / "about.json").read_text())
    (place / "about.json").write_text(json.dumps({"format": 1, "revision": about["revision"]}))
    with (place / "round.jsonl").open("a") as file:
        file.write(row + "\n")


@pytest.mark.usefixtures("ready")
def test_it_says_that_a_backup_is_damaged_and_takes_the_whole_one_after_it(
    database: Database, keys: KeyFolder, target: Path, elsewhere: Elsewhere
) -> None:
    back_up(database, keys, target, NOW)
    whole, data = target.read_bytes(), elsewhere.settings.data
    for name, damage in DAMAGES.items():
        target.write_bytes(whole)
        damage(target)
        with named(name), refuses("restore_damaged"):
            restore(elsewhere.database, data, target, NOW)
        assert rows_in(elsewhere) == [], name
        assert migrate.is_current(elsewhere.database.engine), name
        assert list((data / "keys").iterdir()) == [], name
        assert not (data / attachments.FOLDER).exists(), name
    target.write_bytes(whole)
    restore(elsewhere.database, data, target, NOW)


@contextmanager
def named(what: str) -> Iterator[None]:
    """Say at which of many an error came."""
    try:
        yield
    except BaseException as error:
        error.add_note(what)
        raise


def rows_in(place: Elsewhere) -> list[str]:
    """Return the names of the tables in which there is anything that the schema does not bring along."""
    if not sa.inspect(place.database.engine).get_table_names():
        return []
    return [name for name, rows in contents(place.database, {"office"}).items() if rows]


@pytest.mark.usefixtures("ready")
def test_the_command_says_it_in_a_sentence_and_fails(
    database: Database, keys: KeyFolder, target: Path, elsewhere: Elsewhere
) -> None:
    """As whoever types the command sees it: no traceback, another exit than 0, an installation as empty as before."""
    back_up(database, keys, target, NOW)
    whole, command = target.read_bytes(), [sys.executable, "-m", "app", "restore", str(target)]
    environment = os.environ | {"MANYIDU_DATABASE_URL": elsewhere.settings.database_url}
    for damage, told in (
        (cut, "这个文件不是完整的备份"),
        (a_zip, "这个文件不是完整的备份"),
        (newer, "备份来自更新的版本（20990101_0000）"),
    ):
        damage(target)
        end, said, complained = run([*command, "--data", str(elsewhere.settings.data)], cwd=ROOT, env=environment)
        assert (end, said) == (1, "")
        assert complained.startswith("manyidu: ")
        assert told in complained
        assert len(complained.splitlines()) == 1
    assert rows_in(elsewhere) == []
    target.write_bytes(whole)
    restore(elsewhere.database, elsewhere.settings.data, target, NOW)


@pytest.mark.parametrize("name", ["{}.jsonl", f"{attachments.FOLDER}/{{}}", "secret-{}"])
@pytest.mark.usefixtures("ready")
def test_a_file_that_would_fill_the_disk_is_refused_before_it_does(
    target: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A few kilobytes of gzip unpack to more than any disk has room for.

    What is unpacked is then written into the data folder again, but for the rows of a database that lies elsewhere.
    """
    times = 1 if name == "{}.jsonl" and not elsewhere.database.is_sqlite else 2
    with tarfile.open(target, "w:gz") as archive:
        for number in range(4):
            bomb = tarfile.TarInfo(name.format(number))
            bomb.size = 3_000_000
            archive.addfile(bomb, io.BytesIO(bytes(bomb.size)))
    assert target.stat().st_size < 100_000
    data = elsewhere.settings.data
    most: list[int] = []

    def free(place: Path) -> SimpleNamespace:
        del place
        return SimpleNamespace(free=times * 9_000_000 - 1)

    def unpacked() -> list[Path]:
        return [file for number in range(4) for file in data.rglob(Path(name.format(number)).name)]

    def watched(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
        extract(archive, member, place)
        most.append(sum(file.stat().st_size for file in unpacked()))

    monkeypatch.setattr("shutil.disk_usage", free)
    monkeypatch.setattr("app.operations.restore.extract", watched)
    with refuses("restore_no_room"):
        restore(elsewhere.database, elsewhere.settings.data, target, NOW)
    assert most == [3_000_000, 6_000_000]
    assert (unpacked(), list((data / "keys").iterdir())) == ([], [])


def attach(keys: KeyFolder) -> None:
    """Lay a file of an action into the installation, whatever its rows say."""
    folder = keys.path.parent / attachments.FOLDER
    folder.mkdir()
    (folder / "a").write_bytes(b"%PDF")


def no_room(_source: object, _target: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("database_url", "name"), [("sqlite", "attachment"), ("postgresql", "secret")], indirect=["database_url"]
)
@pytest.mark.usefixtures("ready")
def test_a_full_disk_is_told_where_files_are_copied(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The backup is whole: whoever is told that it is not looks for another one, which would not fit either."""
    keys.pepper()
    if name == "attachment":
        attach(keys)
    back_up(database, keys, target, NOW)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", no_room)
        with refuses("restore_no_room"):
            restore(untouched.database, untouched.settings.data, target, NOW)
    restore(untouched.database, untouched.settings.data, target, NOW)


@EMBEDDED
def test_a_full_disk_is_told_where_the_backup_is_unpacked(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(database, keys, target, NOW)
    monkeypatch.setattr(shutil, "copyfileobj", no_room)
    with refuses("restore_no_room"):
        restore(untouched.database, untouched.settings.data, target, NOW)


REFUSALS: dict[str, list[tuple[psycopg.Error | sqlite3.Error, str]]] = {
    "sqlite": [
        (full_disk(), "restore_no_room"),
        (sqlite3.OperationalError("database is locked"), "restore_no_database"),
    ],
    "postgresql": [
        (psycopg.errors.DiskFull("could not extend file"), "disk_full"),
        (psycopg.errors.LockNotAvailable("canceling statement"), "restore_no_database"),
        (psycopg.errors.AdminShutdown("terminating connection"), "restore_no_database"),
    ],
}
"""What each database says that it cannot do, and what is told then."""


def test_what_the_database_could_not_do_is_no_damage(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(database, keys, target, NOW)
    for error, code in REFUSALS[database.engine.dialect.name]:

        def fails(*_rows: object, error: psycopg.Error | sqlite3.Error = error) -> None:
            raise sa.exc.OperationalError("", {}, error)

        with monkeypatch.context() as patched:
            patched.setattr(restoring_files, "_fill", fails)
            with refuses(code):
                restore(untouched.database, untouched.settings.data, target, NOW)
        assert rows_in(untouched) == [], error
    restore(untouched.database, untouched.settings.data, target, NOW)


def make_impatient(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a millisecond where the product waits ten seconds or more for who holds the database."""

    def hasten(_c: object, _cursor: object, statement: str, values: object, *_others: object) -> tuple[str, object]:
        return re.sub("(?<=^SET LOCAL lock_timeout = ).*", "'1ms'", statement), values

    sa.event.listen(engine, "before_cursor_execute", hasten, retval=True)
    monkeypatch.setattr("app.core.db.BUSY_TIMEOUT_MS", 1)
    engine.dispose()  # what is connected already waits for as long as it was told to


def test_a_real_database_that_another_program_holds_is_named(
    database: Database, keys: KeyFolder, target: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(database, keys, target, NOW)
    engine = elsewhere.database.engine
    make_impatient(engine, monkeypatch)
    holds = "SELECT 1" if engine.dialect.name == "sqlite" else "LOCK TABLE staff IN ACCESS SHARE MODE"
    with engine.begin() as other:
        other.exec_driver_sql(holds)
        with refuses("restore_no_database"):
            restore(elsewhere.database, elsewhere.settings.data, target, NOW)
    restore(elsewhere.database, elsewhere.settings.data, target, NOW)


def newer(target: Path) -> None:
    place = target.with_name("from-tomorrow")
    place.mkdir()
    (place / "about.json").write_text(json.dumps({"format": 2, "revision": "20990101_0000", "files": {}}), "utf-8")
    pack(place, target)


@SHARED
def test_it_says_that_there_is_no_such_file(target: Path, elsewhere: Elsewhere) -> None:
    with refuses("restore_missing"):
        restore(elsewhere.database, elsewhere.settings.data, target, NOW)


def test_rounds_come_back_whatever_the_order_of_their_rows(
    database: Database, settings: Settings, keys: KeyFolder, target: Path, untouched: Elsewhere
) -> None:
    """A repeat, or a rehearsal, refers to another round; the database gives them in any order."""
    made = Round(database, keys, settings)
    made.to_ready()
    made.acts(
        lambda acting: create_rehearsal(acting, made.id),
        lambda acting: rounds.void_round(acting, made.id, {"reason": "作废"}),
        lambda acting: rounds.repeat_round(acting, made.id),
    )
    back_up(database, keys, target, NOW)
    repacked(lambda place: turn_round(place / "round.jsonl"))(target)
    restore(untouched.database, untouched.settings.data, target, NOW)
    with untouched.database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM round")) == 3


def turn_round(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) == 3
    file.write_text("".join(f"{line}\n" for line in lines[::-1]), "utf-8")
    about = file.with_name("about.json")
    told = json.loads(about.read_text())
    about.write_text(json.dumps({"format": 1, "revision": told["revision"]}))


@pytest.mark.usefixtures("ready")
def test_what_fails_on_the_way_leaves_nothing(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere
) -> None:
    """All of the database is one transaction: there is no restored desk without its mark."""
    back_up(database, keys, target, NOW)
    (untouched.settings.data / "keys").chmod(0o755)
    with pytest.raises(SettingsError):
        restore(untouched.database, untouched.settings.data, target, NOW)
    assert rows_in(untouched) == []
    (untouched.settings.data / "keys").chmod(0o700)
    restore(untouched.database, untouched.settings.data, target, NOW)
    with untouched.database.reading() as session:
        assert restoring.waiting(session) is not None


def with_a_job(place: Path, round_id: str) -> None:
    """Make it a backup of format 1 in which somebody waits for a file of a round."""
    about = json.loads((place / "about.json").read_text())
    (place / "about.json").write_text(json.dumps({"format": 1, "revision": about["revision"]}))
    texts = ("kind", "arguments", "staff_id", "state", "file_name", "error_code", "error_params")
    row = {"id": "job", "path": f"/rounds/{round_id}/slips", "created_at": NOW.isoformat(), **dict.fromkeys(texts, "x")}
    (place / "job.jsonl").write_text(json.dumps(row), "utf-8")


def test_what_fails_after_the_commit_leaves_all(
    ready: str, database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere
) -> None:
    """Rows that stay need the secrets they were made with: the file of a job cannot be deleted, once all is written."""
    back_up(database, keys, target, NOW)
    repacked(lambda place: with_a_job(place, ready))(target)
    (untouched.settings.data / "jobs" / "job").mkdir(parents=True)
    with pytest.raises(OSError, match="jobs/job"):
        restore(untouched.database, untouched.settings.data, target, NOW)
    assert contents(untouched.database, GONE | CHANGED) == contents(database, GONE | CHANGED)
    assert untouched.keys.pepper() == keys.pepper()


@pytest.mark.usefixtures("ready")
def test_one_beside_another_takes_nothing_of_it_back(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one that runs nobody sees a row before its commit: what it has copied looks like what a killed one left."""
    keys.pepper()
    attach(keys)
    back_up(database, keys, target, NOW)
    data = untouched.settings.data
    tried: list[Path] = []

    def copies(place: Path, data: Path) -> KeyFolder:
        copied = _copy_files(place, data)
        with refuses("restore_under_way"):
            restore(untouched.database, data, target, NOW)
        with refuses("restore_under_way"):
            check_not_cut_off(untouched.database, data)
        tried.append(place)
        return copied

    monkeypatch.setattr(restoring_files, "_copy_files", copies)
    restore(untouched.database, data, target, NOW)
    assert len(tried) == 1
    assert untouched.keys.pepper() == keys.pepper()
    assert (data / attachments.FOLDER / "a").read_bytes() == b"%PDF"
    assert contents(untouched.database, GONE | CHANGED) == contents(database, GONE | CHANGED)
    check_not_cut_off(untouched.database, data)


@pytest.mark.usefixtures("ready")
def test_files_are_on_the_disk_before_the_rows_that_need_them(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And before them the mark by which the next restore knows them, were this one cut off."""
    keys.pepper()
    attach(keys)
    back_up(database, keys, target, NOW)
    data, disk = untouched.settings.data, OnDisk(monkeypatch)
    checked: list[str] = []

    def copies(source: str, place: str) -> None:
        assert COPYING in disk.names(data)
        copy(source, place)

    def commits(acting: Acting) -> None:
        tokens_revoked(acting)
        assert disk.names(data) >= {COPYING, "keys", attachments.FOLDER}
        checked.extend(file.name for folder in ("keys", attachments.FOLDER) for file in (data / folder).iterdir())
        for folder in ("keys", attachments.FOLDER):
            for file in (data / folder).iterdir():
                assert disk.has(file), file.name
                assert file.stat().st_mode & 0o777 == 0o600

    copy, tokens_revoked = _copy_durably, tokens.revoke_all
    monkeypatch.setattr(restoring_files, "_copy_durably", copies)
    monkeypatch.setattr(tokens, "revoke_all", commits)
    restore(untouched.database, data, target, NOW)
    assert {"a", "pepper"} <= set(checked)


@SHARED
@pytest.mark.usefixtures("ready")
def test_the_folder_may_lie_on_a_network_that_keeps_locks(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such file systems lock what is open for writing alone, and no folder is."""
    keys.pepper()
    back_up(database, keys, target, NOW)
    tried: list[int] = []

    def lock(handle: int, how: int) -> None:
        tried.append(handle)
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        local(handle, how)

    local = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", lock)
    restore(untouched.database, untouched.settings.data, target, NOW)
    assert len(tried) == 1
    assert untouched.keys.pepper() == keys.pepper()


@EMBEDDED
@pytest.mark.usefixtures("ready")
def test_a_folder_that_keeps_no_locks_is_refused(
    database: Database, keys: KeyFolder, target: Path, untouched: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(database, keys, target, NOW)

    def lock(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", lock)
        with pytest.raises(SettingsError, match=r"restore\.lock cannot be locked there"):
            restore(untouched.database, untouched.settings.data, target, NOW)
    restore(untouched.database, untouched.settings.data, target, NOW)
    assert contents(untouched.database, GONE | CHANGED) == contents(database, GONE | CHANGED)
