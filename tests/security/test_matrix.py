"""Role x state x route (SEC-42): who may, who may not, and that what is refused changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from fastapi.routing import iter_route_contexts
from httpx import Response

from app.campaigns.builtin import DEFAULT_SCALE, SCALES
from app.campaigns.domain import Scheme
from app.campaigns.sentences import rule_text
from app.rounds.domain import RoundState
from app.web.forms import TOKEN_FIELD
from tests.cast import Desk
from tests.security.access import ACCESS, EVERYONE, ORGANISER, READER, STAFF
from tests.security.world import World

JSON = {"accept": "application/json"}
RESULTS = [route for route in ACCESS if route.startswith("GET /results/{") and "documents" not in route]
"""The world's rounds are about no document."""
UNREADABLE = [state for state in RoundState if state not in {RoundState.PUBLISHED, RoundState.ARCHIVED}]
REFUSALS = {"login_needed", "role_refused"}
RULE = rule_text(Scheme(SCALES[DEFAULT_SCALE]))
"""The rule as it was frozen, whose words are nobody's result: the minutes say it before there is one."""


def served(world: World) -> set[str]:
    """Return every route the application answers, plain Starlette ones and mounts included."""
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(world.api.routes)
        for method in (context.methods or {"GET"}) - {"HEAD", "OPTIONS"}
    }


def states_for(route: str) -> tuple[RoundState, ...]:
    """Return the states in which a route is tried: all of them where it names a round."""
    per_round = any(name in route for name in ("{round_id}", "{approval_id}", "{batch_id}"))
    return tuple(RoundState) if per_round else (RoundState.PUBLISHED,)


def cases(
    world: World, roles: frozenset[str] = EVERYONE, *, refused: bool = False
) -> Iterator[tuple[str, str, str, Desk]]:
    """Yield method, address, a name for messages, and browser, for those of the roles that the table lets in or not."""
    for route, allowed in ACCESS.items():
        method, path = route.split(" ")
        path = "/static/{path}" if path == "/static" else path
        for state in states_for(route):
            for role in sorted(roles - allowed if refused else roles & allowed):
                yield method, world.address(path, state), f"{role} {route} {state}", world.desks[role]


