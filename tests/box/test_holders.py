"""Key-holders draw and read back in their own log-ins; the key is made when all have (SEC-77)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import Staff, StaffUnit
from app.audit.models import AuditEntry
from app.box import holders, jobs, key_making, letters, reads, splitting, unlocking
from app.box.holder_secret import SECRET_BYTES, public_half, signs_of_secret
from app.box.models import KeyHolder, OpeningJob, RoundKey
from app.box.seal import SEALED_OVERHEAD
from app.box.service import before_opening, public_key
from app.campaigns.models import Unit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.inbox.models import InboxItem
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.rounds.reads import frozen_paper, get_round
from tests.box.boxes import NOON, hall_paper, make_round
from tests.cast import make_cast, refuses
from tests.found import some

LOGINS = ("zhangsan", "lisi", "wangwu")


@dataclass
class Table:
    """A ready round r1, everybody of the cast, and what each holder has on his slip."""

    session: Session
    folder: KeyFolder
    people: dict[str, Principal]
    secrets: dict[str, bytes] = field(default_factory=dict)

    def acting(self, login: str) -> Acting:
        return Acting(self.session, NOON, self.people[login])

    def name(self, *logins: str) -> None:
        holders.name_holders(self.acting("zhangsan"), "r1", [self.people[login].id for login in logins])

    def draw(self, *logins: str) -> None:
        for login in logins:
            self.secrets[login] = token_bytes(16)
            holders.draw(self.acting(login), "r1", public_half(self.secrets[login], "r1"))

    def read_back(self, *logins: str) -> None:
        for login in logins:
            holders.read_back(self.acting(login), "r1", public_half(self.secrets[login], "r1"))

    def make(self) -> bool:
        order = key_making.order_for(self.session, self.folder, "r1")
        made = order is not None and key_making.keep(self.acting("zhangsan"), order, splitting.new_key(order))
        self.session.flush()
        return made

    def await_secrets(self) -> None:
        """Let an opening wait for the holders, as its process would."""
        at = {"started_at": NOON, "seen_at": NOON, "phase": jobs.WAITING, "public_key": b"\0" * 32}
        told = {"id": "job", "process": "", "done": 0, "total": 0, "request": "", "error": "", "params": "{}"}
        self.session.add(OpeningJob(round_id="r1", **at, **told))
        letters.tell_awaited(self.acting("zhaoliu"), get_round(self.session, "r1"))
        self.session.flush()

    def opens(self, *logins: str) -> bool:
        """Whether these secrets give the key."""
        table = unlocking.lay_out(self.session, "r1", [self.secrets[login] for login in logins])
        return bool(unlocking.unlock(table, self.folder))


@pytest.fixture
def table(database: Database, tmp_path: Path) -> Iterator[Table]:
    with database.writing() as session:
        people = make_cast(session)
        make_round(session, hall_paper())
        yield Table(session, KeyFolder(tmp_path / "data" / "keys"), people)


@pytest.fixture
def keyed(table: Table) -> Table:
    """The same with a key."""
    table.name(*LOGINS)
    table.draw(*LOGINS)
    table.read_back(*LOGINS)
    assert table.make()
    return table


def test_it_works(table: Table) -> None:
    table.name(*LOGINS)
    for login in LOGINS:
        assert not table.make()
        table.draw(login)
        assert not table.make()
        table.read_back(login)
    assert table.make()
    key = reads.key_of(table.session, "r1")
    assert key is not None
    assert [holder.name for holder in key.holders] == ["张三", "李四", "王五"]
    assert all(holder.is_person and holder.part for holder in some(key.holders))
    assert table.opens("wangwu", "zhangsan")
    assert table.opens("lisi", "wangwu")
    assert not table.make()


def letters_of(table: Table) -> list[tuple[str, str]]:
    """Return who was told, and where it leads him, in the order of log-in names."""
    logins = {person.id: login for login, person in table.people.items()}
    found = table.session.execute(select(InboxItem.staff_id, InboxItem.href))
    return sorted((logins[staff_id], href) for staff_id, href in found)


def test_holders_are_told_in_their_inboxes_what_they_have_to_do(table: Table) -> None:
    table.name("zhangsan", "lisi", "wangwu")
    assert letters_of(table) == [("lisi", "/rounds/r1/key"), ("wangwu", "/rounds/r1/key")], "not who named them"
    table.draw("lisi")
    table.session.execute(delete(InboxItem))
    table.name("zhangsan", "lisi", "wangwu")
    assert letters_of(table) == [("wangwu", "/rounds/r1/key")], "not again who has drawn"
    table.session.execute(delete(InboxItem))
    letters.tell_awaited(table.acting("zhangsan"), get_round(table.session, "r1"))
    assert letters_of(table) == [("lisi", "/rounds/r1/opening"), ("wangwu", "/rounds/r1/opening")]
    rehearsal = replace(get_round(table.session, "r1"), rehearsal_of="r0")
    letters.tell_awaited(table.acting("zhangsan"), rehearsal)
    assert len(letters_of(table)) == 2, "the pages of a rehearsal are gone when the round opens"


def unread(table: Table) -> list[str]:
    """Return where unread letters lead those who have any."""
    query = select(InboxItem.staff_id, InboxItem.href).where(InboxItem.read_at.is_(None))
    logins = {person.id: login for login, person in table.people.items()}
    return sorted(f"{logins[staff_id]} {href}" for staff_id, href in table.session.execute(query))


def test_a_letter_waits_until_what_it_asks_for_is_done(table: Table) -> None:
    table.name(*LOGINS)
    table.draw(*LOGINS)
    table.read_back("lisi")
    assert unread(table) == ["wangwu /rounds/r1/key"]
    table.read_back("zhangsan", "wangwu")
    assert table.make()
    table.session.get_one(Round, "r1").state = RoundState.SEALED
    for second in ("lisi", "zhangsan"):
        table.await_secrets()
        assert [each.split()[0] for each in unread(table)] == sorted(LOGINS)
        sealed = bytes(SECRET_BYTES + SEALED_OVERHEAD)
        jobs.give_sealed(table.acting("wangwu"), "r1", LOGINS.index("wangwu") + 1, sealed)
        assert [each.split()[0] for each in unread(table)] == ["lisi", "zhangsan"]
        jobs.give_sealed(table.acting(second), "r1", LOGINS.index(second) + 1, sealed)
        assert unread(table) == [], "enough have come"
        jobs.forget(table.session, "r1")


def test_a_key_is_made_in_a_child_that_then_ends(table: Table) -> None:
    table.name(*LOGINS)
    table.draw(*LOGINS)
    table.read_back(*LOGINS)
    order = key_making.order_for(table.session, table.folder, "r1")
    assert order is not None
    with ThreadPoolExecutor(1) as aside:  # holds no transaction, as the table does
        made = aside.submit(key_making.new_key_elsewhere, order).result()
    assert key_making.keep(table.acting("lisi"), order, made)
    assert table.opens("lisi", "zhangsan")


def test_one_of_one_works(table: Table) -> None:
    row = table.session.get_one(Round, "r1")
    row.key_needed = row.key_holders = 1
    table.name("zhangsan")
    table.draw("zhangsan")
    table.read_back("zhangsan")
    assert table.make()
    assert table.opens("zhangsan")


def test_who_draws_anew_must_read_back_anew_and_the_key_is_made_anew(keyed: Table) -> None:
    old = dict(keyed.secrets)
    keyed.draw("lisi")
    assert reads.key_of(keyed.session, "r1") is None
    assert [holder.part for holder in reads.holders_of(keyed.session, "r1")] == [None] * 3
    assert not keyed.make()
    with refuses("share_unknown"):
        holders.read_back(keyed.acting("lisi"), "r1", public_half(old["lisi"], "r1"))
    keyed.read_back("lisi")
    assert keyed.make()
    assert keyed.opens("lisi", "zhangsan")
    keyed.secrets = old
    assert keyed.opens("zhangsan", "wangwu")
    with refuses("share_unknown"):
        keyed.opens("lisi", "wangwu")


def test_who_stays_keeps_his_secret_when_another_is_replaced(table: Table) -> None:
    row = table.session.get_one(Round, "r1")
    row.key_holders = row.key_needed = 2
    table.name("zhangsan", "lisi")
    table.draw("zhangsan", "lisi")
    table.read_back("zhangsan", "lisi")
    assert table.make()
    table.name("wangwu", "zhangsan")
    found = reads.holders_of(table.session, "r1")
    assert [(holder.name, holder.checked_at is not None) for holder in found] == [("王五", False), ("张三", True)]
    assert reads.key_of(table.session, "r1") is None
    table.draw("wangwu")
    table.read_back("wangwu")
    assert table.make()
    assert table.opens("wangwu", "zhangsan")


def test_a_key_of_halves_that_changed_meanwhile_is_not_kept(table: Table) -> None:
    table.name(*LOGINS)
    table.draw(*LOGINS)
    table.read_back(*LOGINS)
    order = key_making.order_for(table.session, table.folder, "r1")
    assert order is not None
    table.draw("wangwu")
    assert not key_making.keep(table.acting("lisi"), order, splitting.new_key(order))
    table.read_back("wangwu")
    assert not key_making.keep(table.acting("lisi"), order, splitting.new_key(order))


def test_a_key_that_was_swapped_in_the_database_is_not_sealed_to(keyed: Table) -> None:
    """The attack: ballots sealed to a key of somebody who has the database can be read by him as they fall in."""
    own = X25519PrivateKey.generate().public_key().public_bytes_raw()
    keyed.session.execute(update(RoundKey).values(public_key=own))
    keyed.session.expire_all()
    with refuses("key_swapped"):
        public_key(keyed.session, "r1")
    keyed.draw("lisi")
    keyed.read_back("lisi")
    assert keyed.make()
    assert public_key(keyed.session, "r1") not in {own, b""}
    assert keyed.opens("lisi", "wangwu")


def test_a_key_of_an_earlier_version_is_taken_as_it_stands(keyed: Table) -> None:
    keyed.folder.destroy_part("r1")
    assert public_key(keyed.session, "r1")


def test_it_refuses_anothers_slip_and_another_rounds(keyed: Table) -> None:
    with refuses("share_of_other") as caught:
        holders.read_back(keyed.acting("zhangsan"), "r1", public_half(keyed.secrets["lisi"], "r1"))
    assert caught.value.params["name"] == "李四"
    with refuses("share_unknown"):
        holders.read_back(keyed.acting("zhangsan"), "r1", public_half(keyed.secrets["zhangsan"], "r2"))


def test_nobody_else_draws_or_reads_back(keyed: Table) -> None:
    for login in ("qianer", "sunqi"):
        with refuses("holder_not_you"):
            keyed.draw(login)
        with refuses("holder_not_you"):
            keyed.read_back(login)


@pytest.mark.parametrize("half", [b"", bytes(31), bytes(32), (1).to_bytes(32, "little"), b"x" * 33])
def test_it_refuses_what_is_no_public_half(keyed: Table, half: bytes) -> None:
    with refuses("holder_half_bad"):
        holders.draw(keyed.acting("lisi"), "r1", half)
    assert keyed.opens("lisi", "wangwu")


def test_it_refuses_the_half_of_another_holder(keyed: Table) -> None:
    with refuses("holder_half_bad"):
        holders.draw(keyed.acting("lisi"), "r1", public_half(keyed.secrets["wangwu"], "r1"))


@pytest.mark.parametrize(
    ("logins", "code"),
    [
        (("zhangsan", "lisi"), "holder_missing"),
        (("zhangsan", "lisi", "lisi"), "holder_twice"),
        (("zhangsan", "lisi", "sunqi"), "field_not_a_choice"),
        (("zhangsan", "lisi", "zhaoliu"), "field_not_a_choice"),
        (("zhangsan", "qianer", "lisi"), "holder_organisers"),
    ],
)
def test_it_refuses_wrong_holders(table: Table, logins: tuple[str, ...], code: str) -> None:
    with refuses(code):
        table.name(*logins)


def test_a_role_that_was_changed_since_is_counted_again(keyed: Table) -> None:
    steps = {step.code: step.done for step in before_opening(keyed.session, get_round(keyed.session, "r1"))}
    assert steps["key_people"]
    keyed.session.get_one(Staff, keyed.people["lisi"].id).roles = {"organiser"}
    keyed.session.flush()
    steps = {step.code: step.done for step in before_opening(keyed.session, get_round(keyed.session, "r1"))}
    assert not steps["key_people"]
    with refuses("holder_organisers"):
        keyed.draw("wangwu")
    with refuses("holder_organisers"):
        holders.check_holders(keyed.session, "r1", [keyed.people[login].id for login in ("zhangsan", "lisi")])
    holders.check_holders(keyed.session, "r1", [keyed.people[login].id for login in ("lisi", "wangwu")])


def make_liaison(table: Table, login: str, unit_id: str) -> None:
    """Let somebody speak for a unit beside what he does; the paper's units stand in no campaign."""
    table.session.get_one(Staff, table.people[login].id).roles = {"scrutineer", "liaison"}
    if table.session.get(Unit, unit_id) is None:
        campaign_id = get_round(table.session, "r1").campaign_id
        table.session.add(Unit(id=unit_id, campaign_id=campaign_id, name=unit_id, position=9))
    table.session.flush()
    table.session.add(StaffUnit(staff_id=table.people[login].id, unit_id=unit_id))
    table.session.flush()


