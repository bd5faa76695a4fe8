"""Ids of another office, in what a form sends or an address asks: they mean nothing and tell nothing (SEC-42).

Every form that 东县 is offered is sent with each id in it exchanged for one of the same kind that belongs to 西县, and
every address that it is led to is asked so; paths are for ``test_offices.py``.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.orm import Session

from app.accounts.models import Staff, StaffUnit
from app.campaigns.models import Campaign, Unit, VoterGroup
from app.core.acting import Acting
from app.core.db import Base
from app.core.scope import OfOffice
from app.offices import ways
from app.offices.models import Office, RegisteredUnit
from app.opinions import service as opinions
from app.opinions.domain import Source
from app.opinions.service import TypedOpinion
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.tokens import WantedToken
from app.rectification.models import EnteredIssue, RemedialAction, RemedialOrder, UnitPlan
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, Desk
from tests.conftest import another_client
from tests.publication.counted import ZHANG
from tests.rectification.flagged import FLAGGED
from tests.security.clicking import crawl, is_page
from tests.security.furnished import furnish
from tests.security.world import World

EAST, WEST = "east", "west"
SECRET = "机密"
"""Stands in every name of 西县 and in none of 东县."""
PUBLIC = re.compile("/(notices|receipts|verify|commitments)")
"""Everybody reads what stands there, of whichever office."""
PAGES = 4
DONE, STOPPED, BROKEN = 303, 403, 500
"""Who is stopped, or asked for his password, comes to no id: that proves nothing."""
LEAST_FORMS = {"organiser": 20, "supervisor": 1, "liaison": 1}
"""The two others meet the form of a plan; of the two plans there one is submitted, and its page offers none."""
ID = re.compile(r"[A-Za-z0-9]{2,24}")
WITHOUT_WAY = {"box_root", "opening_job", "consent"}
Fields = list[tuple[str, str, bool]]


@dataclass
class Halves:
    """An installation of two offices beside each other; by id, its table, and by table one id of 西县."""

    world: World
    desks: Mapping[str, Desk]
    tables: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, list[str]] = field(default_factory=dict)

    def learn(self) -> None:
        """Look anew at which rows there are, and whose."""
        with self.world.database.reading() as session:
            for table in _tables():
                for (key,) in session.execute(sa.select(table.c.id)).all():
                    office = ways._office_of(session, table.name, key)
                    if office == EAST:
                        self.tables[str(key)] = table.name
                    elif office == WEST:
                        self.theirs.setdefault(table.name, []).append(str(key))

    def exchanged(self, text: str) -> str | None:
        """Return a text with the ids of 东县 in it exchanged; None where there is none, or none of its kind."""
        swaps = {one: self.theirs[self.tables[one]][0] for one in ID.findall(text) if self._has(one)}
        return ID.sub(lambda found: swaps.get(found[0], found[0]), text) if swaps else None

    def starred(self, text: str) -> str:
        """Return a text with the ids of 东县 in it as what they are, so that one of a kind is tried."""
        return ID.sub(lambda found: f"*{self.tables[found[0]]}" if self._has(found[0]) else found[0], text)

    def _has(self, one: str) -> bool:
        return one in self.tables and self.tables[one] in self.theirs

    def rows_of_theirs(self) -> list[str]:
        """Return every row in which something of 西县 stands."""
        known = {one for some in self.theirs.values() for one in some}
        return [
            f"{table} {row}" for table, rows in self.world.dump().items() for row in rows if known & {*ID.findall(row)}
        ]


def _tables() -> Iterator[sa.Table]:
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and table.name not in WITHOUT_WAY:
            try:
                ways._way(table.name)
            except IndexError:
                continue
            yield table


@pytest.fixture(scope="module")
def halves(world: World) -> Halves:
    """What the world has belongs to 西县, what it is furnished with to 东县."""
    database = world.database
    with database.writing() as session:
        for place, office in enumerate((EAST, WEST)):
            session.add(Office(id=office, parent_id="root", name=office, position=place, is_closed=False))
        session.flush()
        session.execute(sa.update(Campaign).values(office_id=WEST))
        _name(session)
    made = furnish(database, world.settings.data)
    with database.writing() as session:
        _complete(session, world)
        for model in OfOffice.__subclasses__():
            session.execute(sa.update(model).where(model.office_id == "root").values(office_id=EAST))
        for office in (EAST, WEST):
            for role in LEAST_FORMS:
                name = SECRET + role if office == WEST else "东" + role
                key = f"id{role}-{office}"
                account = Staff(id=key, login=f"{role}-{office}", name=name, office_id=office, created_at=MORNING)
                account.roles, account.password_hash = {role}, "x"
                session.add(account)
        session.flush()
        session.add(StaffUnit(staff_id=f"idliaison-{EAST}", unit_id=FLAGGED))
    assert made.found.unit_id == FLAGGED
    desks = {
        role: Desk(another_client(world.desks["nobody"].client), database, world.folder, f"{role}-{EAST}")
        for role in LEAST_FORMS
    }
    found = Halves(world, desks)
    found.learn()
    return found


def _name(session: Session) -> None:
    for model, column in ((Campaign, "title"), (Unit, "name"), (VoterGroup, "name"), (Round, "title")):
        for place, key in enumerate(session.scalars(sa.select(model.id)).all()):
            session.execute(sa.update(model).where(model.id == key).values({column: f"{SECRET}{place}"}))


def _complete(session: Session, world: World) -> None:
    """Give 西县 what a year of work leaves: an opinion, an order with its plan and an action, an issue, a token."""
    row = session.get_one(Round, world.rounds[RoundState.PUBLISHED])
    unit_id = session.scalars(sa.select(Unit.id).where(Unit.campaign_id == row.campaign_id)).first() or ""
    acting = Acting(session, MORNING, ZHANG)
    typed = [TypedOpinion(Source.SHEET, "1", unit_id, f"{SECRET}意见")]
    opinions.add_opinions(acting, row.campaign_id, typed, opinions.hiding(session))
    of_unit = {"campaign_id": row.campaign_id, "unit_id": unit_id, "public_id": "wpublic"}
    session.add(
        RemedialOrder(id="worder", round_id=row.id, state="in_progress", attempt=1, created_at=MORNING, **of_unit)
    )
    session.flush()
    asked = {"due": MORNING.date(), "asked_on": MORNING.date(), "asked_by": "张三"}
    session.add(UnitPlan(id="wplan", origin="asked", state="announced", **asked, **(of_unit | {"public_id": "wplan"})))
    session.flush()
    words = dict.fromkeys(("problem", "goal", "measures", "sponsor", "lead_unit", "owner", "commitment"), SECRET)
    session.add(RemedialAction(id="waction", plan_id="wplan", position=1, source="", state="in_progress", **words))
    told = {"title": f"{SECRET}问题", "basis": "", "entered_by": "张三", "entered_at": MORNING}
    session.add(EnteredIssue(id="wissue", campaign_id=row.campaign_id, origin="inspection", **told))
    session.add(RegisteredUnit(id="wkept", office_id=WEST, position=0, name=f"{SECRET}单位", code=""))
    tokens.create(acting, WantedToken(f"{SECRET}程序", Scope.LEADERS, 90, office_id=WEST))


class _Offered(HTMLParser):
    """What a page's forms could send: by their paths each name and value, and whether it is sent as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Fields] = {}
        self._ids: dict[str, str] = {}
        self._beside: list[tuple[str, str, str, bool]] = []
        self._path = self._select = self._of = self._area = self._said = ""
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._path = given.get("action", "") if given.get("method") == "post" else ""
            self._ids[given.get("id", "")] = self._path
        elif tag == "select":
            self._select, self._of, self._options = given.get("name", ""), given.get("form", ""), []
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area, self._said = given.get("name", ""), ""
        elif tag == "input" and "name" in given:
            sent = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            self._keep(given["name"], given.get("value", "on"), given.get("form", ""), sent=sent)

    def handle_data(self, data: str) -> None:
        self._said += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._path = ""
        elif tag == "textarea":
            self._keep(self._area, self._said, "", sent=True)
        elif tag == "select":
            self._keep_options()

    def _keep_options(self) -> None:
        """Of a select that says nothing a browser sends the first option."""
        chosen = any(selected for _, selected in self._options)
        for place, (value, selected) in enumerate(self._options):
            self._keep(self._select, value, self._of, sent=selected or (place == 0 and not chosen))

    def _keep(self, name: str, value: str, of: str, *, sent: bool) -> None:
        if of:
            self._beside.append((of, name, value, sent))
        elif self._path and name != TOKEN_FIELD:
            self.found.setdefault(self._path, []).append((name, value, sent))

    def close(self) -> None:
        super().close()
        for of, name, value, sent in self._beside:
            if (path := self._ids.get(of)) and name != TOKEN_FIELD:
                self.found.setdefault(path, []).append((name, value, sent))