def ask(desk: Desk, method: str, address: str, fields: dict[str, str] | None = None, **headers: str) -> Response:
    sent = {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = fields if method == "POST" else None
    response: Response = desk.client.request(method, address, headers=sent, data=data)
    return response


def code_of(response: Response) -> str:
    return str(response.json().get("error", "")) if response.headers.get("content-type") == "application/json" else ""


def test_every_route_stands_in_the_table(world: World) -> None:
    assert served(world) == set(ACCESS), "say in access.py who may use the new route"


def test_it_refuses_everyone_else_in_every_state(world: World) -> None:
    before = world.dump()
    wrong = {}
    for method, address, name, desk in cases(world, refused=True):
        response = ask(desk, method, address, {TOKEN_FIELD: desk.form_token})
        wanted = "login_needed" if name.startswith("nobody") else "role_refused"
        if code_of(response) != wanted or response.status_code not in {401, 403}:
            wrong[name] = f"{response.status_code} {response.text[:80]}"
    assert wrong == {}
    assert world.dump() == before


@dataclass
class Walk:
    """What everybody was shown who may, at every address in every state, and what the installation was meanwhile."""

    before: dict[str, list[str]]
    answers: dict[str, Response] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def walk(world: World) -> Walk:
    """Ask as everybody who may; and where no page is shown once more, as a browser does, as nobody and an organiser."""
    found = Walk(world.dump())
    for method, address, name, desk in cases(world):
        if method == "GET":
            answer = found.answers[name] = ask(desk, method, address)
            if code_of(answer) and name.startswith(("nobody ", "organiser ")):
                assert desk.get(address).status_code < 500, name
    found.after = world.dump()
    return found


def test_it_lets_in_whom_the_table_names(walk: Walk) -> None:
    wrong = {
        name: response.status_code
        for name, response in walk.answers.items()
        if response.status_code >= 500 or code_of(response) in REFUSALS
    }
    assert wrong == {}


def test_asking_changes_nothing(walk: Walk) -> None:
    """That asking changes nothing where it is refused, ``test_it_refuses_everyone_else_in_every_state`` has seen."""
    assert len(walk.answers) > 1_000
    assert walk.after == walk.before


def test_a_scanned_link_uses_up_no_code_and_no_invitation(world: World) -> None:
    codes = world.codes[RoundState.OPEN]
    before = world.dump()
    for code in [each[-1] for each in codes.values()]:
        for address in ("/v", f"/v?code={code}", f"/v/{code}", f"/v/paper?code={code}", f"/v/cast?code={code}"):
            for _ in range(3):
                assert world.desks["nobody"].get(address).status_code < 500
    for _ in range(3):
        assert world.desks["nobody"].get(world.address("/welcome/{token}", RoundState.OPEN)).status_code == 200
    assert world.dump() == before


LET_IN = (RoundState.OPEN, RoundState.PUBLISHED)
"""States in which who has two roles is let in; but results are asked for, and refusals tried, in every state."""


def joined_cases(world: World) -> Iterator[tuple[str, str, str, Desk, bool]]:
    """Yield method, address, name, browser and whether one of the joined roles is let in, for who has two roles."""
    for route, allowed in ACCESS.items():
        method, path = route.split(" ")
        path = "/static/{path}" if path == "/static" else path
        for state in states_for(route):
            for roles, desk in world.joined.items():
                is_let_in = not allowed.isdisjoint(roles.split())
                if not is_let_in or (method == "GET" and (state in LET_IN or route in RESULTS)):
                    yield method, world.address(path, state), f"{roles} {route} {state}", desk, is_let_in


@pytest.fixture(scope="module")
def joined(world: World) -> dict[str, Response]:
    """What was answered to who has two roles, by name; that it is what either role opens is seen on the way."""
    before, found, wrong = world.dump(), dict[str, Response](), {}
    for method, address, name, desk, is_let_in in joined_cases(world):
        response = found[name] = ask(desk, method, address, {TOKEN_FIELD: desk.form_token})
        if (code_of(response) in REFUSALS) is is_let_in or response.status_code >= 500:
            wrong[name] = f"{response.status_code} {response.text[:80]}"
    assert wrong == {}
    assert world.dump() == before
    return found


def test_joined_roles_open_what_either_opens_and_no_more(joined: dict[str, Response]) -> None:
    assert len(joined) > 1_000


def test_results_give_nothing_to_joined_roles_before_publication(world: World, joined: dict[str, Response]) -> None:
    names = [f"{roles} {route} {state}" for route in RESULTS for state in UNREADABLE for roles in world.joined]
    assert {name: code_of(joined[name]) for name in names} == dict.fromkeys(names, "result_not_published")


def test_who_holds_a_key_and_speaks_for_a_unit_reads_results_as_its_liaison(world: World) -> None:
    address = world.address("/results/{round_id}/result.json", RoundState.PUBLISHED)
    own, alone, whole = world.joined["scrutineer liaison"], world.desks["liaison"], world.desks["organiser"]
    assert own.get(address).json() == alone.get(address).json()
    assert own.get(address).json() != whole.get(address).json()


MADE_BEFORE_THE_LOG_IN = {"POST /again"}
"""Forms of pages that nobody was logged in to; what they lead to is a page, which carries a token of the log-in."""


def test_it_refuses_a_post_without_the_form_s_token(world: World) -> None:
    before = world.dump()
    anyones = world.desks["nobody"].form_token
    wrong = {}
    tokens, seen = ("", "0" * 32, anyones), set[str]()
    for place, (method, address, name, desk) in enumerate(cases(world, STAFF)):
        route = " ".join(name.split(" ")[1:3])
        public = ACCESS[route] == EVERYONE or route in MADE_BEFORE_THE_LOG_IN
        asked = () if method != "POST" else tokens[place % 3 :][:1] if route in seen else tokens
        seen.add(route)
        for token in asked:
            response = ask(desk, method, address, {TOKEN_FIELD: token})
            if response.status_code != 403 and not (public and token == anyones):
                wrong[name, token] = f"{response.status_code} {response.text[:60]}"
    assert wrong == {}
    assert world.dump() == before


@pytest.mark.parametrize(
    "headers",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"origin": "http://evil.example"}],
    ids=str,
)
def test_it_refuses_a_post_from_another_site(world: World, headers: dict[str, str]) -> None:
    before = world.dump()
    wrong = {}
    for method, address, name, desk in cases(world, ORGANISER):
        if method == "POST":
            response = ask(desk, method, address, {TOKEN_FIELD: desk.form_token}, **headers)
            if (response.status_code, code_of(response)) != (403, "cross_site"):
                wrong[name] = f"{response.status_code} {response.text[:60]}"
    assert wrong == {}
    assert world.dump() == before