def test_it_refuses_who_speaks_for_a_unit_of_the_round(table: Table) -> None:
    row, paper = get_round(table.session, "r1"), frozen_paper(table.session, "r1")[0]
    make_liaison(table, "wangwu", "elsewhere")
    table.name(*LOGINS)
    held = holders.held_over(table.session, row.campaign_id)
    assert held == {(table.people[login].id, unit.id): row.title for login in LOGINS for unit in paper.units}
    make_liaison(table, "wangwu", paper.units[0].id)
    steps = {step.code: step for step in before_opening(table.session, row)}
    assert (steps["key_liaisons"].done, steps["key_liaisons"].detail) == (False, "王五")
    with refuses("holder_liaison"):
        table.draw("wangwu")
    with refuses("holder_liaison"):
        table.name(*LOGINS)
    table.session.get_one(Round, "r1").state = "counted"
    table.session.flush()
    assert holders.held_over(table.session, row.campaign_id) == {}


@pytest.mark.parametrize("state", ["draft", "open", "sealed", "counted", "void"])
def test_it_refuses_in_any_other_state(keyed: Table, state: str) -> None:
    keyed.session.get_one(Round, "r1").state = state
    keyed.session.flush()
    for act, logins in ((keyed.name, LOGINS), (keyed.draw, ("lisi",)), (keyed.read_back, ("lisi",))):
        with refuses("round_wrong_state"):
            act(*logins)
    assert not keyed.make()


def test_the_secrets_are_nowhere(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        people = make_cast(session)
        make_round(session, hall_paper())
        table = Table(session, KeyFolder(tmp_path / "data" / "keys"), people)
        table.name(*LOGINS)
        table.draw(*LOGINS)
        table.read_back(*LOGINS)
        assert table.make()
    with database.reading() as session:
        log = " ".join(entry.detail for entry in session.scalars(select(AuditEntry)))
        rows = b"".join((row.public_key or b"") + (row.part or b"") for row in session.scalars(select(KeyHolder)))
    for secret in table.secrets.values():
        assert not any(group in log for group in signs_of_secret(secret).split())
        assert secret not in rows
    assert "李四" in log
