"""The modules of the product as syntax trees, each read when a test first asks for it.

To read them all takes two seconds of processor time: every worker would spend them whenever it collects tests.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


class _Trees(Mapping[str, ast.Module]):
    """By a module's path within the project."""

    def __init__(self) -> None:
        self._paths = [path.relative_to(ROOT).as_posix() for path in sorted(APP.rglob("*.py"))]

    def __getitem__(self, path: str) -> ast.Module:
        return _tree(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


TREES: Mapping[str, ast.Module] = _Trees()
