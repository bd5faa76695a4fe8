"""Asking for pages changes nothing (SEC-53): every page, three times, as every role, in every state."""

from app.rounds.domain import RoundState
from tests.security.access import ACCESS
from tests.security.test_matrix import states_for
from tests.security.world import World

GETS = [route for route in ACCESS if route.startswith("GET") and route != "GET /static"]


def test_it_works(world: World) -> None:
    before = world.dump()
    for route in GETS:
        for state in states_for(route):
            for role, desk in world.desks.items():
                address = world.address(route.removeprefix("GET "), state)
                for _ in range(3 if role in {"nobody", "organiser"} else 1):
                    assert desk.get(address).status_code < 500, f"{role} {route} {state}"
    assert world.dump() == before


def test_a_scanned_link_uses_up_no_code_and_no_invitation(world: World) -> None:
    codes = world.codes[RoundState.OPEN]
    before = world.dump()
    for code in [some[-1] for some in codes.values()]:
        for address in ("/v", f"/v?code={code}", f"/v/{code}", f"/v/paper?code={code}", f"/v/cast?code={code}"):
            for _ in range(3):
                assert world.desks["nobody"].get(address).status_code < 500
    for _ in range(3):
        assert world.desks["nobody"].get(world.address("/welcome/{token}", RoundState.OPEN)).status_code == 200
    assert world.dump() == before
