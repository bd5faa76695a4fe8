"""No page asks the database once for every unit, round, order or line: the larger the installation, the same number.

On an embedded database each statement lengthens what others wait for; beside PostgreSQL each is a way there and back.
"""

import re
from collections.abc import Mapping

import pytest

from app.rounds.domain import RoundState
from tests import by_hand
from tests.security.access import ACCESS
from tests.security.crowded import Crowd
from tests.security.test_matrix import served
from tests.security.world import World
from tests.statements import statements

FEW, MANY = (8, 2), (24, 3)
"""Units, and rounds more about all of them."""
MOST = 55
"""Statements that no page may exceed; to begin a transaction asks nothing."""
NEVER_SHOWN = {
    *("/", "/language", "/rounds/{round_id}/hall", "/rectification/plans/{plan_id}"),  # lead elsewhere
    # want a token
    *("/api/v1/results", "/api/v1/results/{round_id}", "/api/v1/results/{round_id}/units/{unit_id}"),
    *("/api/v2/results", "/api/v2/results/{round_id}", "/api/v2/results/{round_id}/signed"),
    "/api/v2/results/{round_id}/sections/{section}/targets/{target}",
    # are of a round in another state, or before its box was opened
    *("/rounds/{round_id}/closing", "/rounds/{round_id}/freeze"),
    # are about what this campaign has none of: receipts, a file, a second version, a job, what could be taken away
    *("/receipts/{round_id}", "/receipts/{round_id}/receipts.json", "/jobs/{job_id}", "/jobs/{job_id}/file"),
    *("/results/{round_id}/documents/{version}", "/rounds/{round_id}/document/{version}"),
    *("/rectification/actions/{action_id}/files/{file_id}", "/rectification/plans/{plan_id}/signed"),
    *("/campaigns/{campaign_id}/forms/{key}/delete", "/offices/{office_id}/units/{registered_id}"),
    "/rounds/{round_id}/releases/{release_id}/withdraw",
    "/rounds/{round_id}/slips/batches/{batch_id}/void",
}
"""Routes of which no reader got a page, so that nothing is known of what they cost."""
ASKED_WITH = {"/results/campaigns/{campaign_id}/compare.svg": "?before={before}&after={round_id}"}
"""What stands behind an address."""
OF_EACH_ROUND = {"/rectification/campaigns/{campaign_id}/summary.docx"}
"""Quote a result for each round that orders rest on, which are read for it."""
FILE = re.compile(r"\.(docx|xlsx|pdf|zip)$")


def readers_of(route: str) -> list[str]:
    """Return who asks: a liaison, whose reach is narrowed, and one who sees all; for a file one of them."""
    widest = max(ACCESS[route], key=lambda role: (role == "organiser", role))
    return [widest] if FILE.search(route) else sorted({widest, *({"liaison", "supervisor"} & ACCESS[route])})


def costs(world: World, crowd: Crowd) -> dict[str, list[str]]:
    """Ask for everything, in a campaign of many or few, as one who has looked at it before."""
    found = {}
    places = {**world.places, **crowd.places()}
    for route in sorted(served(world) - {"GET /static"}):
        method, path = route.split(" ")
        for role in readers_of(route) if method == "GET" else ():
            address = world.address(path, RoundState.PUBLISHED) if "section" in path else _path(path, places)
            if not FILE.search(path):
                world.desks[role].get(address)
            with statements() as asked:
                answer = world.desks[role].get(address)
            assert answer.status_code < 500, address
            found[f"{role} {route} {answer.status_code}"] = list(asked)
    return found


def _path(path: str, places: Mapping[str, str]) -> str:
    return f"{path}{ASKED_WITH.get(path, '')}".format_map(_Some(places))


class _Some(dict[str, str]):
    """What stands in an address; of what there is none in this campaign, an id that nobody has."""

    def __missing__(self, name: str) -> str:
        return f"no{name}"


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_no_page_asks_more_for_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_hand, "BEFORE_ACTS", [])  # who has looked at a page before finds what was kept for him
    crowd = Crowd(world.database)
    crowd.grow(*FEW)
    few = costs(world, crowd)
    crowd.grow(*MANY)
    many = costs(world, crowd)
    assert few.keys() == many.keys()
    shown = {name.split(" ")[2] for name in many if name.endswith(" 200")}
    assert {name.split(" ")[2] for name in many} - shown == NEVER_SHOWN
    grown = {name: _more(few[name], asked) for name, asked in many.items() if len(asked) > len(few[name])}
    grown = {name: told for name, told in grown.items() if name.split(" ")[2] not in OF_EACH_ROUND}
    assert grown == {}
    assert {name: len(asked) for name, asked in many.items() if len(asked) > MOST} == {}


def _more(before: list[str], after: list[str]) -> list[str]:
    """Return what was asked more often, the most frequent one first."""
    more = {one: after.count(one) - before.count(one) for one in after}
    told = sorted(((number, " ".join(one.split())[:200]) for one, number in more.items() if number > 0), reverse=True)
    return [f"{number} × {one}" for number, one in told[:3]]
