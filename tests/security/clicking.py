"""Clicking through everything, from the page where a role's work begins, and what must be reached so."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from urllib.parse import urljoin, urlsplit

from httpx import Response

from tests.security.access import ACCESS

TARGET = re.compile(r"""<(?:a|img|link|script|source|iframe)\b[^>]*?\b(?:href|src|data-[a-z-]*url)="([^"]*)\"""")
GET_FORM = re.compile(r"""<form\b(?![^>]*method="post")[^>]*\baction="([^"]*)\"""")
FILE = re.compile(r"\.(svg|docx|xlsx|pdf|zip|{form})$")
MOST_PAGES, MOST_FILES = 12, 2
"""Addresses of one kind that are visited: enough for a round in every state."""
NOT_CLICKED = {
    "GET /static": "loaded, not clicked",
    "GET /healthz": "asked by machines",
    "GET /login": "shown to who is not logged in",
    "GET /welcome/{token}": "handed over in person",
    "GET /v": "voters come by their slips",
    "GET /notices": "the public comes by a printed address",
    "GET /notices/{round_id}": "the public comes by a printed address",
    "GET /notices/{round_id}/notice.pdf": "on the public's page",
    "GET /notices/{round_id}/result.json": "on the public's page",
    "GET /staff/{staff_id}/office": "shown where there are several offices",
    "GET /campaigns/{campaign_id}/office": "shown where there are several offices",
    "GET /jobs/{job_id}": "shown while a file takes longer than its request",
    "GET /jobs/{job_id}/file": "shown when such a file is ready",
    "GET /verify": "the public comes by a printed address",
    "GET /verify/verify.py": "on the public's page",
    "GET /receipts/{round_id}": "the public comes by a code on the hall's screen",
    "GET /receipts/{round_id}/receipts.json": "on the public's page",
    "GET /commitments/{public_id}": "the public comes by a printed code",
    "GET /api/v1/openapi.json": "for programs",
    "GET /api/v1/results": "for programs",
    "GET /api/v1/results/{round_id}": "for programs",
    "GET /api/v1/results/{round_id}/units/{unit_id}": "for programs",
    "GET /api/v2/openapi.json": "for programs",
    "GET /api/v2/results": "for programs",
    "GET /api/v2/results/{round_id}": "for programs",
    "GET /api/v2/results/{round_id}/signed": "for programs",
    "GET /api/v2/results/{round_id}/sections/{section}/targets/{target}": "for programs",
    "GET /rounds/{round_id}/opening/progress": "asked by the page of an opening while it runs",
    **{
        f"{role} GET /staff/{page}": "theirs where offices are of three roles"
        for role, page in product(("sysadmin", "secadmin"), ("new", "{staff_id}/role"))
    },
    "supervisor GET /rectification/orders/{order_id}/comparison.svg": "no result is ever released to supervisors",
}
"""What need not be reached, by everybody or by one role, and why."""
BARE = re.compile(r'<(div|section) class="card-(?:body|header|footer)"[^>]*>\s*</\1>')
"""A part of a card that nothing stands in: an empty strip on the page."""
UNCOUNTED = re.compile("/scrutiny$")
"""The furnished rounds were put into the tables without an opening of a box, on which a scrutiny report reports."""


def pattern(path: str) -> re.Pattern[str]:
    """Return what the addresses of a route look like."""
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "$")


GETS = {route: pattern(route.removeprefix("GET ")) for route in ACCESS if route.startswith("GET ")}


def route_of(address: str) -> str:
    """Return the route that answers an address: a picture's before its page's, then the one with fewest parameters."""
    return _route_of_path(urlsplit(address).path)


@cache
def _route_of_path(path: str) -> str:
    """Look among the routes with as many parts; a path is looked for once, for the menu stands on every page."""
    parts = path.count("/")
    fits = [route for route, shape in GETS.items() if route.count("/") == parts and shape.match(path)]
    return min(fits, key=lambda route: (".{form}" not in route, route.count("{")), default="")


def links(base: str, html: str) -> Iterator[str]:
    """Yield the addresses on our own host that a page leads to."""
    for target in (*TARGET.findall(html), *GET_FORM.findall(html)):
        address = urljoin(base, target.replace("&amp;", "&"))
        parts = urlsplit(address)
        if not parts.scheme and not parts.path.startswith("/static"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def is_page(answer: Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("text/html")


def crawl(get: Callable[[str], Response], files: int = MOST_FILES, pages: int = MOST_PAGES) -> dict[str, Response]:
    """Click through everything from the start page, so many files and pages of a kind; return answers by address."""
    answers: dict[str, Response] = {}
    waiting, known, seen = ["/"], {"/"}, Counter[str]()
    while waiting:
        address = waiting.pop()
        answer = answers[address] = get(address)
        onward = links(address, answer.text) if is_page(answer) else iter(())
        for link in [*onward, *filter(None, [answer.headers.get("location")])]:
            if link in known:
                continue
            kind = route_of(link)
            if seen[kind] < (files if FILE.search(kind) else pages):
                known.add(link)
                seen[kind] += 1
                waiting.append(link)
    return answers


def is_broken(address: str, answer: Response) -> bool:
    return answer.status_code not in {200, 303} and not UNCOUNTED.search(address)


def unreached(role: str, answers: Mapping[str, Response]) -> dict[str, object]:
    """Return which routes of a role were never reached, which links lead nowhere, which pages fail or look so."""
    reached = {route_of(address) for address in answers}
    mine = {route for route in GETS if role in ACCESS[route]}
    wanted = {route for route in mine if not NOT_CLICKED.keys() & {route, f"{role} {route}"}}
    nowhere = {f"{role} {address}": "leads nowhere" for address in answers if not route_of(address)}
    broken = {
        f"{role} {address}": answer.status_code for address, answer in answers.items() if is_broken(address, answer)
    }
    bare = {
        f"{role} {address}": "an empty strip"
        for address, answer in answers.items()
        if is_page(answer) and BARE.search(answer.text)
    }
    return {**{f"{role} {route}": "never reached" for route in wanted - reached}, **nowhere, **broken, **bare}
