"""When two people named in a plan or ledger may be one."""

import re
import unicodedata
from dataclasses import dataclass

_BETWEEN = re.compile(r"[、,;/\n]")
_AND = re.compile(r"[和与及]")
_SHORTEST_NAME = 2
_ASIDE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the page names him, ``张三、李四（科长）`` too; ``id`` is his account where he has one."""

    name: str
    id: str = ""


def names_in(text: str) -> frozenset[str]:
    """Return the single names of a field, without duties in brackets and without spaces."""
    plain = _ASIDE.sub("", unicodedata.normalize("NFKC", text))
    names = {name for part in _BETWEEN.split(plain) if (name := "".join(part.split()).casefold())}
    # 张三和李四 are two people, 李和平 is one: the parts are added only where each can be a name.
    pairs = [_AND.split(name) for name in names]
    return frozenset(names.union(*(pair for pair in pairs if min(map(len, pair)) >= _SHORTEST_NAME)))


def may_be_same(one: Person, other: Person) -> bool:
    """Whether the account or any of the names is the same.

    Two people of one name count as one: another can be found to accept, while a second account of one's own cannot
    be told from a namesake.
    """
    return bool(one.id and one.id == other.id) or not names_in(one.name).isdisjoint(names_in(other.name))
