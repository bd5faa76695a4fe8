"""Where each role's pages are: the head of every page of staff, and what the roles are called."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.acting import Principal

ROLE_WORDS = {
    "organiser": "组织者",
    "scrutineer": "监票人",
    "leader": "领导",
    "auditor": "审计员",
    "liaison": "单位联络员",
    "supervisor": "督办员",
    "sysadmin": "系统管理员",
    "secadmin": "安全管理员",
}


def role_names(roles: Iterable[str]) -> list[str]:
    """Return what roles are called, in the order in which they are told."""
    wanted = set(roles)
    return [word for role, word in ROLE_WORDS.items() if role in wanted]


ACCOUNT_ROLES = ("organiser", "scrutineer", "auditor", "supervisor", "sysadmin", "secadmin")
"""Who makes accounts or agrees to them."""
_READERS = frozenset({"organiser", "leader", "liaison"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the menu; it is the current one below any of ``paths``, the first of which it leads to."""

    label: str
    roles: frozenset[str]
    paths: tuple[str, ...]


_PUBLIC = (Entry("结果公告", frozenset(), ("/notices",)), Entry("核验报告", frozenset(), ("/verify",)))
_STAFF = (
    Entry("轮次", frozenset({"organiser", "scrutineer"}), ("/rounds",)),
    Entry("结果", _READERS, ("/results",)),
    Entry("补课", _READERS | {"supervisor"}, ("/rectification",)),
    Entry("收件箱", frozenset(ROLE_WORDS), ("/inbox",)),
    Entry("活动与单位", frozenset({"organiser"}), ("/campaigns",)),
    Entry("设置", frozenset({"organiser"}), ("/staff", "/templates", "/tokens", "/holidays", "/consents", "/offices")),
    Entry("人员", frozenset(ACCOUNT_ROLES), ("/staff", "/consents", "/holidays", "/offices")),
    Entry("操作日志", frozenset({"auditor"}), ("/audit",)),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A page of settings; ``rare`` ones stand under 更多."""

    path: str
    label: str
    roles: frozenset[str]
    rare: bool = True


_SETTINGS = (
    Setting("/staff", "人员", frozenset(ACCOUNT_ROLES), rare=False),
    Setting("/templates", "报告模板", frozenset({"organiser"})),
    Setting("/tokens", "访问令牌", frozenset({"organiser"})),
    Setting("/holidays", "节假日", frozenset({"organiser", "sysadmin"})),
    Setting("/offices", "机构", frozenset({"organiser", "sysadmin"})),
)


def settings_of(staff: Principal | None) -> tuple[Setting, ...]:
    """Return the pages of settings that somebody may open."""
    return tuple(each for each in _SETTINGS if staff and not staff.roles.isdisjoint(each.roles))


def menu(staff: Principal | None) -> tuple[Entry, ...]:
    """Return what leads to somebody's pages, to each page once; to the public's where nobody is logged in."""
    if staff is None:
        return _PUBLIC
    found: list[Entry] = []
    for entry in _STAFF:
        there = {path for each in found for path in each.paths}
        if not staff.roles.isdisjoint(entry.roles) and not there.issuperset(entry.paths):
            found.append(entry)
    return tuple(found)
