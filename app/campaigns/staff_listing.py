"""A list of staff out of a sheet: names, log-in names, roles, and for whom a liaison speaks; every bad cell is named.

Who has no log-in name is given one; who is a liaison of the same unit already, under the same name, is known; who has
an account as liaison, by log-in name or as the only one of that name, is attached to his units with it.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.accounts.domain import Role, refused_join
from app.accounts.service import LOGIN_SHAPE
from app.campaigns.both_names import BothNames
from app.campaigns.list_table import named, parts_of
from app.campaigns.rules import strange_in_name
from app.core.errors import Ours
from app.core.folding import folded
from app.office.sheets import tables
from app.office.sheets.listings import Listing
from app.office.sheets.tables import SHOWN, CellProblem, Reading, Table, has_needed, left_sheets, unseen_in
from app.office.workbook import Row, Sheet, Workbook

SHEETS = ("工作人员", "人员", "联络员", "人员名单", "联络员名单", "Staff")
MAX_STAFF = 500
MAX_NAME = 40
LISTING: Final = Listing(
    {
        "order": ("序号", "编号", "序", "No."),
        "name": ("姓名", "人员姓名", "名字", "联络员", "联络员姓名", "工作人员", "人员", "Name"),
        "login": ("用户名", "登录名", "账号", "登录账号", "帐号", "用户账号", "User name", "Log-in name", "Login"),
        "role": ("角色", "身份", "权限", "分工", "Role", "Roles"),
        "units": (
            "单位", "单位名称", "联络单位", "所联络单位", "负责单位", "所在单位", "部门", "部门名称", "工作单位",
            "被测评单位", "参评单位", "Unit", "Units",
        ),
        "note": ("备注", "说明", "Notes"),
    },
    ("name",),
    {"note": "column_note"},
)  # fmt: skip
ROLE_SPELLINGS: Final[Mapping[Role, Sequence[str]]] = {
    # The first is what pages call a role; what they call it in English is read as well, as its code is.
    Role.LIAISON: ("单位联络员", "联络员", "联系人", "单位联系人", "unit liaison"),
    Role.LEADER: ("领导", "领导同志", "单位领导"),
    Role.SCRUTINEER: ("监票人", "监票员", "监票"),
    Role.SUPERVISOR: ("督办员", "督办"),
    Role.AUDITOR: ("审计员", "审计"),
    Role.ORGANISER: ("组织者", "组织人员", "工作人员"),
    Role.SYSADMIN: ("系统管理员", "system administrator"),
    Role.SECADMIN: ("安全管理员", "安全保密管理员", "security administrator"),
}
PROBLEM_SENTENCES: Final[Mapping[str, str]] = {
    **tables.PROBLEM_SENTENCES,
    "too_many_rows": "最多 %(limit)s 行，从这一行起没有读取。请删去多余的行。",
    "name_is_number": "“%(value)s”只有数字，不像名称。请填写名称。",
    "name_has_number": "“%(value)s”前面像是序号。请只填写名称。",
    "name_has_phone": "“%(value)s”里像有电话号码，会印给每一位参评人员看。请只填写名称。",
    "staff_twice": "“%(value)s”与第 %(first_row)s 行重名。同一人请合并成一行，单位用“、”隔开；否则请各写用户名。",
    "name_several": "有几位联络员叫“%(value)s”（%(logins)s）。请写明用户名；是另一个人的，写一个新的用户名。",
    "login_malformed": "“%(value)s”不能作用户名：用小写字母、数字、点或横线，2 到 32 个字符。也可以空着，由系统起名。",
    "login_twice": "用户名“%(value)s”与第 %(first_row)s 行重复。",
    "login_taken": "用户名“%(value)s”已经有人使用。请换一个，或空着由系统起名。",
    "role_unknown": "没有“%(value)s”这个角色。可以填：%(roles)s；兼任的用“、”隔开。",
    "roles_apart": "“%(one)s”和“%(other)s”不能由一人兼任。可以兼任的有：组织者兼督办员，督办员兼领导，"
    "监票人兼单位联络员。",
    "unit_missing": "联络员要写明联络哪个单位。",
    "unit_unknown": "单位名单中没有“%(value)s”。请核对名称，多个单位用“、”隔开。",
}
_LIAISON: Final = frozenset({Role.LIAISON})


@dataclass(frozen=True, slots=True)
class Known:
    """What is there already: the campaign's units, all log-in names, and each unit's liaisons by name."""

    units: Sequence[str]
    logins: frozenset[str]
    liaisons: Mapping[str, Collection[str]]
    roles: Sequence[Role]
    """The roles that an account can be given here."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """The names of liaisons in office by log-in name."""
    english: Mapping[str, str] = field(default_factory=dict)
    """The English of names in the campaign's dictionary."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person as listed; ``units`` are full names, of liaisons alone; ``is_known`` where nothing is to be made."""

    name: str
    login: str
    roles: frozenset[Role]
    units: tuple[str, ...] = ()
    is_known: bool = False
    is_attached: bool = False
    """Whether he has an account, which is to speak for these units too."""


@dataclass(frozen=True, slots=True)
class StaffPreview:
    """All good rows in the order of the sheet, and every problem; may be saved only if there is none."""

    rows: tuple[StaffRow, ...]
    problems: tuple[CellProblem, ...]
    reading: Reading = field(default=Reading(), compare=False)