def offered(page: str) -> dict[str, Fields]:
    """Return what the forms of a page could send."""
    parser = _Offered()
    parser.feed(page)
    parser.close()
    return parser.found


def in_place(sent: list[tuple[str, str]], field: tuple[str, str], other: str) -> list[tuple[str, str]]:
    """Return what is sent with another value in the field's place: lists that go by rows stay as long as they are."""
    at = next((at for at, one in enumerate(sent) if one == field), None)
    at = at if at is not None else next((at for at, (name, _) in enumerate(sent) if name == field[0]), len(sent))
    return [*sent[:at], (field[0], other), *sent[at + 1 :]]


def forged(halves: Halves, fields: Fields) -> Iterator[list[tuple[str, str]]]:
    """Yield what a form sends with one id of each kind in each field exchanged: in a value, and in its name."""
    sent, done = [(name, value) for name, value, kept in fields if kept], set[tuple[str, str]]()
    for name, value, _ in fields:
        kind = halves.starred(name), halves.starred(value)
        if "*" not in "".join(kind) or kind in done:
            continue
        done.add(kind)
        if (other := halves.exchanged(value)) is not None:
            single = not name.endswith("[]")
            rest = [(one, said) for one, said in sent if not (single and one == name) and (one, said) != (name, value)]
            yield [*rest, (name, other)]
            yield [*sent, (name, other)]
            yield in_place(sent, (name, value), other)
        if (other := halves.exchanged(name)) is not None:
            yield [*((other if one == name else one, said) for one, said in sent), (other, value)]


