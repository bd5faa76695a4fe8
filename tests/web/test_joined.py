"""Joined scripts and styles: nothing is lost, nothing is doubled, and every browser gets the same content."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.web.joined import JOINED, served
from app.web.pages import APP, static_hashes

STATIC = APP / "static"
SCRIPTS = [name for name in JOINED if name.endswith(".js")]


def exported(script: str) -> list[str]:
    """Return the functions that a script gives to others."""
    return re.findall(r"^export (?:async )?function (\w+)", script, re.MULTILINE)


def test_it_works() -> None:
    files = served(STATIC)
    script = files["js/booth-visit.js"].decode()
    ask = static_hashes(STATIC)["js/booth-ask.js"]
    assert re.findall(r"^import\b.*", script, re.MULTILINE) == [f'import{{askPaper}}from"./booth-ask.js?v={ask}";']
    assert f'import("./booth-index.js?v={static_hashes(STATIC)["js/booth-index.js"]}"' in script
    assert exported(script) == []
    assert exported(files["js/booth-ask.js"].decode()) == ["askPaper"]
    assert "shuffleUnits" not in script
    assert "document.querySelector(" in script
    sealing = files["js/booth-seal.js"].decode()
    assert exported(sealing) == ["prepare"]
    style = files["css/booth.css"].decode()
    assert style.index(".weui-btn{") < style.index(".grades span{")
    assert "/*" not in style


def test_every_file_is_served_and_others_are_as_they_lie_there() -> None:
    files = served(STATIC)
    assert files.keys() == {
        path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"}
    }
    assert all(files[name] == (STATIC / name).read_bytes() for name in files.keys() - JOINED.keys())


@pytest.mark.parametrize("name", SCRIPTS)
def test_parts_come_after_those_they_import(name: str) -> None:
    seen: list[str] = []
    for part in JOINED[name]:
        wanted = re.findall(r"^import [^;]* from \"\./([\w-]+\.js)\";", (STATIC / part).read_text(), re.MULTILINE)
        assert {f"js/{one}" for one in wanted} <= {*seen, *list(JOINED)[: list(JOINED).index(name)]}, part
        seen.append(part)


def test_names_are_shortened_everywhere_or_nowhere(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    for part in JOINED["js/booth-done.js"]:
        (tmp_path / part).write_text("")
    source = """const LIMIT = 8;
export const half = (whole) => whole / 2 + other(whole) / LIMIT;
function other(one) {
  const found = { kept: `a${half(one)}`, limit: LIMIT };
  return found.other / half("other / half") / LIMIT;
}
function kept() {}
"""
    (tmp_path / "js" / "booth-done.js").write_text(source)
    assert (
        served(tmp_path)["js/booth-done.js"].decode().lstrip()
        == """let e=8;
export let half=n=>n / 2+t(n) / e;
function t(n){let t={kept:`a${half(n)}`,limit:e};return t.other / half("other / half") / e}
function n(){}
"""
    )


def test_texts_patterns_and_properties_stay(tmp_path: Path) -> None:
    """Whatever the quotes; what ends a block in a text; a name that is taken out of an object with a default."""
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "booth-kept.js").write_text("")
    source = """const found = 1;
const other = 2;
export function tell({ found = 3, as = other }) {
  return ['found  it', "a { b ;}", `c {;}`, /;}/, found, as, other];
}
"""
    (tmp_path / "js" / "booth-done.js").write_text(source)
    assert (
        served(tmp_path)["js/booth-done.js"].decode().lstrip()
        == """let e=1;
let t=2;
export function tell({found:e=3,as=t}){return['found  it',"a { b ;}",`c {;}`, /;}/,e,as,t]}
"""
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_name_stands_for_two_things(name: str) -> None:
    source = "".join((STATIC / part).read_text() for part in JOINED[name])
    names = re.findall(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", source, re.MULTILINE)
    assert len(names) == len(set(names))


def test_a_folder_without_the_parts_joins_nothing(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "booth.css").write_text("a { color: red }\n")
    assert served(tmp_path) == {"css/booth.css": b"a { color: red }\n"}


@pytest.mark.parametrize("name", JOINED)
def test_browsers_get_the_same_with_and_without_gzip(client: TestClient, name: str) -> None:
    address = f"/static/{name}?v={static_hashes(STATIC)[name]}"
    packed, plain = (client.get(address, headers={"accept-encoding": kind}) for kind in ("gzip", "identity"))
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.content == plain.content == served(STATIC)[name]
    assert packed.headers["cache-control"] == plain.headers["cache-control"] == "public, max-age=31536000, immutable"
