"""Static files: all that a page asks for is served, and to voters and the public nothing that is made for staff."""

import json
import re
from collections.abc import Iterator
from posixpath import dirname, join, normpath
from types import FunctionType, ModuleType
from typing import cast

import pytest
from fastapi.routing import iter_route_contexts
from jinja2 import Environment, FileSystemLoader, meta
from starlette.testclient import TestClient

from app.core.audiences import Audience
from app.core.clock import utc_now
from app.core.settings import Settings
from app.main import build_api, wrap
from app.routers import PUBLIC_ROUTERS
from app.web.joined import FOLDER, RECORD, served, served_to_the_public
from app.web.pages import APP
from tests.conftest import BASE_URL

STATIC, TEMPLATES = APP / "static", APP / "templates"
NAMED = re.compile(r"static\('([^']+)'\)")
IMPORTED = re.compile(r"""["'](\.{1,2}/[\w./-]+\.js)""")
OF_STAFF = "booth/preview.html"
"""The paper as organisers see it before the vote."""
UNCALLED = {"js/form-list.js"}
"""Stands in a macro that comes with others, and that no page of the public calls."""


def functions_of(function: FunctionType) -> Iterator[FunctionType]:
    """Yield a function and all of ours that it names, directly or by their module."""
    waiting, seen = [function], set[FunctionType]()
    while waiting:
        at = waiting.pop()
        if at in seen or not at.__module__.startswith("app."):
            continue
        seen.add(at)
        yield at
        there = [at.__globals__.get(name) for name in at.__code__.co_names]
        modules = [each for each in there if isinstance(each, ModuleType)]
        there += [getattr(module, name, None) for module in modules for name in at.__code__.co_names]
        waiting += [each for each in there if isinstance(each, FunctionType)]


def pages_of_the_public() -> set[str]:
    routes = [each for router in PUBLIC_ROUTERS for each in iter_route_contexts(router.routes)]
    functions = [each for route in routes for each in functions_of(cast("FunctionType", route.endpoint))]
    named = {text for each in functions for text in each.__code__.co_consts if str(text).endswith(".html")}
    booth = {f"booth/{path.name}" for path in (TEMPLATES / "booth").glob("*.html")}
    return (named | booth | {"error.html"}) - {OF_STAFF}


def with_parts(pages: set[str]) -> set[str]:
    """Return templates with those that they extend, include or import."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    seen, waiting = set[str](), [*pages]
    while waiting:
        if (name := waiting.pop()) not in seen:
            seen.add(name)
            tree = environment.parse((TEMPLATES / name).read_text("utf-8"))
            waiting += [each for each in meta.find_referenced_templates(tree) if each]
    return seen


def asked_for(templates: set[str]) -> set[str]:
    """Return what templates ask for, with what its scripts import, and what those import."""
    files, found = served(STATIC), set[str]()
    waiting = [name for each in templates for name in NAMED.findall((TEMPLATES / each).read_text("utf-8"))]
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            script = files[name].decode() if name.endswith(".js") else ""
            waiting += [normpath(join(dirname(name), each)) for each in IMPORTED.findall(script)]
    return found


def sources(joined: set[str]) -> set[str]:
    """Return what these files were made of, so far as they are joined."""
    made = json.loads((STATIC / FOLDER / RECORD).read_text("utf-8"))["files"]
    return {source for name in joined & made.keys() for source in made[name]["made_of"]}


def test_it_works() -> None:
    pages = pages_of_the_public()
    assert {"publication/notice.html", "receipts/list.html", "rectification/commitments.html"} <= pages
    assert asked_for(with_parts(pages)) - UNCALLED == set(served_to_the_public(STATIC))


def test_all_that_templates_ask_for_is_served_and_used() -> None:
    every = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    asked = asked_for(every)
    assert asked | sources(asked) == set(served(STATIC))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_booth_gives_voters_and_the_public_no_file_of_staff(settings: Settings) -> None:
    api = build_api(settings, utc_now, audiences={Audience.BOOTH})
    with TestClient(wrap(api, settings), base_url=BASE_URL) as phone:
        given = {name for name in served(STATIC) if phone.get(f"/static/{name}").status_code == 200}
    assert given == set(served_to_the_public(STATIC))
    assert {"css/booth.css", "js/box-print.js"} <= given
    assert given.isdisjoint({"js/box-secret.js", "js/booth-paper.js", "css/hall.css"})


def test_nothing_of_the_folder_is_served_but_styles_scripts_and_drawings(client: TestClient) -> None:
    lying = [path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()]
    others = [name for name in lying if name not in served(STATIC)]
    assert {"fonts/printable.bin", "vendor/weui/LICENSE", "joined/js/booth-visit.js"} <= set(others)
    for name in [*others, "", "../main.py", "%2e%2e/main.py"]:
        assert client.get(f"/static/{name}").status_code == 404, name
    assert client.head("/static/css/desk.css").status_code == 200
    assert client.post("/static/css/desk.css").status_code in {403, 405}
