"""The key before the opening: made for named holders, read back from paper, and nowhere in clear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.box import reads, service
from app.box.shares import combine, matches
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds.models import Round
from app.rounds.reads import get_round
from tests.box.boxes import HOLDERS, NOON, hall_paper, make_box, make_round, make_staff


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


@pytest.fixture
def acting(database: Database) -> Iterator[Acting]:
    """王五 is not asked: an organiser with a ready round."""
    with database.writing() as session:
        actor = make_staff(session)
        make_round(session, hall_paper())
        yield Acting(session, NOON, actor)


def refused(code: str, act: object, *args: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act(*args)  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def key_of(session: Session) -> reads.KeyView:
    found = reads.key_of(session, "r1")
    assert found is not None
    return found


def test_it_works(acting: Acting, folder: KeyFolder) -> None:
    session = acting.session
    steps = service.before_opening(session, get_round(session, "r1"))
    assert [step.done for step in steps] == [False, False]
    shares = service.make_key(acting, folder, "r1", HOLDERS)
    assert len(shares) == 3
    for number, share in enumerate(shares, start=1):
        service.check_share(acting, "r1", number, share.upper().replace(" ", "\n"))
        steps = service.before_opening(session, get_round(session, "r1"))
        assert [step.done for step in steps] == [True, number == 3]
        assert steps[1].detail == f"{number}/3"
    key = key_of(session)
    assert [holder.name for holder in key.holders] == list(HOLDERS)
    assert matches(combine(shares[1:], folder.read_part("r1"), "r1"), key.public_key)


def test_one_of_one_works(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        acting = Acting(session, NOON, make_staff(session))
        make_round(session, hall_paper(), needed=1, holders=1)
        [share] = service.make_key(acting, folder, "r1", ["张三"])
        service.check_share(acting, "r1", 1, share)
        assert key_of(session).is_checked


def test_a_key_made_anew_replaces_the_old_one(acting: Acting, folder: KeyFolder) -> None:
    old = service.make_key(acting, folder, "r1", HOLDERS)
    service.check_share(acting, "r1", 1, old[0])
    new = service.make_key(acting, folder, "r1", ("甲", "乙", "丙"))
    assert key_of(acting.session).checked == 0
    refused("share_unknown", service.check_share, acting, "r1", 1, old[0])
    service.check_share(acting, "r1", 1, new[0])


def test_an_undone_renewal_leaves_the_old_key_working(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        actor = make_staff(session)
        make_round(session, hall_paper())
        shares = service.make_key(Acting(session, NOON, actor), folder, "r1", HOLDERS)
    with database.engine.connect() as connection, Session(connection) as session:
        service.make_key(Acting(session, NOON, actor), folder, "r1", HOLDERS)
        session.rollback()
    with database.reading() as session:
        assert matches(combine(shares[:2], folder.read_part("r1"), "r1"), key_of(session).public_key)


def test_it_refuses_the_wrong_slip(acting: Acting, folder: KeyFolder) -> None:
    shares = service.make_key(acting, folder, "r1", HOLDERS)
    error = refused("share_of_other", service.check_share, acting, "r1", 1, shares[1])
    assert error.params["name"] == "李四"
    words = shares[0].split()
    error = refused(
        "share_word_unknown", service.check_share, acting, "r1", 1, " ".join([*words[:6], "qqqq", *words[7:]])
    )
    assert error.params["position"] == 7
    refused("share_checksum", service.check_share, acting, "r1", 1, " ".join([words[1], words[0], *words[2:]]))
    assert key_of(acting.session).checked == 0


@pytest.mark.parametrize(
    ("holders", "code"),
    [
        (("张三", "李四"), "holder_missing"),
        (("张三", "李四", " "), "holder_missing"),
        (("张三", "李四", "李四"), "holder_twice"),
        (("张三", "李四", "王" * 41), "field_too_long"),
    ],
)
def test_it_refuses_wrong_holders(acting: Acting, folder: KeyFolder, holders: tuple[str, ...], code: str) -> None:
    refused(code, service.make_key, acting, folder, "r1", holders)


@pytest.mark.parametrize("state", ["draft", "open", "sealed", "counted", "void"])
def test_it_refuses_a_key_in_any_other_state(acting: Acting, folder: KeyFolder, state: str) -> None:
    shares = service.make_key(acting, folder, "r1", HOLDERS)
    acting.session.get_one(Round, "r1").state = state
    acting.session.flush()
    refused("round_wrong_state", service.make_key, acting, folder, "r1", HOLDERS)
    refused("round_wrong_state", service.check_share, acting, "r1", 1, shares[0])


def test_the_words_are_nowhere(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        acting = Acting(session, NOON, make_staff(session))
        make_round(session, hall_paper())
        shares = service.make_key(acting, folder, "r1", HOLDERS)
        for number, share in enumerate(shares, start=1):
            service.check_share(acting, "r1", number, share)
    with database.reading() as session:
        log = " ".join(entry.detail for entry in session.scalars(select(AuditEntry)))
    assert not any(word in log.split() for share in shares for word in share.split())
    assert "李四" in log


def test_purging_leaves_nothing(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        actor = make_staff(session)
    make_box(database, folder, actor, hall_paper(), {"residents": 6, "staff": 6})
    with database.writing() as session:
        service.purge(session, folder, "r1")
        assert reads.key_of(session, "r1") is None
    with database.reading() as session:
        assert reads.stacks(session, "r1") == {}
    assert folder.parts() == set()
