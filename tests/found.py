"""What a test looks at all of is there: of nothing anything is true."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(found: Iterable[T]) -> list[T]:
    """Return what was found, of which there is at least one."""
    each = list(found)
    assert each, "nothing was found to look at"
    return each
