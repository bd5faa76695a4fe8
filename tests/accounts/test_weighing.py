"""Whom the minutes of a round name: who had weight while it ran, and by whose link (SEC-77)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import service
from app.accounts.domain import Role
from app.accounts.models import Staff
from app.accounts.moving import holds_none, move
from app.accounts.weighing import Span, suspects
from app.audit import service as audit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.offices import service as service_of_offices
from app.offices.models import Office
from tests.cast import MORNING, PASSWORD_HASH, make_cast

AGREED = "consent"
YEAR = timedelta(days=365)


class Round:
    """A round between two acts of the log, in an installation whose first two accounts were made by its first links."""

    def __init__(self, session: Session) -> None:
        self.session = session
        links = service.first_links(session, MORNING, [Role.ORGANISER, Role.SCRUTINEER])
        names = {Role.ORGANISER: ("first", "首位"), Role.SCRUTINEER: ("second", "次位")}
        self.people = [
            service.accept_invitation(session, MORNING, link, names[role], PASSWORD_HASH)
            for role, link in links.items()
        ]
        self.begin = self.end = 0

    def note(self, action: str) -> int:
        audit.record(self.session, MORNING, audit.SYSTEM, action, "r1")
        return audit.last_number(self.session, action, "r1") or 0

    def freeze(self) -> None:
        self.begin = self.note("round.freeze")

    def count(self) -> None:
        self.end = self.note("round.count")

    def make(self, login: str, actor: Principal = audit.SYSTEM, roles: str = "scrutineer") -> str:
        service.create_account(self.session, MORNING, actor, (login, login, roles), AGREED)
        return self.session.scalars(select(Staff.id).where(Staff.login == login)).one()

    def link(self, staff_id: str) -> None:
        """Link an account anew, with somebody's consent."""
        service.reissue_link(self.session, MORNING, self.people[0], staff_id, AGREED)

    def named(self) -> tuple[list[str], list[str]]:
        """Return the log-in names of the fresh ones, and of those that were linked at the machine."""
        found = suspects(self.session, "root", Span(self.begin, self.end))
        return sorted(one.login for one in found.fresh), sorted(one.login for one in found.from_machine)


@pytest.fixture
def ran(database: Database) -> Iterator[Round]:
    with database.writing() as session:
        yield Round(session)


def test_whoever_opened_the_first_links_is_named(ran: Round) -> None:
    """The attack: who installs it opens both links himself, and is two people without anybody's consent."""
    ran.freeze()
    ran.count()
    assert ran.named() == ([], ["first", "second"])


def test_a_first_link_that_was_opened_after_the_freeze_is_fresh_too(database: Database) -> None:
    with database.writing() as session:
        links = service.first_links(session, MORNING, [Role.ORGANISER, Role.SCRUTINEER])
        begin = audit.last_before(session, MORNING + YEAR) + 1
        service.accept_invitation(session, MORNING, links[Role.SCRUTINEER], ("ghost", "幽灵"), PASSWORD_HASH)
        found = suspects(session, "root", Span(begin, audit.last_before(session, MORNING + YEAR)))
        assert [one.login for one in found.fresh] == [one.login for one in found.from_machine] == ["ghost"]


def test_they_are_named_until_others_agree_to_their_links(ran: Round) -> None:
    ran.link(ran.people[1].id)
    ran.freeze()
    ran.count()
    assert ran.named() == ([], ["first"])


def test_accounts_of_which_an_older_log_tells_nothing_came_from_the_machine(ran: Round) -> None:
    make_cast(ran.session)
    ran.link("idlisi")
    ran.freeze()
    ran.count()
    named = ran.named()[1]
    assert {"zhangsan", "wangwu"} <= set(named)
    assert {"lisi", "zhaoliu"}.isdisjoint(named)


def test_what_became_of_them_since_changes_no_minutes(ran: Round) -> None:
    """The attack: linked anew, without a role or in another office before anybody prints, ghosts stood nowhere."""
    ran.session.add(Office(id="east", parent_id="root", name="east", position=0, is_closed=False))
    ran.session.flush()
    ghosts = [ran.make(login) for login in ("ghost-a", "ghost-b", "ghost-c", "ghost-d")]
    ran.freeze()
    late = ran.make("late", ran.people[0])
    ran.count()
    before = ran.named()
    assert before == (["late"], ["first", "ghost-a", "ghost-b", "ghost-c", "ghost-d", "second"])
    for staff_id in (*(one.id for one in ran.people), ghosts[0], late):
        ran.link(staff_id)
    service.give_roles(ran.session, MORNING, ran.people[0], ghosts[1], "leader")
    service.give_roles(ran.session, MORNING, ran.people[0], ghosts[1], "liaison")
    service.set_disabled(ran.session, MORNING, ran.people[0], ghosts[2], disabled=True)
    service.set_disabled(ran.session, MORNING, ran.people[0], ghosts[2], disabled=False)
    move(Acting(ran.session, MORNING, ran.people[0]), ghosts[3], "east", holds_none)
    ran.make("year-later")
    leader = ran.make("leader", ran.people[0], "leader")
    service.give_roles(ran.session, MORNING, ran.people[0], leader, "scrutineer")
    assert ran.named() == before


def test_what_became_of_the_offices_since_changes_no_minutes(ran: Round) -> None:
    """The attack: the office of a ghost is put below another, or closes itself, before anybody prints."""
    acting = Acting(ran.session, MORNING, ran.people[0])
    town, east = service_of_offices.add(acting, "root", "town"), service_of_offices.add(acting, "root", "east")
    village = service_of_offices.add(acting, town, "village")
    ghost = ran.make("ghost")
    move(acting, ghost, town, holds_none)
    ran.freeze()
    ran.count()

    def named() -> set[str]:
        found = suspects(ran.session, village, Span(ran.begin, ran.end))
        return {one.login for one in found.from_machine}

    assert named() == {"first", "ghost", "second"}
    service_of_offices.edit(acting, village, "village", east, lambda *_: [])
    of_village = Principal("chief", "chief", "organiser", office_id=village, reach=(village,))
    service_of_offices.set_closed(Acting(ran.session, MORNING, of_village), village, lambda *_: [], closed=True)
    assert named() == {"first", "ghost", "second"}


def test_a_clock_that_was_set_ahead_or_back_hides_nobody(ran: Round) -> None:
    """The attack: who is at the machine sets its clock; a link seems to come after the opening, or before another."""
    ghost, agreed = ran.make("ghost", ran.people[0]), ran.make("agreed", ran.people[0])
    ran.freeze()
    service.reissue_link(ran.session, MORNING + YEAR, audit.SYSTEM, ghost)
    service.reissue_link(ran.session, MORNING - YEAR, audit.SYSTEM, agreed)
    ran.count()
    assert ran.named() == (["agreed", "ghost"], ["agreed", "first", "ghost", "second"])


@pytest.mark.parametrize(("roles", "fresh"), [("scrutineer liaison", ["known"]), ("scrutineer", [])])
def test_a_role_that_is_added_makes_fresh_and_one_that_goes_does_not(ran: Round, roles: str, fresh: list[str]) -> None:
    known = ran.make("known", ran.people[0], "scrutineer" if fresh else "scrutineer liaison")
    ran.freeze()
    service.give_roles(ran.session, MORNING, ran.people[0], known, roles)
    ran.count()
    assert ran.named()[0] == fresh
