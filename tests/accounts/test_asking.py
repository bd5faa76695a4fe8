"""Acts on accounts of weight: asked by one, agreed to by an older other (SEC-77); and the three roles (三员)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts import asking, handover, service
from app.accounts.asking import KIND
from app.accounts.domain import Act, Role, roles_offered
from app.accounts.models import Staff
from app.accounts.moving import holds_none
from app.accounts.weighing import Span, suspects
from app.audit.service import last_before
from app.consents.reads import waiting
from app.core.acting import Acting
from app.core.db import Database
from tests.cast import MORNING, PASSWORD_HASH, make_cast, refuses

FRESH = ("zhouba", "周八", "scrutineer")
LATER = MORNING + timedelta(hours=1)


class People:
    """Everybody of the cast, an hour after their accounts were made."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cast = make_cast(session)

    def acting(self, login: str) -> Acting:
        return Acting(self.session, LATER, self.cast[login])

    def admit(self, login: str, role: Role) -> None:
        """Add an account of another role."""
        fields = (login, login, role.value)
        service.create_account(self.session, MORNING, self.cast["zhangsan"], fields)
        found = next(staff for staff in service.everyone(self.session) if staff.login == login)
        self.cast[login] = service.principal(found)

    def asked(self) -> str:
        [consent] = waiting(self.session, KIND)
        return consent.id

    def fresh(self) -> list[str]:
        """Return whom the minutes of a round name that ran all the while."""
        found = suspects(self.session, "root", Span(1, last_before(self.session, LATER + timedelta(1))))
        return [staff.login for staff in found.fresh]

    def find(self, login: str) -> Staff | None:
        return next((staff for staff in service.everyone(self.session) if staff.login == login), None)


@pytest.fixture
def people(database: Database) -> Iterator[People]:
    with database.writing() as session:
        yield People(session)


def agree(people: People, login: str, *, three_roles: bool = False) -> asking.Outcome:
    return asking.decide(people.acting(login), people.asked(), holds_none, granted=True, three_roles=three_roles)


@pytest.mark.parametrize("second", ["qianer", "lisi", "sunqi", "zhengshi"])
def test_it_works(people: People, second: str) -> None:
    assert not asking.create(people.acting("zhangsan"), FRESH, three_roles=False).is_done
    assert people.find("zhouba") is None
    outcome = agree(people, second)
    assert outcome.is_done
    assert service.invitation(people.session, LATER, outcome.token)[1] is people.find("zhouba")


@pytest.mark.parametrize("role", ["leader", "liaison"])
def test_other_accounts_are_made_at_once(people: People, role: str) -> None:
    outcome = asking.create(people.acting("zhangsan"), ("zhouba", "周八", role), three_roles=False)
    assert outcome.is_done
    assert outcome.token


def test_one_organiser_cannot_play_all_three_key_holders(people: People) -> None:
    """The attack that opened a box: a second self as scrutineer, others taken over by fresh links."""
    attacker = people.acting("zhangsan")
    assert not asking.create(attacker, FRESH, three_roles=False).token
    with refuses("approval_own"):
        agree(people, "zhangsan")
    for login in ("lisi", "wangwu"):
        assert not asking.change(attacker, Act.LINK, people.cast[login].id, three_roles=False).token
        found = people.find(login)
        assert found is not None
        assert found.password_hash
    assert not asking.change(attacker, Act.ROLE, people.cast["zhaoliu"].id, "scrutineer", three_roles=False).is_done
    assert [consent.granted for consent in waiting(people.session, KIND)] == [None] * 4


@pytest.mark.parametrize("role", ["leader", "liaison"])
@pytest.mark.parametrize("when", ["before", "while it waits"])
def test_nobody_makes_a_second_self_by_way_of_an_account_without_weight(people: People, role: str, when: str) -> None:
    """The attack: an account whose link the attacker has alone is given a role that holds a key."""
    attacker = people.acting("zhangsan")
    link = asking.create(attacker, ("zhouba", "周八", role), three_roles=False).token
    ghost = people.find("zhouba")
    assert ghost is not None
    if when == "before":
        service.accept_invitation(people.session, LATER, link, ("", ""), PASSWORD_HASH)
    roles = "scrutineer liaison" if role == "liaison" else "scrutineer"
    assert not asking.change(attacker, Act.ROLE, ghost.id, roles, three_roles=False).is_done
    if when == "while it waits":
        link = asking.change(attacker, Act.LINK, ghost.id, three_roles=False).token
        service.accept_invitation(people.session, LATER, link, ("", ""), PASSWORD_HASH)
    fresh = asking.change(attacker, Act.LINK, people.cast["wujiu"].id, three_roles=False).token
    assert fresh, "the account of a liaison is linked anew by one person"
    outcome = agree(people, "lisi")
    assert ghost.password_hash is None
    with refuses("invitation_invalid"):
        service.invitation(people.session, LATER, link)
    invitation, whose = service.invitation(people.session, LATER, outcome.token)
    assert whose is ghost
    assert handover.is_asked(invitation)
    assert [login for _, login, _ in asking.to_hand_over(attacker)] == ["zhouba"]
    assert not asking.to_hand_over(people.acting("lisi"))


def test_who_had_weight_before_keeps_his_password(people: People) -> None:
    supervisor = people.find("zhengshi")
    assert supervisor is not None
    asking.change(people.acting("zhangsan"), Act.ROLE, supervisor.id, "organiser supervisor", three_roles=False)
    assert not agree(people, "lisi").token
    assert supervisor.password_hash


