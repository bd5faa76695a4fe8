"""Whatever is sent to whichever route, it is no error of the server, and no log holds a line about it (SEC-60)."""

import logging
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts

from app.rounds.domain import RoundState
from app.web.forms import MAX_FIELDS, TOKEN_FIELD
from app.web.pages import APP
from tests.security.access import ACCESS
from tests.security.test_matrix import served
from tests.security.world import World

Sent = tuple[str, bytes, dict[bytes, bytes]]
"""Address, body, and headers."""
HUGE = "9" * 40
DIGITS = "9" * 4_400
SEGMENTS = (HUGE, "%ED%A0%80%F0%9F%99%88%E2%80%AE%FF", "..%2F..%2Fetc", "x" * 4_000, "%00")
"""What stands in the place of ids: a number that fits nowhere; half a surrogate, a sign beyond the first plane, one
that turns text round, no text at all; a way up; something long; and what PostgreSQL cannot store."""
NUMBERS = (DIGITS, "2147483648", "-1", "%C2%B2")
"""Where a number stands between slashes: more digits than Python turns into one, more than a database keeps, and a
sign that only looks like a digit."""
VALUES = (
    HUGE, *NUMBERS, "%F0%9F%99%88%E2%80%AE", "%EF%BC%91", "9999-12-31", "%27%22%3C%3E%25", "x" * 300, "%00",
)  # fmt: skip
TYPED = (HUGE, "%F0%9F%99%88%E2%80%AE", "9999-12-31", "%00")
BY_HAND = (
    "q", "part", "state", "asked", "group", "lang", "pick", "taken", "ledger-part", "reads-part", "page_number",
    "attempt", "issued",
)  # fmt: skip
"""What handlers look for in the address by themselves."""
DRAWN = re.compile(r"\.|/charts?(/|$)|/groups/\{place\}")
"""Files and pictures, which are asked for once: the workshop takes its time."""
NUMBERED = re.compile(r"\{(version|place)\}")
FIELD = re.compile(r'name="([a-z_-]+(?:\[\])?)"')
NAMES = sorted(
    {name for page in (APP / "templates").rglob("*.html") for name in FIELD.findall(page.read_text("utf-8"))}
    - {TOKEN_FIELD}
)
PLAIN, PARTS, JSON = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/json"


def part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


