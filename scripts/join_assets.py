"""Join what a phone fetches and make it small: one file of app/static/joined for each that a page of the booth names.

Run by `make join` after a change of a script or style that is joined; `--check` makes all anew and only compares. The
same sources give the same bytes, on every machine. Beside the files lies a record of what they were made of.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.web.joined import FOLDER, RECORD, tag
from scripts.npm_packages import BUNDLER, esbuild, sha256_of

STATIC = Path(__file__).parents[1] / "app" / "static"
ASKED_FOR = ("js/booth-ask.js", "js/booth-index.js")
"""What other scripts import where they run, by the address under which it may be kept for good."""
NAMES = (
    *ASKED_FOR,
    "css/booth-kiosk.css",
    "css/booth-points.css",
    "css/booth.css",
    "js/booth-done.js",
    "js/booth-error.js",
    "js/booth-kiosk.js",
    "js/booth-layout.js",
    "js/booth-limits.js",
    "js/booth-points.js",
    "js/booth-seal.js",
    "js/booth-visit.js",
)
OPTIONS = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--charset=utf8",
    "--legal-comments=none",
    "--target=chrome80,ios13",
    "--supported:destructuring=true",  # what iOS 13 gets wrong of it is one form, which a test looks for
    "--outbase=.",
    "--log-level=warning",
    *(f"--external:./{name.rpartition('/')[2]}" for name in ASKED_FOR),
)
_IMPORTED = re.compile(r'"\./([\w-]+\.js)"')


def addressed(script: str, tags: Mapping[str, str]) -> str:
    """Give every neighbour that a script imports the address under which it is served."""
    return _IMPORTED.sub(lambda found: f'"./{found[1]}?v={tags["js/" + found[1]]}"', script)


def join(room: Path) -> Path:
    """Make all files and their record in ``room``."""
    target, told = room / FOLDER, room / "told.json"
    command = [str(esbuild()), *NAMES, *OPTIONS, f"--outdir={target}", f"--metafile={told}"]
    subprocess.run(command, check=True, cwd=STATIC)
    tags: dict[str, str] = {}
    for name in NAMES:
        made = addressed((target / name).read_text("utf-8"), tags)
        (target / name).write_text(made, "utf-8")
        tags[name] = tag(made.encode())
    (target / RECORD).write_text(json.dumps(record(target, sources_of(told, target)), indent=2) + "\n", "utf-8")
    return target


def sources_of(told: Path, target: Path) -> dict[str, list[str]]:
    """Return of every file of what it was made, as esbuild tells."""
    outputs = json.loads(told.read_text("utf-8"))["outputs"]
    made = {(STATIC / path).resolve(): sorted(entry["inputs"]) for path, entry in outputs.items()}
    return {name: made[(target / name).resolve()] for name in sorted(NAMES)}


def record(target: Path, parts: Mapping[str, list[str]]) -> dict[str, object]:
    """Describe what was made, of what and how."""
    sources = sorted({source for names in parts.values() for source in names})
    return {
        "made_by": BUNDLER.told(),
        "options": OPTIONS,
        "sources": {name: sha256_of(STATIC / name) for name in sources},
        "files": {name: {"sha256": sha256_of(target / name), "made_of": of} for name, of in parts.items()},
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def main() -> None:
    """Make all anew, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with what is on disk and change nothing")
    check = parser.parse_args().check
    lying = STATIC / FOLDER
    with tempfile.TemporaryDirectory() as room:
        made = join(Path(room))
        if check:
            differing = sorted({name for name, _ in contents(made).items() ^ contents(lying).items()})
            sys.exit(f"not made of what lies here: {', '.join(differing)}. Run: make join" if differing else 0)
        shutil.rmtree(lying, ignore_errors=True)
        shutil.copytree(made, lying)


if __name__ == "__main__":
    main()