def with_ids(halves: Halves, pages: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, Fields]]:
    """Yield each form of these pages once in which an id can be exchanged: its page, its path and its fields."""
    seen: set[tuple[str, ...]] = set()
    for address, page in pages:
        for path, fields in offered(page).items():
            shape = (halves.starred(path), *sorted(halves.starred(name) for name, *_ in fields))
            if shape not in seen and any(forged(halves, fields)):
                seen.add(shape)
                yield address, path, fields


def send(desk: Desk, path: str, data: list[tuple[str, str]]) -> Response:
    """Send a form with these fields."""
    body = urlencode([(TOKEN_FIELD, desk.form_token), *data])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer: Response = desk.client.post(html.unescape(path), content=body, headers=kind)
    return answer


def sent_by(halves: Halves, role: str, pages: Mapping[str, str]) -> Iterator[tuple[str, Response]]:
    """Send every form of these pages forged; yield what it is, and the answer."""
    for address, path, fields in with_ids(halves, pages.items()):
        for data in forged(halves, fields):
            yield f"{role} {address} → {path} {data[-1]}", send(halves.desks[role], path, data)


def taken(halves: Halves, role: str, pages: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Send the same forms as they are, and yield the paths of those that are done."""
    for _, path, fields in with_ids(halves, pages):
        as_they_are = [(name, value) for name, value, kept in fields if kept]
        if send(halves.desks[role], path, as_they_are).status_code == DONE:
            yield path


def reread(desk: Desk, pages: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the pages as they are by now, so that no form is refused as one of an older state."""
    return ((address, answer.text) for address in pages if is_page(answer := desk.get(address)))


@pytest.mark.parametrize("role", LEAST_FORMS)
def test_ids_of_another_office_mean_nothing(halves: Halves, role: str) -> None:
    desk, before = halves.desks[role], halves.rows_of_theirs()
    answers = crawl(desk.get, 0, PAGES)
    pages = {address: answer.text for address, answer in answers.items() if is_page(answer)}
    pages = {address: page for address, page in pages.items() if not PUBLIC.match(address)}
    wrong = [f"{address} tells" for address, page in pages.items() if SECRET in page]
    addresses, forms = set[str](), set[str]()
    for address in answers:
        if (query := halves.exchanged(urlsplit(address).query)) is not None:
            addresses.add(address)
            answer = desk.get(f"{urlsplit(address).path}?{query}")
            wrong += [f"{address} {answer.status_code}"] * (SECRET in answer.text or answer.status_code >= BROKEN)
    for what, answer in sent_by(halves, role, pages):
        text, status = answer.text, answer.status_code
        forms.add(what.split(" → ")[1].split(" ")[0])
        if SECRET in text or status == STOPPED or status >= BROKEN:
            wrong.append(f"{what} {status} {text[max(text.find(SECRET) - 60, 0) :][:140]}")
    assert wrong == []
    assert len(forms) >= LEAST_FORMS[role], forms
    assert sorted({*halves.rows_of_theirs()} ^ {*before}) == []
    assert next(taken(halves, role, reread(desk, pages)), ""), "what is refused is refused for its ids"
