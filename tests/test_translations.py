"""Every sentence of the product has its English, with the same places for values."""

import ast
import re
import types
from functools import cache
from importlib.machinery import SourceFileLoader

import pytest

from app.core.chinese import has_chinese
from tests.half_width import narrow_signs, written
from tests.sources import ROOT, TREES

TITLES = {"名称(姓名)", "姓名(名称)", "单位(部门)名称"}
"""Titles of columns that are known in files of others, where people type them like this too."""
OTHER_NAMES = {
    "最小保密人数": "最少公布人数",
    "未收回": "未交回",
    "已报完成": "报告完成",
    "量表": "等次",
    "份额": "钥匙单, 份, 字",
    "开轮": "开始投票",
    "确认页": "已投入票箱",
}
"""Names that pages had for things that have another name by now."""
FEW_MANUALS = 2
IN_TWO_LANGUAGES = tuple(f"app/reports/{name}.py" for name in (
    "appendix", "beside", "beside_sheets", "chain_block", "findings", "report_data", "scrutiny", "word", "workbook",
    "worksheet",
)) + tuple(f"app/rectification/documents/{name}.py" for name in (
    "lists", "making", "notices", "progress", "results", "summary", "tables",
))  # fmt: skip
PLACE = re.compile(r"%\((\w+)\)[sd]|%%|\{(\w+)\}")


@pytest.fixture(scope="module")
def extract() -> types.ModuleType:
    """The script that keeps the catalogue."""
    module = types.ModuleType("extract_sentences")
    loader = SourceFileLoader("extract_sentences", str(ROOT / "scripts" / "extract-sentences"))
    module.__file__ = str(loader.path)
    loader.exec_module(module)
    vars(module).update({name: cache(vars(module)[name]) for name in ("sentences", "translations")})
    return module


@pytest.fixture(scope="module")
def told(extract: types.ModuleType) -> list[str]:
    """The sentences of pages, and every text that a module writes."""
    return [*extract.sentences(), *(text for tree in TREES.values() for text in written(tree))]


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


def test_chinese_has_no_signs_of_half_width(told: list[str]) -> None:
    """Whatever a module writes, too: files, letters, names of fields."""
    narrow = {text: spots for text in told if text not in TITLES and (spots := narrow_signs(text))}
    assert narrow == {}


def test_a_thing_has_one_name(told: list[str]) -> None:
    manuals = [path.read_text("utf-8") for path in (ROOT / "docs" / "manual").rglob("*.md")]
    manuals += [path.read_text("utf-8") for path in (ROOT / "docs").glob("manual*.md")]
    assert len(manuals) > FEW_MANUALS
    assert [(word, text[:60]) for text in (*told, *manuals) for word in OTHER_NAMES if word in text] == []


def test_the_narrow_signs_are_seen() -> None:
    seen = (
        "低于 80.0%;补课线：60.0%",
        "60.0%,或",
        "**剩余**:没有发出",
        "（默认）:不足",
        "https(推荐)",
        "甲, 乙",
        "对吗?",
    )
    assert [text for text in seen if not narrow_signs(text)] == []
    assert narrow_signs("请按“年-月-日 时:分”填写 12:30，地址 http://a.b/甲，1,200 人（甲：乙）") == []


def test_files_in_two_languages_put_no_chinese_together_by_themselves() -> None:
    """A sentence with values is said by ``_`` or ``about``; one that is formatted in place has no English."""
    formatted = {}
    for path in IN_TWO_LANGUAGES:
        parts = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.JoinedStr)]
        found = [part.value for node in parts for part in node.values if isinstance(part, ast.Constant)]
        formatted[path] = [text for text in found if has_chinese(str(text))]
    assert formatted == {name: [] for name in formatted}


def test_no_template_holds_chinese_outside_a_translated_sentence() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    bare = {}
    for path in sorted((ROOT / "app" / "templates").rglob("*.html")):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
        lines = [line.strip() for line in text.splitlines() if han.search(line)]
        if lines:
            bare[path.name] = lines
    assert bare == {}


NAMES_AND_FIGURES = {
    *("app/archive/making.py", "app/receipts/routes.py"),  # names of files
    *("app/campaigns/copying.py", "app/campaigns/scheme_service.py", "app/rounds/examples.py"),  # of what is made
    *("app/publication/charts.py", "app/publication/editions.py", "app/tally/document.py"),  # stored with a result
    *("app/operations/hall.py", "app/operations/meeting.py", "app/slips/print_order.py"),  # what is typed, or printed
    "app/rectification/ledger/votes.py",  # noted in a Chinese history
}
"""Modules that refuse, too, and put Chinese together in place for something that is told in no refusal."""


def test_what_a_refusal_puts_together_can_be_told_in_english() -> None:
    """``Ours.filled`` puts words and values together; a text that is formatted in place stays Chinese."""
    formatted, named = set(), []
    for name, tree in TREES.items():
        nodes = list(ast.walk(tree))
        if any(isinstance(node, ast.JoinedStr) and _is_chinese(node) for node in nodes) and _refuses(nodes):
            formatted.add(name)
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        values = [word.value for call in calls for word in call.keywords if word.arg in {"label", "field"}]
        named += [(name, ast.unparse(each)) for each in values if isinstance(each, ast.JoinedStr) and _is_chinese(each)]
    assert (formatted, named) == (NAMES_AND_FIGURES, [])


def test_what_a_refusal_lists_is_parted_as_its_reader_parts_words() -> None:
    """A tuple among the values is joined in the language of who reads it."""
    found = []
    for name, tree in TREES.items():
        refusals = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_refusal(node)]
        found += [(name, ast.unparse(call)) for call in refusals if "'、'.join" in ast.unparse(call)]
    assert found == []


CHINESE_LISTS = {
    *("app/campaigns/sentences.py", "app/tally/words.py", "app/tally/wording.py", "app/tally/facts.py"),
    *("app/publication/agreement.py", "app/publication/arithmetic.py"),  # stored Chinese, which ``Speaker`` says
    *("app/publication/service.py", "app/box/scrutiny.py"),  # noted in a ledger and a record, told by their pages
    *(
        "app/campaigns/staff_import.py",
        "app/charts/distribution.py",
        "app/publication/charts.py",
    ),  # read back; said like the rest of a chart
    "app/rounds/steps.py",  # for the administrator's check
}
"""Modules that part words as Chinese does."""


def test_lists_are_parted_in_one_way() -> None:
    """By ``listed`` in templates and files, ``several`` in what is stored of a form, a tuple among values."""
    parted = {name for name, tree in TREES.items() if any(_joins(node) for node in ast.walk(tree))}
    assert parted == CHINESE_LISTS
    by_hand = re.compile(r"\|\s*join\(_\(")
    assert [path.name for path in ROOT.glob("app/templates/**/*.html") if by_hand.search(path.read_text("utf-8"))] == []


def _refuses(nodes: list[ast.AST]) -> bool:
    return any(isinstance(node, ast.Call) and _is_refusal(node) for node in nodes)


def _is_refusal(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "DomainError"


def _joins(node: ast.AST) -> bool:
    """Whether this joins words by the sign between them."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "join"
        and isinstance(node.value, ast.Constant)
        and node.value.value == "、"
    )


def _is_chinese(text: ast.JoinedStr) -> bool:
    return any(isinstance(part, ast.Constant) and has_chinese(str(part.value)) for part in text.values)
