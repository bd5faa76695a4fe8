"""What lies under app/static/vendor and app/static/fonts is what was fetched, and asks no other host for anything.

What lies under app/static/joined was made of what lies there now; `make check` makes it anew and compares.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.ft2font import FT2Font

from app.core.printable import FACES
from app.web.joined import tag

STATIC = Path(__file__).resolve().parent.parent / "app" / "static"
MANIFEST = STATIC / "vendor" / "vendored.json"
JOINED = STATIC / "joined"
RECORD: dict[str, Any] = json.loads((JOINED / "joined.json").read_text(encoding="utf-8"))
FONTS = FACES
LEVEL_1 = "".join(
    bytes([row, cell]).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) <= (0xD7, 0xF9)
)
ASCII = "".join(map(chr, range(0x20, 0x7F)))
SIGNS = "《》“”‘’—…·%①②③④⑤⑥⑦⑧⑨⑩、。，；：？！（）【】〔〕％１２ＡＢ✓○●■□▲△◇◆☆★→←≥≤×÷±√℃‰￥"


def _packages() -> list[dict[str, Any]]:
    packages: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))["packages"]
    return packages


def _bundles() -> list[dict[str, Any]]:
    bundles: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))["bundles"]
    return bundles


def _fonts() -> list[dict[str, Any]]:
    fonts: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))["fonts"]
    return fonts


def _recorded() -> dict[str, str]:
    return {name: digest for made in [*_packages(), *_bundles(), *_fonts()] for name, digest in made["files"].items()}


def _on_disk() -> dict[str, str]:
    files = (path for folder in ("vendor", "fonts") for path in (STATIC / folder).rglob("*") if path.is_file())
    return {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path != MANIFEST
    }


def test_files_on_disk_are_the_recorded_ones() -> None:
    """Neither a changed, nor a missing, nor an extra file."""
    assert _on_disk() == _recorded()


def test_every_package_is_pinned_and_brings_its_licence() -> None:
    """A version, a tarball hash, and a licence text beside the files."""
    for package in _packages():
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert re.fullmatch(r"[0-9a-f]{64}", package["tarball_sha256"])
        assert any(Path(name).stem in {"LICENSE", "OFL"} for name in package["files"]), package["package"]
    for made in _bundles():
        for package in [made["made_by"], *made["made_of"]]:
            assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
            assert re.fullmatch(r"[0-9a-f]{64}", package["tarball_sha256"])
        assert f"{made['folder']}/LICENSE" in made["files"]
    for package in _fonts():
        assert re.fullmatch(r"(\d+:)?\d[\w.+-]*", package["version"])
        assert re.fullmatch(r"[0-9a-f]{64}", package["deb_sha256"])
        licence = (STATIC / "fonts" / "OFL.txt").read_text(encoding="utf-8")
        assert licence.startswith("© ")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_the_sealing_primitives_suit_old_phones() -> None:
    """IOS 13 has no BigInt, plain http no crypto.subtle; and a phone fetches them while its owner marks."""
    script = (STATIC / "vendor" / "sealing" / "primitives.min.js").read_bytes()
    assert not [word for word in (b"BigInt", b"subtle", b"require(", b"??", b"?.") if word in script]
    assert len(gzip.compress(script, 9)) <= 8 * 1024


@pytest.mark.parametrize("path", sorted((STATIC / "vendor").rglob("*.css")), ids=lambda path: path.name)
def test_it_refuses_styles_that_reach_another_host(path: Path) -> None:
    """Only data: images and fragments inside them; no import, no font, no address outside comments and data."""
    css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "@import" not in css
    assert "@font-face" not in css
    targets = re.findall(r"url\(\s*[\"']?(.{0,10})", css)
    assert {target for target in targets if not target.startswith(("data:image", "%23"))} == set()
    outside_data = re.sub(r"url\((\"data:[^\"]*\"|'data:[^']*'|data:[^)]*)\)", "", css)
    assert "//" not in outside_data


def test_weui_leaves_room_on_a_slow_phone() -> None:
    """The phone's whole first load is 24 kB, of which WeUI may take little."""
    css = (STATIC / "vendor" / "weui" / "weui-booth.min.css").read_bytes()
    assert len(gzip.compress(css, 9)) <= 1_500


def test_tabler_is_cut_to_what_pages_use() -> None:
    """Every class of a template has a rule somewhere; what Tabler is to style stands in scripts/tabler-classes."""
    ours = [*STATIC.rglob("*.css"), *STATIC.parent.joinpath("templates").rglob("*.css")]
    sheets = "".join(path.read_text(encoding="utf-8") for path in ours)
    scripts = "".join(path.read_text(encoding="utf-8") for path in STATIC.rglob("*.js"))
    styled = set(re.findall(r"\.([A-Za-z][\w-]*)", sheets))
    bare = {
        (path.name, name)
        for path in STATIC.parent.joinpath("templates").rglob("*.html")
        for names in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8"))
        for name in re.sub(r"{{.*?}}|{%.*?%}", " ", names).split()
        if re.fullmatch(r"[a-z][\w-]*[a-z0-9]", name) and name not in styled and name not in scripts
    }
    assert bare == set()
    css = (STATIC / "vendor" / "tabler" / "tabler-desk.min.css").read_bytes()
    assert len(gzip.compress(css, 9)) <= 24 * 1024


