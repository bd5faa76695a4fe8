"""Who is meant by names that are typed, where there are too many accounts to choose from a list."""

import re
from collections.abc import Iterator, Mapping, Sequence

from app.accounts.models import Staff
from app.core.folding import folded

_WORD = re.compile(r"[^\s、,，;；]+")
_PLACE = re.compile(r"[^、,，;；\n]+")

Called = Mapping[str, Sequence[str]]
"""The ids of all who are called by a name, as it is folded."""


def listed_as(one: Staff) -> str:
    """Return how a list of names writes an account, so that two of one name are told apart."""
    return f"{one.name}（{one.login}）"


def called_so(able: Sequence[Staff]) -> Called:
    """Return who is called how: by name, log-in name, or as listed."""
    called: dict[str, set[str]] = {}
    for one in able:
        for name in (one.name, one.login, listed_as(one)):
            called.setdefault(folded(name), set()).add(one.id)
    return {name: sorted(ids) for name, ids in called.items()}


def meant_by(typed: str, called: Called) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each name that is typed, with the ids of all who are called so; of one that nobody has, none.

    What stands between names may stand in one: at each place the longest name that somebody has is taken. Where its
    words are names of others too, the ids of all are yielded: 张三 丰 may be one person or two.
    """
    longest = max(map(len, called), default=0)
    words = [word.span() for word in _WORD.finditer(typed)]
    while words:
        name, end = _longest(typed, words, called, longest)
        yield name, _called_by(typed, [word for word in words if word[0] < end], called)
        words = [word for word in words if word[0] >= end]


def _longest(typed: str, words: Sequence[tuple[int, int]], called: Called, longest: int) -> tuple[str, int]:
    """Return the longest name that begins with the first word, and where it ends; all up to the next sign if none."""
    begin, best = words[0][0], 0
    for _, end in words:
        name = folded(typed[begin:end])
        if len(name) > longest:
            break
        best = end if name in called else best
    if not best:
        unknown = _PLACE.match(typed, begin)
        best = unknown.end() if unknown else words[0][1]
    return typed[begin:best].strip(), best


def _called_by(typed: str, words: Sequence[tuple[int, int]], called: Called) -> Sequence[str]:
    """Return the ids of all whom the words can mean: one by them all, or several by some each.

    Nobody is named beside himself: “Smith, John” is no second name after the log-in name smith.
    """
    together = set(called.get(folded(typed[words[0][0] : words[-1][1]]), ()))
    reached: dict[int, set[str]] = {0: set()}
    for end in range(1, len(words) + 1):
        for begin, before in list(reached.items()):
            found = set(called.get(folded(typed[words[begin][0] : words[end - 1][1]]), ()))
            if found and not found & together:
                reached.setdefault(end, set()).update(before, found)
    return sorted(together | reached.get(len(words), set()))
