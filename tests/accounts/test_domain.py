"""Which roles one account may have together."""

from itertools import chain, combinations

import pytest

from app.accounts.domain import JOINED, THREE_ROLES, Act, Role, agreeing, may_agree, may_ask, needs_factor, refused_join

SETS = [frozenset(some) for some in chain.from_iterable(combinations(Role, size) for size in range(1, len(Role) + 1))]
ALLOWED = {
    frozenset({Role.ORGANISER, Role.SUPERVISOR}),
    frozenset({Role.SUPERVISOR, Role.LEADER}),
    frozenset({Role.SCRUTINEER, Role.LIAISON}),
}


def test_of_all_sets_these_alone_are_lawful() -> None:
    assert len(SETS) == 2 ** len(Role) - 1
    lawful = {some for some in SETS if refused_join(some) is None}
    assert lawful == {frozenset({role}) for role in Role} | ALLOWED
    assert lawful >= JOINED


def test_what_is_refused_stays_refused_with_more_roles() -> None:
    for some in SETS:
        if refused_join(some):
            assert all(refused_join(some | {role}) for role in Role)


def test_the_two_that_are_named_are_of_the_set_and_not_to_be_joined() -> None:
    for some in SETS:
        if refused := refused_join(some):
            assert {refused.one, refused.other} <= some
            assert refused_join(frozenset({refused.one, refused.other})) == refused


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ({Role.AUDITOR, Role.LEADER}, "roles_auditor"),
        ({Role.AUDITOR, Role.SYSADMIN}, "roles_auditor"),
        ({Role.ORGANISER, Role.SCRUTINEER}, "roles_box"),
        ({Role.SYSADMIN, Role.SECADMIN}, "roles_administrators"),
        ({Role.ORGANISER, Role.LIAISON}, "roles_apart"),
        ({Role.SCRUTINEER, Role.SYSADMIN}, "roles_apart"),
    ],
)
def test_it_says_why(roles: set[Role], code: str) -> None:
    refused = refused_join(roles)
    assert refused is not None
    assert (refused.code, {refused.one, refused.other}) == (code, roles)


def test_none_of_the_three_roles_is_joined_with_anything() -> None:
    assert all(refused_join({role, other}) for role in THREE_ROLES for other in set(Role) - {role})


@pytest.mark.parametrize("three_roles", [False, True])
@pytest.mark.parametrize("act", Act)
def test_joined_roles_do_with_accounts_what_either_does(act: Act, *, three_roles: bool) -> None:
    for some in SETS:
        each = [frozenset({role}) for role in some]
        assert may_ask(some, act, three_roles=three_roles) == any(
            may_ask(one, act, three_roles=three_roles) for one in each
        )
        assert may_agree(some, act, three_roles=three_roles) == bool(some & agreeing(act, three_roles=three_roles))


def test_who_organises_beside_something_else_needs_his_second_factor() -> None:
    assert needs_factor({Role.ORGANISER, Role.SUPERVISOR}, organiser_totp=True)
    assert not needs_factor({Role.SUPERVISOR, Role.LEADER}, organiser_totp=True)
