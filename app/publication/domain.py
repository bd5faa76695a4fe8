"""Scopes of a publication, and what a reader may pick out of a result without touching its order."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

Document = dict[str, Any]
"""A result document as app.tally.result describes it. It is shared between requests: nobody changes one."""


class Scope(StrEnum):
    """Who may read a published result: ``leaders`` are the leader and organiser accounts."""

    LEADERS = "leaders"


class Pick(StrEnum):
    """Which units a reader wants to see; they stay in official order."""

    ALL = "all"
    FLAGGED = "flagged"
    REMEDIAL = "remedial"
    ATTENTION = "attention"


VERDICTS_OF: Mapping[Pick, frozenset[str]] = {
    Pick.FLAGGED: frozenset({"remedial", "attention"}),
    Pick.REMEDIAL: frozenset({"remedial"}),
    Pick.ATTENTION: frozenset({"attention"}),
}


def pick_of(text: str) -> Pick:
    """Return the pick of that name; anything else picks all units."""
    return Pick(text) if text in set(Pick) else Pick.ALL


def picked_units(document: Document, pick: Pick) -> Sequence[Document]:
    """Return the picked units in official order."""
    units: Sequence[Document] = document["units"]
    if pick is Pick.ALL:
        return units
    return [unit for unit in units if unit["verdict"]["code"] in VERDICTS_OF[pick]]


def units_with_remarks(document: Document) -> Sequence[Document]:
    """Return the units whose remarks may be read, in official order."""
    return [unit for unit in document["units"] if unit["remarks"]["shown"]]


def unit_of(document: Document, unit_id: str) -> Document | None:
    """Return the unit of that id, or None."""
    return next((unit for unit in document["units"] if unit["id"] == unit_id), None)
