"""What a page offers can be done: no page shows a form that is refused for its state, whatever is typed into it.

Every role fetches every page in every state and sends each form as it is, with its empty fields filled in. Refusals for
what was typed are none of this test's business; those that name a state are.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from app.web.forms import TOKEN_FIELD
from tests.cast import Desk
from tests.security.access import ACCESS
from tests.security.clicking import crawl, is_page
from tests.security.test_matrix import JSON, code_of, states_for
from tests.security.test_office_forms import offered
from tests.security.world import World

OF_A_STATE = re.compile("wrong_state|^step_(?!no_|unknown)|_closed$|_not_open$|_ended$|_started$|_decided$|_withdrawn$")
"""Codes that refuse for the state in which something is."""
FORM = re.compile(r'<form\b[^>]*method="post".*?</form>', re.DOTALL)
BUTTON = re.compile(r"<button\b(?![^>]*\bdisabled)[^>]*>")
LEAST = {"organiser": 300, "supervisor": 30, "liaison": 10, "scrutineer": 10}
"""Forms that a role sends at least: with none sent, nothing was seen."""
LEAVES = re.compile("/(logout|delete|purge|office|disable|password|again)$|^/rectification/flags/")
"""Acts that end what the rest of the walk looks at, log-outs, and orders: flagged units here are of no campaign."""


def forms_of(page: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield path and fields of each form that has a button, its empty fields filled in, once for each such button."""
    for form in FORM.findall(page):
        buttons = [button for button in BUTTON.findall(form) if 'type="button"' not in button]
        for path, fields in offered(form).items():
            for button in buttons:
                names = re.findall(r'\b(?:name|value)="([^"]*)"', button)
                sent = [(name, value or "甲乙丙") for name, value, kept in fields if kept]
                yield html.unescape(path), [*sent, *([(names[0], names[1])] if len(names) == 2 else [])]


def refused_for_its_state(desk: Desk, address: str, sent: Counter[str]) -> Iterator[str]:
    """Send what a page offers, which is fetched anew after what is not refused; yield what is refused for a state."""
    count, found = 0, offers(desk, address)
    while count < len(found):
        path, fields = found[count]
        count += 1
        if LEAVES.search(path):
            continue
        body = urlencode([(TOKEN_FIELD, desk.form_token), *fields])
        kind = {"content-type": "application/x-www-form-urlencoded", **JSON}
        told = desk.client.post(path, content=body, headers=kind)
        code = code_of(told)
        sent[code or str(told.status_code)] += 1
        if OF_A_STATE.search(code) or told.status_code >= 500:
            yield f"{address} → {path}: {code or told.status_code}"
        if not code:
            found = offers(desk, address)


def offers(desk: Desk, address: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a page offers now."""
    answer = desk.get(address)
    assert answer.status_code < 500, address
    return list(forms_of(answer.text)) if is_page(answer) and answer.status_code == 200 else []


@pytest.mark.parametrize("lived_in", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", LEAST)
def test_no_page_offers_what_its_state_refuses(lived_in: World, role: str) -> None:
    desk, sent = lived_in.desks[role], Counter[str]()
    addresses = dict.fromkeys(crawl(desk.get, 0, 8))
    for route, roles in ACCESS.items():
        method, path = route.split(" ")
        if method == "GET" and role in roles and path != "/static" and "logout" not in path:
            addresses |= dict.fromkeys(lived_in.address(path, state) for state in states_for(route))
    wrong = [each for address in addresses for each in refused_for_its_state(desk, address, sent)]
    assert sent.total() >= LEAST[role], sent
    assert wrong == []
