"""What is printed when the service starts: the first organiser's link, or how to get into the demo."""

import sys
from datetime import datetime
from pathlib import Path
from shlex import quote

from app.accounts.domain import THREE_ROLES, Role
from app.accounts.service import create_account, first_links, reissue_link_for
from app.audit.service import SYSTEM
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.office.qr import terminal_qr
from app.offices.reads import office_called
from app.operations import demo
from app.operations.server import open_database
from app.slips.codes import format_code
from app.web.menu import ROLE_WORDS

LINKS_SHOWN = 3
COMMAND = "manyidu"
FIRST_ROLES = (Role.ORGANISER, Role.SCRUTINEER)
"""Whose links a new installation prints: one alone could make nobody else, since another has to agree."""


def first_notice(settings: Settings, now: datetime) -> str:
    """Return what to tell of the one-time links of an installation whose first accounts are missing; else nothing."""
    roles = (*THREE_ROLES, *FIRST_ROLES) if settings.three_roles else FIRST_ROLES
    with open_database(settings) as database, database.writing() as session:
        tokens = first_links(session, now, roles)
    if not tokens:
        return ""
    links = "\n".join(
        f"  {ROLE_WORDS[role]}  {settings.desk_address}/welcome/{token}" for role, token in tokens.items()
    )
    return f"还没有账号。请把这些一次性链接分别交给不同的人，由本人建立账号（7 天内有效）：\n{links}"


def make_account(settings: Settings, now: datetime, fields: tuple[str, str, str], office: str = "") -> str:
    """Make an account at the machine from (login, name, role) and return its link; the minutes name the account.

    ``office`` is the name or id of the office it belongs to, empty for the root; DomainError ``office_unknown``.
    """
    with open_database(settings) as database, database.writing() as session:
        token = create_account(session, now, SYSTEM, fields, None, office_called(session, office))
    return f"{settings.desk_address}/welcome/{token}"


def account_link(settings: Settings, now: datetime, login: str) -> str:
    """Return a one-time link with which ``login`` sets a new password; the old one ends."""
    with open_database(settings) as database, database.writing() as session:
        token = reissue_link_for(session, now, login)
    return f"{settings.desk_address}/welcome/{token}"


def demo_notice(settings: Settings, now: datetime) -> str:
    """Load the demo where it is missing, and return the text that tells how to use it."""
    with open_database(settings) as database:
        found = demo.load(settings.data) or demo.make(database, KeyFolder(settings.data / "keys"), settings.data, now)
    codes = [group[0] for group in found.codes.values()][: LINKS_SHOWN + 1]
    logins = "\n".join(
        f"  {name}（{ROLE_WORDS[role]}）  用户名 {login}  口令 {found.passwords[login]}"
        for login, name, role in demo.STAFF
    )
    links = "\n".join(f"  {settings.base_url}/v#{code}    手工输入：{format_code(code)}" for code in codes[1:])
    return f"""
满意度测评 演示：××县文化局，8 个单位，8 类参评人员；第一次测评已公布，本轮正在投票；
另有已公布的人大满意度测评（公开计票）和领导班子民主测评各一轮

工作人员入口  {settings.desk_address}/login
{logins}

投票链接（每个只能用一次）
{links}
用手机扫码投票（手机须能打开上面的地址）：
{terminal_qr(f"{settings.base_url}/v#{codes[0]}")}
开箱钥匙（仅演示时显示，1 份即可开箱）
  {found.shares[0]}

让 100 部模拟手机投票（另开一个终端）：
  {_ourselves()} hall --round demo --phones 100 --url {settings.base_url} --data {quote(str(settings.data))}
"""


def _ourselves() -> str:
    """Return how to call this program again: as it was called, from a checkout or from wherever it is installed."""
    called = Path(sys.argv[0])
    return quote(str(called)) if called.name == COMMAND else COMMAND
