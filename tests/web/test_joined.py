"""Joined scripts and styles: nothing is lost, nothing is doubled, and every browser gets the same content."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.web.joined import served
from app.web.pages import APP, static_hashes
from scripts.join_assets import NAMES, addressed

STATIC = APP / "static"


def exported(script: bytes) -> set[str]:
    """Return what a script gives to others."""
    found = re.search(r"\bexport\{([^}]*)\}", script.decode())
    return {name.rpartition(" ")[2] for name in found[1].split(",")} if found else set()


def test_it_works() -> None:
    files, tags = served(STATIC), static_hashes(STATIC)
    script = files["js/booth-visit.js"].decode()
    imported = set(re.findall(r"""\bfrom\s*"([^"]*)\"""", script))
    assert imported == {f"./booth-ask.js?v={tags['js/booth-ask.js']}"}
    assert f'"./booth-index.js?v={tags["js/booth-index.js"]}"' in script
    assert exported(files["js/booth-visit.js"]) == set()
    assert exported(files["js/booth-ask.js"]) == {"askPaper"}
    assert exported(files["js/booth-index.js"]) == {"fillIndex"}
    assert exported(files["js/booth-seal.js"]) == {"prepare", "draftOf"}
    assert "document.querySelector(" in script
    style = files["css/booth.css"].decode()
    assert style.index(".weui-btn{") < style.index(".grades span{")


def test_every_file_is_served_and_others_are_as_they_lie_there() -> None:
    files = served(STATIC)
    lying = {
        path.relative_to(STATIC).as_posix(): path.read_bytes()
        for path in STATIC.rglob("*")
        if path.suffix in {".css", ".js", ".svg"} and "joined" not in path.parts
    }
    assert files.keys() == lying.keys()
    assert {name for name in files if files[name] != lying[name]} == set(NAMES)


def test_what_is_joined_is_served_in_the_place_of_its_source(tmp_path: Path) -> None:
    for name, text in {
        "css/a.css": "a { color: red }",
        "js/b.js": "export {};",
        "joined/css/a.css": "a{color:red}",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert served(tmp_path) == {"css/a.css": b"a{color:red}", "js/b.js": b"export {};"}


def test_neighbours_are_asked_for_by_what_is_in_them() -> None:
    tags = {"js/booth-ask.js": "0123456789", "js/booth-index.js": "abcdefabcd"}
    script = 'import{a as b}from"./booth-ask.js";var c="./booth-index.js",d="./e";import(c+"#1");'
    assert addressed(script, tags) == (
        'import{a as b}from"./booth-ask.js?v=0123456789";var c="./booth-index.js?v=abcdefabcd",d="./e";import(c+"#1");'
    )
    with pytest.raises(KeyError):
        addressed('import"./booth-kept.js";', tags)


@pytest.mark.parametrize("name", NAMES)
def test_browsers_get_the_same_with_and_without_gzip(client: TestClient, name: str) -> None:
    address = f"/static/{name}?v={static_hashes(STATIC)[name]}"
    packed, plain = (client.get(address, headers={"accept-encoding": kind}) for kind in ("gzip", "identity"))
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.content == plain.content == served(STATIC)[name]
    assert packed.headers["cache-control"] == plain.headers["cache-control"] == "public, max-age=31536000, immutable"
