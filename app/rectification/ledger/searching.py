"""Looking for words in actions of the ledger where they are stored, so that only what is shown is read."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.folding import folded
from app.rectification.models import RemedialAction


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of what is looked for, folded, each once."""
    return tuple(dict.fromkeys(map(folded, text.split())))


def stands(
    words: Sequence[str], named: Iterable[tuple[str, str]], column: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Return that every word stands in an action or in the name of its unit.

    ``named``: names of units, each with what ``column`` says where the action is that unit's. They are told apart by
    what their names hold of the words: each stands in the statement once, however many words.
    """
    by_rest: dict[tuple[str, ...], list[str]] = {}
    for name, key in named:
        in_name = folded(name)
        by_rest.setdefault(tuple(word for word in words if word not in in_name), []).append(key)
    whole = and_(*map(_in_action, words))
    others = ((rest, keys) for rest, keys in by_rest.items() if rest != tuple(words))
    return or_(whole, *(and_(column.in_(keys), *map(_in_action, rest)) for rest, keys in others))


def _in_action(word: str) -> ColumnElement[bool]:
    return RemedialAction.searched.contains(word, autoescape=True)