def test_a_younger_account_does_not_agree(people: People) -> None:
    asking.change(people.acting("zhangsan"), Act.LINK, people.cast["lisi"].id, three_roles=False)
    ghost = people.find("wangwu")
    assert ghost is not None
    ghost.created_at = LATER + timedelta(seconds=1)
    with refuses("approval_younger"):
        agree(people, "wangwu")
    ghost.created_at, ghost.linked_at = MORNING, LATER + timedelta(seconds=1)
    with refuses("approval_younger"):
        agree(people, "wangwu")
    assert agree(people, "sunqi").token


@pytest.mark.parametrize("login", ["zhaoliu", "wujiu"])
def test_who_has_no_weight_does_not_agree(people: People, login: str) -> None:
    asking.create(people.acting("zhangsan"), FRESH, three_roles=False)
    with refuses("account_act_refused"):
        agree(people, login)


@pytest.mark.parametrize("granted", [True, False])
def test_who_sees_nothing_of_its_office_does_not_answer(people: People, *, granted: bool) -> None:
    asking.create(people.acting("zhangsan"), FRESH, three_roles=False)
    people.cast["lisi"] = replace(people.cast["lisi"], role="scrutineer", office_id="elsewhere")
    with refuses("not_found"):
        asking.decide(people.acting("lisi"), people.asked(), holds_none, granted=granted, three_roles=False)
    assert people.find("zhouba") is None


def test_enabling_and_roles_wait_and_disabling_does_not(people: People) -> None:
    lisi = people.find("lisi")
    assert lisi is not None
    assert asking.change(people.acting("zhangsan"), Act.DISABLE, lisi.id, three_roles=False).is_done
    assert lisi.disabled
    assert not asking.change(people.acting("zhangsan"), Act.ENABLE, lisi.id, three_roles=False).is_done
    assert lisi.disabled
    agree(people, "wangwu")
    assert not lisi.disabled
    assert not asking.change(people.acting("zhangsan"), Act.ROLE, lisi.id, "leader", three_roles=False).is_done
    agree(people, "wangwu")
    assert lisi.roles == {"leader"}


def test_the_same_is_asked_once_and_can_be_withdrawn(people: People) -> None:
    asking.create(people.acting("zhangsan"), FRESH, three_roles=False)
    with refuses("approval_waiting"):
        asking.create(people.acting("qianer"), FRESH, three_roles=False)
    asking.decide(people.acting("zhangsan"), people.asked(), holds_none, granted=False, three_roles=False)
    assert people.find("zhouba") is None
    with refuses("login_name_taken"):
        asking.create(people.acting("zhangsan"), ("lisi", "李四", "scrutineer"), three_roles=False)
    with refuses("own_account"):
        asking.change(people.acting("zhangsan"), Act.LINK, people.cast["zhangsan"].id, three_roles=False)


def test_three_roles_share_what_an_organiser_did(people: People) -> None:
    people.admit("zhu", Role.SYSADMIN)
    people.admit("qin", Role.SECADMIN)
    for login in ("zhangsan", "qin", "sunqi"):
        with refuses("account_act_refused"):
            asking.create(people.acting(login), FRESH, three_roles=True)
    assert not asking.create(people.acting("zhu"), ("zhouba", "周八", "leader"), three_roles=True).is_done
    for login in ("zhangsan", "sunqi"):
        with refuses("account_act_refused"):
            agree(people, login, three_roles=True)
    assert agree(people, "qin", three_roles=True).token
    zhouba = people.find("zhouba")
    assert zhouba is not None
    with refuses("account_act_refused"):
        asking.change(people.acting("zhu"), Act.ROLE, zhouba.id, "scrutineer", three_roles=True)
    assert not asking.change(people.acting("qin"), Act.ROLE, zhouba.id, "scrutineer", three_roles=True).is_done
    agree(people, "zhu", three_roles=True)
    assert zhouba.roles == {"scrutineer"}


def test_accounts_of_weight_made_or_linked_anew_are_known(people: People) -> None:
    asking.change(people.acting("zhangsan"), Act.LINK, people.cast["lisi"].id, three_roles=False)
    agree(people, "wangwu")
    asking.create(people.acting("zhangsan"), ("zhouba", "周八", "leader"), three_roles=False)
    assert people.fresh() == ["lisi"]


def test_roles_of_the_three_are_offered_where_they_are_in_force() -> None:
    assert set(roles_offered(three_roles=True)) == set(Role)
    assert set(Role) - set(roles_offered(three_roles=False)) == {Role.SYSADMIN, Role.SECADMIN}


def test_a_role_that_is_added_waits_for_an_older_other_and_makes_its_account_young(people: People) -> None:
    lisi = people.find("lisi")
    assert lisi is not None
    asked = asking.change(people.acting("zhangsan"), Act.ROLE, lisi.id, "scrutineer liaison", three_roles=False)
    assert not asked.is_done
    assert lisi.roles == {"scrutineer"}
    agree(people, "wangwu")
    assert lisi.roles == {"scrutineer", "liaison"}
    assert people.fresh() == ["lisi"]
    service.check_is_older(people.session, people.cast["lisi"], LATER)
    with refuses("approval_younger"):
        service.check_is_older(people.session, people.cast["lisi"], LATER - timedelta(minutes=1))


def test_it_refuses_roles_that_may_not_be_joined(people: People) -> None:
    zhengshi = people.cast["zhengshi"].id
    with refuses("roles_box"):
        asking.create(people.acting("zhangsan"), ("zhouba", "周八", "organiser scrutineer"), three_roles=False)
    with refuses("roles_auditor"):
        asking.change(people.acting("zhangsan"), Act.ROLE, zhengshi, "supervisor auditor", three_roles=False)
    with refuses("field_not_a_choice"):
        asking.change(people.acting("zhangsan"), Act.ROLE, zhengshi, "cook", three_roles=False)
