"""No test says of nothing that all of it is right."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.found import some

TESTS = Path(__file__).parent
PAIRED = {"combinations", "enumerate", "pairwise", "product", "reversed", "sorted", "zip"}


def is_there(found: ast.expr) -> bool:
    """Whether something is there, as the text alone tells: what is written down, a constant, an enumeration."""
    if isinstance(found, ast.Tuple | ast.List | ast.Set):
        return bool(found.elts)
    if isinstance(found, ast.Dict | ast.Constant | ast.Name):
        return not isinstance(found, ast.Name) or found.id[0].isupper()
    if isinstance(found, ast.Subscript):
        return is_there(found.value) and not isinstance(found.slice, ast.Slice)
    if not isinstance(found, ast.Call):
        return False
    if isinstance(found.func, ast.Attribute):
        return found.func.attr in {"items", "keys", "values"} and is_there(found.func.value)
    name = ast.unparse(found.func)
    return name in {"range", "some"} or (name in PAIRED and is_there(found.args[0]))


def claims(tree: ast.AST) -> Iterator[ast.GeneratorExp | ast.ListComp]:
    """Yield what is claimed of all; a test that draws its cases may draw none."""
    drawing = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _draws(node)]
    drawn = {id(node) for function in drawing for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and id(node) not in drawn:
            calls = [call for call in ast.walk(node.test) if isinstance(call, ast.Call)]
            asked = [call.args[0] for call in calls if ast.unparse(call.func) == "all"]
            yield from (one for one in asked if isinstance(one, ast.GeneratorExp | ast.ListComp))


def _draws(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(each).startswith("given(") for each in function.decorator_list)


def unproved(text: str) -> list[str]:
    """Return the claims about all of something that may be nothing."""
    found = []
    for claim in claims(ast.parse(text)):
        first = claim.generators[0]
        if not is_there(first.iter) or (first.ifs and len(claim.generators) == 1):
            found.append(ast.unparse(claim))
    return found


def test_it_works() -> None:
    found = {path.relative_to(TESTS).as_posix(): unproved(path.read_text("utf-8")) for path in TESTS.rglob("*.py")}
    assert {name: claims for name, claims in found.items() if claims} == {}


@pytest.mark.parametrize(
    ("text", "is_proved"),
    [
        ("assert all(x for x in found)", False),
        ("assert all(x for x in some(found))", True),
        ("assert all(x for x in (1, 2))", True),
        ("assert all(x for x in ())", False),
        ("assert all(x for x in Role)", True),
        ("assert all(x for x in Role if x.may)", False),
        ("assert all(x for x in some(x for x in Role if x.may))", True),
        ("assert all(x < y for x, y in pairwise(found))", False),
        ("assert all(x for x in CASES[kind])", True),
        ("assert all(x for x in CASES[1:])", False),
        ("assert y or all(x for x in found.values())", False),
        ("assert all(found)", True),
        ("@given(lists)\ndef test(found):\n    assert all(x for x in found)", True),
    ],
)
def test_what_may_be_nothing_is_seen(text: str, *, is_proved: bool) -> None:
    assert (unproved(text) == []) is is_proved


def test_nothing_is_refused() -> None:
    assert some(sign for sign in "ab") == ["a", "b"]
    with pytest.raises(AssertionError, match="nothing was found"):
        some(sign for sign in "ab" if sign > "b")
