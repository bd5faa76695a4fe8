"""What the ledger is searched by: an action's texts, folded as they are stored, so that a database can compare them."""

from collections.abc import Callable
from typing import Final

from app.core.folding import folded

TEXTS: Final = (
    "problem", "source", "goal", "measures", "sponsor", "lead_unit", "co_units", "owner", "commitment", "progress",
    "completion", "explanation", "public_rating", "rules_made",
)  # fmt: skip
"""Columns in which a word may stand."""
PEOPLE: Final = ("sponsor", "owner")
"""Columns that name who answers for an action."""
SEARCHED: Final = "searched"
SEARCHED_PEOPLE: Final = "searched_people"


def searched(text_of: Callable[[str], str]) -> dict[str, str]:
    """Return the columns that are searched, out of the other columns of an action by their names."""
    return {name: _joined(map(text_of, names)) for name, names in ((SEARCHED, TEXTS), (SEARCHED_PEOPLE, PEOPLE))}


def _joined(texts: "map[str]") -> str:
    """Return texts as one; no word that is looked for holds a line's end, so that none stands in two of them."""
    return "\n".join(folded(text) for text in texts if text)