def preview_staff(workbook: Workbook, known: Known) -> StaffPreview:
    """Check a workbook; the sheet is known by its name, else by its titles, else it is the first one."""
    named = workbook.sheet(*SHEETS)
    sheet = named or next((one for one in workbook.sheets if has_needed(one, LISTING)), workbook.sheets[0])
    listed = _StaffTable(sheet, known)
    rows = tuple(listed.people())
    if not rows and not listed.problems:
        listed.problems.append(CellProblem(sheet.name, listed.header, "A", "", "sheet_empty"))
    reading = listed.reading() + left_sheets(workbook, [sheet], [LISTING])
    return StaffPreview(rows, tuple(listed.problems), reading)


class _StaffTable(Table):
    def __init__(self, sheet: Sheet, known: Known) -> None:
        super().__init__(sheet, LISTING)
        self._known = known
        self._units = BothNames.of(known.english, known.units).known
        self._roles = {
            folded(word): role for role in known.roles for word in (*ROLE_SPELLINGS.get(role, ()), role.value)
        }
        self._first: dict[tuple[str, str], int] = {}
        self._taken = set(known.logins)
        self._given = 0

    def people(self) -> Iterator[StaffRow]:
        """Yield the people without a problem, and report the others."""
        listed = list(self._listed())
        self._taken |= {self.text(row, "login").lower() for row in listed}
        for row in listed:
            before = len(self.problems)
            name, roles = self._name(row), self._roles_of(row)
            units = self._units_of(row, roles)
            if len(self.problems) == before:
                known = roles == _LIAISON and all(name in self._known.liaisons.get(unit, ()) for unit in units)
                there = "" if known else self._account(row, name, roles)
                login = there or self._login(row, roles, is_known=known)
                if len(self.problems) == before:
                    yield StaffRow(name, login, roles, units, known, bool(there))

    def _listed(self) -> Iterator[Row]:
        for counted, row in enumerate(self.rows(), 1):
            if counted > MAX_STAFF:
                self.report(row.number, "name", "too_many_rows", limit=MAX_STAFF)
                return
            yield row

    def _is_first(self, row: Row, key: str, text: str, code: str) -> bool:
        first = self._first.setdefault((key, text), row.number)
        if first != row.number:
            self.report(row.number, key, code, value=text[:SHOWN], first_row=first)
        return first == row.number

    def _name(self, row: Row) -> str:
        text = self.text(row, "name")
        if unseen := unseen_in(text):
            self.report(row.number, "name", "text_control", value=unseen)
        elif len(text) > MAX_NAME:
            self.report(row.number, "name", "text_too_long", length=len(text), limit=MAX_NAME)
        elif code := "text_empty" if not text else strange_in_name(text):
            self.report(row.number, "name", code, value=text[:SHOWN])
        elif not self.text(row, "login"):
            self._is_first(row, "name", folded(text), "staff_twice")
        return text

    def _roles_of(self, row: Row) -> frozenset[Role]:
        """Return the roles of a row, a liaison's where none is written, or report what is wrong with them."""
        found = {part: self._roles.get(folded(part)) for part in parts_of(self.text(row, "role"))}
        for part in (part for part, role in found.items() if role is None):
            offered = tuple(Ours(ROLE_SPELLINGS[one][0]) for one in self._known.roles)
            self.report(row.number, "role", "role_unknown", value=part[:SHOWN], roles=offered)
        if None in found.values():
            return frozenset()
        roles = frozenset(role for role in found.values() if role) or _LIAISON
        if refused := refused_join(roles):
            words = {"one": Ours(ROLE_SPELLINGS[refused.one][0]), "other": Ours(ROLE_SPELLINGS[refused.other][0])}
            self.report(row.number, "role", "roles_apart", **words)
        return roles

    def _units_of(self, row: Row, roles: frozenset[Role]) -> tuple[str, ...]:
        if Role.LIAISON not in roles:
            return ()
        names, unknown = named(self.text(row, "units"), self._units)
        if not names and not unknown:
            self.report(row.number, "units", "unit_missing")
        for part in unknown[:SHOWN]:
            self.report(row.number, "units", "unit_unknown", value=part[:SHOWN])
        return tuple(names)

    def _account(self, row: Row, name: str, roles: frozenset[Role]) -> str:
        """Return the log-in name of the account that a liaison has, or empty text; several of a name are a problem."""
        if roles != _LIAISON:
            return ""
        typed = self._typed_login(row)
        same = [login for login, whose in self._known.accounts.items() if folded(whose) == folded(name)]
        found = [login for login in same if not typed or login == typed]
        if len(found) > 1:
            self.report(row.number, "name", "name_several", value=name, logins=tuple(sorted(found)[:SHOWN]))
        if len(found) != 1:
            return ""
        self._is_first(row, "login", found[0], "login_twice")
        return found[0]

    def _typed_login(self, row: Row) -> str:
        return unicodedata.normalize("NFKC", self.text(row, "login")).lower()

    def _login(self, row: Row, roles: frozenset[Role], *, is_known: bool) -> str:
        text = self._typed_login(row)
        if not text:
            return "" if is_known else self._new_login(roles)
        if not LOGIN_SHAPE.fullmatch(text):
            self.report(row.number, "login", "login_malformed", value=text[:SHOWN])
        elif text in self._known.logins and not is_known:
            self.report(row.number, "login", "login_taken", value=text)
        else:
            self._is_first(row, "login", text, "login_twice")
        return text

    def _new_login(self, roles: frozenset[Role]) -> str:
        """Return the next free name: lly for who is only 联络员, ry for all other 人员, and a number."""
        stem = "lly" if roles == _LIAISON else "ry"
        while True:
            self._given += 1
            login = f"{stem}{self._given:02}"
            if login not in self._taken:
                self._taken.add(login)
                return login
