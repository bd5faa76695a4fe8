"""Nothing lies about that nobody uses: names, templates, classes of styles, codes of errors."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.web.errors import TABLES
from tests.sources import APP, ROOT, TREES

CODE = {path: (ROOT / path).read_text("utf-8") for path in TREES}
TEMPLATES = {
    path.relative_to(APP / "templates").as_posix(): path.read_text("utf-8")
    for path in sorted((APP / "templates").rglob("*.html"))
}
SCRIPTS = [path.read_text("utf-8") for path in sorted((APP / "static" / "js").glob("*.js"))]
OURS = "\n".join(
    [*(text for path, text in CODE.items() if "error_sentences" not in path), *TEMPLATES.values(), *SCRIPTS]
)
FOR_TESTS = {
    "ORDER_UNTOLD": "says of which events nobody is told, so that a new one is told or put here",
    "root_by": "what a voter works out from his receipt; the product shows the path, `verify.py` stands by itself",
}
"""Names that tests alone ask for, and why they stand in the product."""
SUFFIXES = ("_in_use",)
PREFIXES = ("group_",)
"""Of codes that are put together where they are raised."""


def named(tree: ast.Module) -> Iterator[str]:
    """Yield what a module names for others; what a decorator takes up is used by that."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name) and each.id != "__all__")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_every_name_is_used() -> None:
    programs = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "scripts").glob("*.py")))
    words = Counter(re.findall(r"\w+", "\n".join([*CODE.values(), *TEMPLATES.values(), programs])))
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    once = [name for tree in TREES.values() for name in named(tree) if words[name] == 1 and name not in settings]
    assert sorted(once) == sorted(FOR_TESTS)


def test_every_error_is_raised() -> None:
    codes = [code for table in TABLES for code in table]
    assert len(codes) > 300
    put_together = [code for code in codes if code.endswith(SUFFIXES) or code.startswith(PREFIXES)]
    raised = set(re.findall(r"""["']([a-z_0-9]+)["']""", OURS))
    assert [code for code in codes if code not in raised and code not in put_together] == []


def test_every_template_is_shown() -> None:
    unnamed = [name for name in TEMPLATES if f'"{name}"' not in OURS]
    pages = {Path(name).parent.as_posix() for name in unnamed}
    put_together = {folder for folder in pages if f'f"{folder}/{{page}}.html"' in OURS}
    assert [
        name
        for name in unnamed
        if Path(name).parent.as_posix() not in put_together or f'"{Path(name).stem}"' not in OURS
    ] == []


def test_every_class_of_a_style_is_worn() -> None:
    """By its name, or by one that ends in what is put in there: ``verdict-{{ code }}``, ``g{{ place }}``."""
    styles = "\n".join(path.read_text("utf-8") for path in sorted((APP / "static" / "css").glob("*.css")))
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)))
    worn = set(re.findall(r"[\w-]+", OURS))
    begun = set(re.findall(r"""([a-z][\w-]*?)(?=\{\{|\$\{|\{|["'] ~)""", OURS))
    assert {"verdict-", "step-"} <= begun
    put_together = tuple(each for each in begun if each.endswith("-"))
    numbered = {name for name in classes if name.rstrip("0123456789") in begun and name[-1].isdigit()}
    assert sorted(name for name in classes - worn - numbered if not name.startswith(put_together)) == []
