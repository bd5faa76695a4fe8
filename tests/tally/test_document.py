"""The one place where the shape of a result document is written down."""

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from app.campaigns.domain import Item
from app.core.errors import DomainError
from app.tally.document import Target, every_target, only_section, overall_of, parts_of, summary_of
from app.tally.result import result_document
from app.tally.verdict import Verdict
from app.tally.words import word_for, word_rows
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
    assert parts_of(pooled) == [overall_of(pooled), *first["items"]]


def test_a_pooled_figure_counts_people_and_no_marks() -> None:
    items = (Item("a", "办事"), Item("b", "收费"), Item("c", "公开"))
    paper = make_paper({"a": ()}, items=items)
    # Of 40 people 4 do not know the second item and 1 the third.
    sheets = [make_marks(20, 10, 6, 4), make_marks(18, 10, 5, 3, 4), make_marks(19, 10, 6, 4, 1)]
    document = result_document(paper, {("u0", "a"): make_stack(*sheets)}, make_chain({"a": 40}), {})
    target = next(every_target(document))
    total = target["overall"]["total"]
    assert total["shown"]
    assert total["valid"] == {"text": "115", "count": 115}
    assert [part["total"]["valid"]["text"] for part in parts_of(target) if part["total"]["shown"]] == [
        "40", "40", "36", "39",
    ]  # fmt: skip
    people = {"text": "40", "count": 40}
    shares = [{**share, "count": None} for share in total["distribution"]]
    assert overall_of(target)["total"] == {**total, "valid": people, "answered": people, "distribution": shares}


def test_marks_are_named_where_an_item_does_not_tell_how_many_people_marked_it() -> None:
    target = next(every_target(make_document()))
    hidden = {**target["items"][0], "total": {"shown": False, "text": ""}}
    overall = {**target["overall"], "key": None}
    pooled = cast("Target", {**target, "overall": overall, "items": [hidden, *target["items"][1:]]})
    total, told = pooled["overall"]["total"], overall_of(pooled)["total"]
    assert total["shown"]
    assert told["shown"]
    assert told["valid"] == {"text": f"{total['valid']['text']} 次", "count": None}


def test_words_are_counted_best_first() -> None:
    section = only_section(make_document())
    assert [(row["label"], row["count"]) for row in word_rows(section)] == [
        ("达标", 0),
        ("提醒", 2),
        *((word, 0) for word in ("需补课", "样本不足", "结果无效")),
    ]


def test_results_from_before_rules_are_counted_by_verdict() -> None:
    section = only_section(make_document())
    del section["words"]
    section["summary"] = summary_of([Verdict.REMEDIAL, Verdict.MET, Verdict.REMEDIAL])
    assert [(row["code"], row["count"]) for row in word_rows(section)] == [
        (Verdict.MET, 1), (Verdict.ATTENTION, 0), (Verdict.REMEDIAL, 2), (Verdict.TOO_FEW, 0), (Verdict.INVALID, 0),
    ]  # fmt: skip
    assert word_for(section, Verdict.REMEDIAL) == "需补课"