BODIES = (
    (PLAIN, b""), (PLAIN, b"\xff\xfe\x00"), (PLAIN, b"%00=%00"), (PLAIN, b"a=%ED%A0%80"), (PLAIN, b"&" * 20_000),
    (PLAIN, b"a[]=1&" * (MAX_FIELDS + 1)), (PLAIN, b"a=1&a=1"),
    (PLAIN + "; charset=utf-16", b"\xff\xfea\x00=\x001\x00"), (PLAIN + "; charset=nosuch", b"a=1"),
    (PARTS, b""), (PARTS, b"--b"), (PARTS, b"--b\r\n\r\n\r\n--b--"),
    (PARTS, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"), (PARTS, part("a", b"\xff") + b"--b--"),
    (PARTS, part("a", b"\x00") + b"--b--"), (PARTS, part("a", b"1") * (MAX_FIELDS + 1) + b"--b--"),
    (PARTS, b"".join(part(f"f{number}", b"PK", '; filename="x.xlsx"') for number in range(50)) + b"--b--"),
    (PARTS, part("workbook", b"PK\x03\x04", '; filename="' + "x" * 70_000 + '"') + b"--b--"),
    ("multipart/form-data", b"--b\r\n\r\n--b--"), ("multipart/form-data; boundary=" + "b" * 300, b"--b"),
    ('multipart/form-data; boundary="', b"--b"), (PARTS + "; charset=nosuch", part("a", b"1") + b"--b--"),
    (JSON, b"[" * 100_000), (JSON, b'{"a":' * 50_000), (JSON, b'"\\ud800"'), ("text/plain", b"\x00"), ("", b"a=1"),
    ("\xff", b"a=1"),
)  # fmt: skip
ANSWERED_ALIKE = 12
"""Of so many routes that read their forms in one way, one is sent all these bodies."""
OWN_WAYS = ("/v/", "/login", "/receipts", "/again")
HEADERS = (
    {b"accept-language": b"x" * 8_000}, {b"accept-language": b"zh;q=" + HUGE.encode()}, {b"accept": b"\xff/\xff"},
    {b"authorization": b"Bearer " + b"x" * 8_000}, {b"authorization": b"Bearer \xff"}, {b"cookie": b";" * 5_000},
    {b"cookie": b"manyidu=" + b"\xff" * 200}, {b"range": b"bytes=5-1," + b"0-0," * 500}, {b"if-none-match": b"\xff"},
    {b"if-modified-since": b"Thu, 99 Foo 99999999 99:99:99"}, {b"accept-encoding": b"gzip;q=nan"},
)  # fmt: skip


def addresses(world: World, route: str, path: str) -> Iterator[Sent]:
    """Yield addresses of a route that nobody leads to, and what nobody asks it for."""
    if "{" in path:
        for segment in (*SEGMENTS, *(NUMBERS if NUMBERED.search(path) else ())):
            yield re.sub(r"\{\w+\}", segment, path), b"", {}
    names = sorted({*BY_HAND, *declared(world)[route]})
    for value in () if route.startswith("POST") else VALUES[:1] if DRAWN.search(path) else VALUES:
        for some in (names,) if len(value) < len(DIGITS) else (names[::2], names[1::2]):  # an address has an end
            yield f"{address(world, path)}?{'&'.join(f'{name}={value}' for name in some)}", b"", {}


def declared(world: World) -> dict[str, set[str]]:
    """Return what each route asks the address for."""
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(world.api.routes):
        dependant = getattr(getattr(context, "route", context), "dependant", None)
        names = {each.alias for each in dependant.query_params} if dependant else set[str]()
        found |= {f"{method} {context.path}": names for method in context.methods or {"GET"}}
    return found


def address(world: World, path: str) -> str:
    return world.address("/static/{path}" if path == "/static" else path, RoundState.PUBLISHED)


def bodies(world: World, number: int, route: str, path: str) -> Iterator[Sent]:
    """Yield bodies that no page of ours sends, for one that is let in."""
    where = address(world, path)
    if route.startswith("GET"):
        yield from ((where, b"", headers) for headers in (HEADERS if number % ANSWERED_ALIKE == 0 else ()))
        return
    if number % ANSWERED_ALIKE == 0 or path.startswith(OWN_WAYS):
        for kind, body in BODIES:
            yield where, body, {b"content-type": kind.encode("latin-1")}
    token = world.desks[role_of(route)].form_token
    for value in TYPED:
        fields = "&".join(f"{quote(name)}={value}" for name in NAMES)
        yield where, f"{TOKEN_FIELD}={token}&{fields}".encode(), {b"content-type": PLAIN.encode()}


def ways(world: World) -> list[tuple[str, str]]:
    """Return every route with its path; but for the one that would end the log-in of who sends the rest."""
    return [(route, route.split(" ")[1]) for route in sorted(served(world) - {"POST /logout"})]


def role_of(route: str) -> str:
    return max(ACCESS[route], key=lambda role: (role == "organiser", role))


def is_stored_otherwise(world: World, where: str, body: bytes) -> bool:
    """Whether a text holds what SQLite stores and PostgreSQL does not, which is told where it is not stored."""
    return world.database.engine.dialect.name == "postgresql" and ("%00" in where or b"%00" in body or b"\0" in body)


def wrong(world: World, sent: Iterator[tuple[str, Sent]]) -> dict[str, int]:
    """Send it, half of it to either database, as one who may; return what was answered with an error of the server."""
    found = {}
    for place, (route, (where, body, headers)) in enumerate(sent):
        if not (world.draws(route, place) or is_stored_otherwise(world, where, body)):
            continue
        method, _ = route.split(" ")
        answer = world.desks[role_of(route)].client.request(method, where, content=body, headers=headers)
        if answer.status_code >= 500:
            found[f"{route} {where[:120]} {body[:60]!r} {headers!r:.80}"] = answer.status_code
    for role, desk in world.desks.items():
        assert role == "nobody" or desk.get("/inbox").status_code == 200, "nobody was let in any more"
    return found


def told(caplog: pytest.LogCaptureFixture) -> set[str]:
    """Return what stands in the log that an installation keeps."""
    return {record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING}


def test_no_address_is_an_error_of_the_server(lived_in: World, caplog: pytest.LogCaptureFixture) -> None:
    sent = ((route, each) for route, path in ways(lived_in) for each in addresses(lived_in, route, path))
    assert wrong(lived_in, sent) == {}
    assert told(caplog) == set()


def test_no_body_and_no_header_is(lived_in: World, caplog: pytest.LogCaptureFixture) -> None:
    routes = [(number, *way) for number, way in enumerate(ways(lived_in))]
    sent = ((route, each) for number, route, path in routes for each in bodies(lived_in, number, route, path))
    assert wrong(lived_in, sent) == {}
    assert told(caplog) == set()