OTHER_METHODS = (
    *((role, method) for role in ("nobody", "organiser", "leader") for method in ("HEAD", "OPTIONS")),
    *(("organiser", method) for method in ("PUT", "PATCH", "DELETE")), ("nobody", "TRACE"),
)  # fmt: skip


def test_other_methods_give_nothing_and_change_nothing(world: World) -> None:
    before = world.dump()
    wrong = {}
    for path in dict.fromkeys(route.split(" ")[1] for route in ACCESS):
        allowed = ACCESS.get(f"GET {path}", frozenset())
        address = world.address(path.replace("/static", "/static/{path}"), RoundState.PUBLISHED)
        for role, method in OTHER_METHODS:
            response = ask(world.desks[role], method, address)
            head_of_page = method == "HEAD" and role in allowed
            if response.status_code not in {401, 403, 404, 405} and not head_of_page:
                wrong[f"{role} {method} {path}"] = f"{response.status_code} {response.text[:60]}"
    assert wrong == {}
    assert world.dump() == before


def test_results_give_nothing_to_anyone_before_publication(walk: Walk) -> None:
    """Who may not is refused in every state (``test_it_refuses_everyone_else_in_every_state``)."""
    names = [f"{role} {route} {state}" for route in RESULTS for state in UNREADABLE for role in ACCESS[route]]
    assert {name: code_of(walk.answers[name]) for name in names} == dict.fromkeys(names, "result_not_published")


def test_results_are_open_to_readers_after_publication(walk: Walk) -> None:
    names = [f"{role} {route} {RoundState.PUBLISHED}" for route in RESULTS for role in READER]
    assert {name: walk.answers[name].status_code for name in names} == dict.fromkeys(names, 200)


def test_an_unknown_round_looks_like_an_unpublished_one(world: World) -> None:
    sealed = ask(world.desks["leader"], "GET", world.address("/results/{round_id}", RoundState.SEALED))
    nowhere = ask(world.desks["leader"], "GET", "/results/nowhere")
    assert (sealed.status_code, sealed.text) == (nowhere.status_code, nowhere.text)


def test_no_page_before_publication_tells_a_figure(walk: Walk) -> None:
    """Whoever may see a round's pages before publication reads no rate, verdict or remark on any of them."""
    wrong = {}
    for name, response in walk.answers.items():
        if name.endswith((" open", " sealed", " counted")) and "/results" not in name and "nobody" not in name:
            text = response.text.replace(RULE, "")
            found = [word for word in ("意见0", "意见3", "需补课", "达标", "满意率：") if word in text]
            if found and "/publish" not in name and "/paper" not in name:
                wrong[name] = found
    assert wrong == {}


def test_whatever_is_posted_by_who_may_never_ends_in_an_error_of_ours(world: World) -> None:
    """The last test of this file, because it does change things."""
    wrong = {}
    for method, address, name, desk in cases(world, STAFF):
        if method == "POST" and "logout" not in address:
            response = ask(desk, method, address, {TOKEN_FIELD: desk.form_token})
            if response.status_code >= 500 or code_of(response) in REFUSALS:
                wrong[name] = f"{response.status_code} {response.text[:60]}"
    assert wrong == {}
