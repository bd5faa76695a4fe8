"""The one place where the shape of a result document is written down."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import DomainError
from app.tally.document import every_target, only_section, parts_of, summary_of, summary_rows
from app.tally.result import result_document
from app.tally.verdict import Verdict
from tests.tally.cast import Json, make_chain, make_marks, make_paper, make_stack

ROOT = Path(__file__).parents[2]
READER = """
from app.tally.document import Target

def code_of(unit: Target) -> str:
    return unit["verdict"]["{key}"]
"""


def make_document() -> Json:
    paper = make_paper({"a": ()}, units=2)
    stack = make_stack(make_marks(20, 10, 5, 5))
    return result_document(paper, {(unit, "a"): stack for unit in ("u0", "u1")}, make_chain({"a": 40}), {})


def test_it_works() -> None:
    document = make_document()
    assert [target["id"] for target in every_target(document)] == ["u0", "u1"]
    assert only_section(document) is document["sections"][0]


@pytest.mark.parametrize(("key", "status"), [("code", 0), ("cod", 1)])
def test_a_misspelt_field_fails_the_type_check(tmp_path: Path, key: str, status: int) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text(READER.replace("{key}", key))
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--no-warn-unused-configs"]
    done = subprocess.run([*command, str(reader)], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == status, done.stdout
    assert ('has no key "cod"' in done.stdout) == (key == "cod")


def test_it_refuses_to_choose_among_sections() -> None:
    document = make_document()
    several: Json = {**document, "sections": [*document["sections"], *document["sections"]]}
    with pytest.raises(DomainError, match="sections_several"):
        only_section(several)


def test_a_pooled_figure_stands_before_the_items() -> None:
    [first, _] = every_target(make_document())
    pooled: Json = {**first, "overall": {**first["overall"], "key": None}}
    assert parts_of(first) == first["items"]
    assert parts_of(pooled) == [pooled["overall"], *first["items"]]


def test_verdicts_are_counted_best_first() -> None:
    summary = summary_of([Verdict.REMEDIAL, Verdict.MET, Verdict.REMEDIAL])
    assert summary_rows(summary) == [
        (Verdict.MET, 1), (Verdict.ATTENTION, 0), (Verdict.REMEDIAL, 2), (Verdict.TOO_FEW, 0), (Verdict.INVALID, 0),
    ]  # fmt: skip
