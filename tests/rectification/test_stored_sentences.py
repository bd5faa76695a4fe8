"""Sentences with values that are stored are templates, by which an English page finds them again."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.main import LETTERS
from app.web.i18n import english
from app.web.pages import APP
from tests.sources import TREES

HAN: Final = re.compile("[\u4e00-\u9fff]")
KEEPING: Final = ("accounts", "consents", "inbox", "opinions", "rectification", "rounds")
"""Features that write histories and inboxes."""
NOT_STORED: Final = {"rectification/rules/ratings.py"}
"""What is put together here goes into a file, or names what is wrong with one."""
SPOKEN: Final = {"rectification/board/facts.py", "rounds/examples.py"}
"""What is put together here is told on a page at once, by the patterns of ``tally.spoken``, or is a name."""


def put_together(path: Path) -> Iterator[str]:
    """Yield the Chinese texts that a module puts together with values."""
    for node in ast.walk(TREES[f"app/{path.relative_to(APP).as_posix()}"]):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        if any(isinstance(part, ast.Constant) and HAN.search(str(part.value)) for part in parts):
            yield ast.unparse(node)


def test_no_stored_sentence_is_put_together_where_nobody_finds_it() -> None:
    paths = [path for feature in KEEPING for path in (APP / feature).rglob("*.py") if "documents" not in path.parts]
    found = {path.relative_to(APP).as_posix(): list(put_together(path)) for path in paths}
    found = {name: texts for name, texts in found.items() if texts}
    assert found.keys() - NOT_STORED - SPOKEN == set()
    assert found.keys() >= NOT_STORED | SPOKEN, "an exception that is none any more"


def test_every_template_has_its_english() -> None:
    assert [sentence for sentence in LETTERS if sentence not in english()] == []