@pytest.mark.parametrize("name", FONTS)
def test_fonts_cover_common_chinese(name: str) -> None:
    """Every GB2312 level-1 character, ASCII and the signs our papers and charts use."""
    covered = FT2Font(STATIC / "fonts" / name).get_charmap()
    assert len(LEVEL_1) == 3755
    assert [char for char in LEVEL_1 + ASCII + SIGNS if ord(char) not in covered] == []


@pytest.mark.parametrize(("name", "style", "weight"), [(FONTS[0], "Regular", 400), (FONTS[1], "Bold", 700)])
def test_fonts_keep_their_family_name(name: str, style: str, weight: int) -> None:
    """Typst and matplotlib find both under one family."""
    font = FT2Font(STATIC / "fonts" / name)
    assert (font.family_name, font.style_name) == ("Noto Sans SC", style)
    table = font.get_sfnt_table("OS/2")
    assert table is not None
    assert table["usWeightClass"] == weight


def test_weui_has_every_class_that_the_booth_uses() -> None:
    """What was cut away is used nowhere."""
    pages = [*(STATIC.parent / "templates" / "booth").glob("*.html"), *(STATIC / "js").glob("booth-*.js")]
    used = {name for path in pages for name in re.findall(r"weui-[\w-]+", path.read_text(encoding="utf-8"))}
    css = (STATIC / "vendor" / "weui" / "weui-booth.min.css").read_text(encoding="utf-8")
    assert used
    assert {name for name in used if f".{name}" not in css} == set()


def _digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def test_what_is_joined_is_made_of_what_lies_here() -> None:
    sources = RECORD["sources"]
    changed = sorted(name for name, _ in _digests(STATIC, sources).items() ^ sources.items())
    assert changed == [], "changed since app/static/joined was made; please run: make join"


def test_joined_files_are_the_recorded_ones() -> None:
    """Neither a changed, nor a missing, nor an extra file; and every source is recorded."""
    on_disk = {path.relative_to(JOINED).as_posix() for path in JOINED.rglob("*") if path.is_file()}
    recorded = {name: made["sha256"] for name, made in RECORD["files"].items()}
    assert on_disk == {*recorded, "joined.json"}
    changed = sorted(name for name, _ in _digests(JOINED, recorded).items() ^ recorded.items())
    assert changed == [], "not what was made; please run: make join"
    assert set(RECORD["sources"]) == {source for made in RECORD["files"].values() for source in made["made_of"]}
    assert RECORD["made_by"] == _bundles()[0]["made_by"]


def test_every_style_and_script_of_the_booth_is_joined() -> None:
    """Whatever a page of voters names, and what its scripts ask for later."""
    pages = [path for path in (STATIC.parent / "templates" / "booth").glob("*.html") if path.name != "preview.html"]
    named = {name for path in pages for name in re.findall(r"static\('(.*?)'\)", path.read_text(encoding="utf-8"))}
    assert named
    assert {*named, "js/booth-index.js"} == set(RECORD["files"])


@pytest.mark.parametrize("name", sorted(name for name in RECORD["files"] if name.endswith(".js")))
def test_joined_scripts_import_what_is_served(name: str) -> None:
    """By the address under which it is kept for good, and nothing else."""
    script = (JOINED / name).read_text(encoding="utf-8")
    asked = re.findall(r"""["'`](\.{1,2}/[^"'`]*)["'`]""", script)
    files = {one: tag((JOINED / "js" / one).read_bytes()) for one in ("booth-ask.js", "booth-index.js")}
    expected = {f"./{one}?v={files[one]}" for one in files} if name == "js/booth-visit.js" else set()
    assert set(asked) == expected


TOO_NEW = {
    "a?.b": r"\?\.(?!\d)",
    "a??b": r"\?\?",
    "a||=b": r"(?:\|\||&&)=",
    "this.#a": r"this\.#",
    "class a{b=1}": r"\bclass\b[^{]*\{\s*(?:static\s+)?\w+\s*[=;{]",
    "a=1n": r"\bBigInt\b|(?<![\w$.])\d+n\b",
    "a=1_000": r"(?<![\w$])\d+_\d",
    "import.meta": r"import\.meta",
    "/(?<!a)b/": r"\(\?<[=!]",
    "await a": r"^await\b",
    "a.replaceAll(b)": r"\.(?:replaceAll|replaceChildren|at|any|findLast|toSorted|hasOwn)\(|\bstructuredClone\b",
    "[a,...b]=[c,d]": r"\.\.\.[\w$]+\]=\[",
}
"""What iOS 13 or Chromium 80 cannot read, or reads wrongly, as the last."""


@pytest.mark.parametrize("name", sorted(name for name in RECORD["files"] if name.endswith(".js")))
def test_joined_scripts_suit_old_phones(name: str) -> None:
    assert [too_new for too_new, pattern in TOO_NEW.items() if not re.search(pattern, too_new)] == []
    script = (JOINED / name).read_text(encoding="utf-8")
    assert [too_new for too_new, pattern in TOO_NEW.items() if re.search(pattern, script, re.MULTILINE)] == []


@pytest.mark.parametrize("name", sorted(name for name in RECORD["files"] if name.endswith(".css")))
def test_joined_styles_suit_old_phones(name: str) -> None:
    """A rule of several selectors goes as a whole where one of them is unknown."""
    css = (JOINED / name).read_text(encoding="utf-8")
    assert not [
        word
        for word in ("@import", "@layer", "inset:", "color-mix", ":has(", ":is(", ":where(", "aspect-ratio", "/*")
        if word in css
    ]
    assert not re.search(r"@media[^{]*[<>]", css)
    assert not re.search(r"\.[\w-]+\{[^{}]*[{&]", css)
