"""Every sentence of the product has its English, with the same places for values."""

import re
import types
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACE = re.compile(r"%\((\w+)\)[sd]|%%|\{(\w+)\}")


@pytest.fixture(scope="module")
def extract() -> types.ModuleType:
    """The script that keeps the catalogue."""
    module = types.ModuleType("extract_sentences")
    loader = SourceFileLoader("extract_sentences", str(ROOT / "scripts" / "extract-sentences"))
    module.__file__ = str(loader.path)
    loader.exec_module(module)
    return module


def test_it_works(extract: types.ModuleType) -> None:
    found = list(extract.template_sentences('{{ _("甲 %(n)s", n=1) }}{% set names = {"a": "乙"} %}<p>{{ "x" }}</p>'))
    assert found == ["甲 %(n)s", "乙"]


def test_every_sentence_has_its_english(extract: types.ModuleType) -> None:
    known = extract.translations()
    missing = {sentence: places for sentence, places in extract.sentences().items() if not known.get(sentence)}
    assert not missing, "run scripts/extract-sentences and translate these"


def test_the_catalogue_holds_nothing_else(extract: types.ModuleType) -> None:
    assert set(extract.translations()) <= set(extract.sentences()), "run scripts/extract-sentences"


def test_values_keep_their_places(extract: types.ModuleType) -> None:
    wrong = {
        chinese: english
        for chinese, english in extract.translations().items()
        if set(PLACE.findall(chinese)) != set(PLACE.findall(english))
    }
    assert wrong == {}


def test_no_template_holds_chinese_outside_a_translated_sentence() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    bare = {}
    for path in sorted((ROOT / "app" / "templates").rglob("*.html")):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
        lines = [line.strip() for line in text.splitlines() if han.search(line)]
        if lines:
            bare[path.name] = lines
    assert bare == {}
