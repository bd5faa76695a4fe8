"""Which words of a result are the body's own and not those that ship: asked of the words as they are stored.

In another language nobody can tell: a body may give a word that ships an English of its own, or its own word that of
one that ships.
"""

from typing import TypeVar, cast

from app.tally.document import BandDocument, Document, Target, TargetBand
from app.tally.shown import Ruling
from app.tally.wording import VERDICTS

Told = TypeVar("Told", Document, BandDocument)


def is_own(ruling: Ruling) -> bool:
    """Whether the word of a ruling is the body's own; what is spoken carries the answer."""
    return ruling["own"] if "own" in ruling else ruling["label"] != VERDICTS[ruling["code"]]


def with_own_words(document: Told) -> Told:
    """Return a document whose rulings carry the answer, so that it can be spoken; it is not changed itself."""
    sections = [
        {**section, "targets": [_answered(target) for target in section["targets"]]} for section in document["sections"]
    ]
    return {**document, "sections": sections}  # type: ignore[typeddict-item]


def _answered(target: Target | TargetBand) -> Target | TargetBand:
    if "verdict" not in target:
        return target
    ruling: Ruling = {**target["verdict"], "own": is_own(target["verdict"])}
    return cast("Target", {**target, "verdict": ruling})
