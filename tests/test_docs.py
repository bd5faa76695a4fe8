"""What the docs name exists: settings, commands, pictures, and the tests that the assurance table rests on."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.core.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NAMED_TEST = re.compile(r"`([\w/.]*)::(\w+)`")
PICTURE = re.compile(r"(?:docs/)?(screenshots/[\w-]+\.png)")


def named_tests() -> Iterator[tuple[str, str]]:
    """Yield every test that the assurance table names, with its file; one alone is in the file named last."""
    for line in (DOCS / "assurance.md").read_text("utf-8").splitlines():
        file = ""
        for named, test in NAMED_TEST.findall(line):
            file = named or file
            yield file, test


def test_every_test_of_the_assurance_table_exists() -> None:
    named = [(file, test) for file, test in named_tests() if test != "name"]
    assert len(named) > 100
    assert [f"{file}::{test}" for file, test in named if not _has(file, test)] == []


def _has(file: str, test: str) -> bool:
    path = ROOT / "tests" / file
    return path.is_file() and f"def {test}(" in path.read_text("utf-8")


def test_every_picture_exists_and_is_described() -> None:
    pages = [ROOT / "README.md", *DOCS.glob("*.md")]
    named = {picture for page in pages for picture in PICTURE.findall(page.read_text("utf-8"))}
    assert {picture for picture in named if not (DOCS / picture).is_file()} == set()
    assert not [page.name for page in pages if "![](" in page.read_text("utf-8")]


def test_every_setting_is_described() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"MANYIDU_{name.upper()}" not in text]
    assert missing == []


def test_readme_names_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text("utf-8")))
    assert {"demo", "test", "run"} <= named <= targets
