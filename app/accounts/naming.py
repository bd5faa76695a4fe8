"""Who is meant by names that are typed, where there are too many accounts to choose from a list."""

import re
from collections.abc import Iterator, Sequence

from app.accounts.models import Staff
from app.core.folding import folded

_BETWEEN = re.compile(r"[、,;\n]")
_WIDE = str.maketrans("，；", ",;")


def listed_as(one: Staff) -> str:
    """Return how a list of names writes an account, so that two of one name are told apart."""
    return f"{one.name}（{one.login}）"


def meant_by(typed: str, able: Sequence[Staff]) -> Iterator[tuple[str, list[str]]]:
    """Yield each name that is typed, with the ids of all who are called so: by name, log-in name, or as listed."""
    called: dict[str, set[str]] = {}
    for one in able:
        for name in (one.name, one.login, listed_as(one)):
            called.setdefault(folded(name), set()).add(one.id)
    for part in _BETWEEN.split(typed.translate(_WIDE)):
        if name := part.strip():
            yield name, sorted(called.get(folded(name), ()))
