"""What staff do while a hall votes: an installation with enough in it, and the heavy work of SEC-72 over its pages."""

import os
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import httpx
import sqlalchemy as sa

from app.accounts import service as accounts
from app.audit import service as audit
from app.campaigns.reads import get_campaign
from app.campaigns.workbook_template import template_xlsx
from app.core import migrate
from app.core.acting import Acting
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.operations.demo import set_up_campaign
from app.rounds import service as rounds
from app.rounds.service import RoundDraft
from bench.cast_load import body
from tests.factories import make_open_round, make_paper
from tests.publication import counted

AUDIT_ENTRIES, SLIPS, GROUPS, REPORTS, LOGINS, IMPORT_BYTES = 100_000, 10_000, 8, 10, 16, 2_000_000
PUBLISHED = (100, 10, 60)
"""Units, groups and people of each group of the round that reports are made of."""
LOG_IN_REFUSED = frozenset({401, 403, 422, 429})
BUSY, PUT_OFF_SECONDS, ASK_AGAIN_SECONDS = 503, 0.5, 0.5
PEOPLE = ("organiser", "auditor", "leader")
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass(frozen=True)
class Office:
    """What staff ask for: ids, and the groups that slips are printed for."""

    published: str
    campaign: str
    ready: str
    groups: tuple[str, ...]


def furnish(data: Path, url: str, bodies: int) -> tuple[Office, list[str]]:
    """Fill a fresh installation; return what staff ask for and as many casts as told."""
    data.mkdir()
    engine = make_engine(url or f"sqlite:///{data / 'manyidu.sqlite3'}")
    migrate.upgrade(engine)
    keys = KeyFolder(data / "keys")
    database = Database(engine, keys)
    with database.writing() as session:
        for role in PEOPLE:
            accounts.create_with_password(session, utc_now(), (role, role, role), counted.PASSWORD_HASH)
    office = _office(database)
    _fill_audit_log(database)
    hall = make_open_round(database, keys, make_paper(8, 6, remarks=False, remark_bytes=0), codes_each=-(-bodies // 2))
    casts = [body(hall, group, code) for group, code in hall.all_codes]
    engine.dispose()
    return office, casts


def _office(database: Database) -> Office:
    units, groups, people = PUBLISHED
    paper = counted.make_paper(
        tuple(f"被测评单位{at + 1}" for at in range(units)), {f"类别{at}": people for at in range(groups)}
    )
    published = counted.store_published(database, counted.make_votes(paper))
    with database.writing() as session:
        acting = Acting(session, utc_now(), audit.SYSTEM)
        campaign = set_up_campaign(session, acting.now, audit.SYSTEM, "测评")
        ready = rounds.create_round(acting, campaign, RoundDraft("群众满意度测评", "t2"))
        rounds.freeze(acting, ready)
        ids = tuple(group.id for group in get_campaign(session, campaign).groups)
    return Office(published, campaign, ready, ids)


def _fill_audit_log(database: Database) -> None:
    with database.writing() as session:
        present = session.scalar(sa.text("SELECT count(*) FROM audit_entry")) or 0
        for number in range(present, AUDIT_ENTRIES):
            audit.record(session, utc_now(), audit.SYSTEM, "slips.print", f"r{number % 40}", printed=number)
            if number % 1_000 == 0:
                session.expunge_all()


def large_workbook() -> bytes:
    """Return the template for units and groups, made heavy by a picture, as offices do."""
    data = BytesIO(template_xlsx([], []))
    with zipfile.ZipFile(data, "a") as packed:
        packed.writestr("xl/media/image1.png", os.urandom(IMPORT_BYTES - len(data.getvalue())))
    return data.getvalue()


class BusyError(Exception):
    """The server put staff off; the work is tried again."""


def _not_busy(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == BUSY:
        raise BusyError
    return answer


class Clerk:
    """One browser of a member of staff."""

    def __init__(self, address: str, role: str = "") -> None:
        self._browser = httpx.Client(base_url=address, timeout=120, trust_env=False, follow_redirects=True)
        self._origin = {"origin": address}
        if role:
            self.post("/login", "/login", {"login": role, "password": counted.PASSWORD})

    def get(self, path: str) -> httpx.Response:
        """Ask for a page or file."""
        return _not_busy(self._browser.get(path)).raise_for_status()

    def post(
        self, page: str, path: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> httpx.Response:
        """Send the form of ``page`` to ``path``, as it stands or with a file."""
        found = TOKEN.search(self.get(page).text)
        form = {"form_token": found[1] if found else "", **fields}
        return _not_busy(self._browser.post(path, data=form, files=files, headers=self._origin))

    def close(self) -> None:
        """Leave."""
        self._browser.close()


Work = Callable[[Clerk], bool]
"""One piece of work; whether it came to what it should."""


def _report(office: Office) -> Work:
    def work(clerk: Clerk) -> bool:
        # Equal requests of one person are one job: each report has a number of its own.
        path = f"/results/{office.published}/report.docx?number={os.urandom(4).hex()}"
        answer = clerk.get(path)
        while "text/html" in answer.headers["content-type"]:  # not finished yet: asking again brings it
            time.sleep(ASK_AGAIN_SECONDS)
            answer = clerk.get(path)
        return "wordprocessing" in answer.headers["content-type"]

    return work


def _log_in(clerk: Clerk) -> bool:
    name = f"nobody{os.urandom(4).hex()}"
    answer = clerk.post("/login", "/login", {"login": name, "password": counted.PASSWORD})
    return answer.status_code in LOG_IN_REFUSED


def _audit_page(clerk: Clerk) -> bool:
    return clerk.get("/audit").is_success


def _slips(office: Office) -> Work:
    def work(clerk: Clerk) -> bool:
        confirmed = {"again": "1", "here_only": "1"}
        numbers = {f"n-{group}": str(SLIPS // GROUPS) for group in office.groups} | confirmed
        printed = clerk.post(f"/rounds/{office.ready}/slips", f"/rounds/{office.ready}/slips/print", numbers)
        return "pdf" in printed.headers["content-type"]

    return work


def _import(office: Office, workbook: bytes) -> Work:
    def work(clerk: Clerk) -> bool:
        path = f"/campaigns/{office.campaign}/import"
        return clerk.post(path, path, {}, {"workbook": ("名单.xlsx", workbook)}).status_code in {200, 422}

    return work


def shifts(office: Office) -> dict[str, tuple[int, str, Work]]:
    """Return the list of SEC-72: how many do it at once, in which role, and what."""
    return {
        "ten_reports": (REPORTS, "leader", _report(office)),
        "log_ins": (LOGINS, "", _log_in),
        "audit_page": (1, "auditor", _audit_page),
        "slips": (1, "organiser", _slips(office)),
        "import": (1, "organiser", _import(office, large_workbook())),
    }


@contextmanager
def at_work(address: str, shift: tuple[int, str, Work]) -> Iterator[list[bool]]:
    """Yield what came of each piece of work while clerks do nothing else until the block ends."""
    count, role, work = shift
    clerks = [Clerk(address, role) for _ in range(count)]
    done: list[bool] = []
    home = threading.Event()

    def toil(clerk: Clerk) -> None:
        while not home.is_set():
            try:
                done.append(work(clerk))
            except BusyError:
                home.wait(PUT_OFF_SECONDS)

    with ThreadPoolExecutor(count) as pool:
        toiling = [pool.submit(toil, clerk) for clerk in clerks]
        try:
            yield done
        finally:
            home.set()
    for each in toiling:
        each.result()
    for clerk in clerks:
        clerk.close()
