"""No number in an address, however long or odd, brings more than a refusal or the nearest page."""

from collections.abc import Iterator

import pytest

from app.rounds.domain import RoundState
from tests.security.access import ACCESS
from tests.security.furnished import furnish
from tests.security.world import World

ODD = ("9" * 5_000, "9" * 30, "2147483648", "-1", "²")
"""More digits than Python turns into a number, than a database keeps, and signs that only look like digits."""
ASKED = ("part", "page_number", "asked", "attempt", "issued")
"""What addresses ask for by number behind the question mark."""

NUMBERS = ("{version}", "{place}")
"""What is a number before it."""


@pytest.fixture(scope="module")
def lived_in(world: World) -> World:
    furnish(world.database, world.settings.data)
    return world


def addresses(world: World, path: str, odd: str) -> Iterator[str]:
    """Yield a route's address with the number in each of its places."""
    state = RoundState.PUBLISHED
    yield world.address(path, state) + "?" + "&".join(f"{name}={odd}" for name in ASKED)
    for name in (name for name in NUMBERS if name in path):
        yield world.address(path.replace(name, odd), state)


def test_it_works(lived_in: World) -> None:
    wrong = {}
    for route in sorted(set(ACCESS) - {"GET /static"}):
        method, path = route.split(" ")
        role = max(ACCESS[route], key=lambda each: (each == "organiser", each))
        for odd in ODD if method == "GET" else ():
            for address in addresses(lived_in, path, odd):
                status = lived_in.desks[role].get(address).status_code
                if status >= 500:
                    wrong[f"{role} {route} {odd[:20]}"] = status
    assert wrong == {}
