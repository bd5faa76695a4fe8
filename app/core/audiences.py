"""Whom a process serves: voters and the public, staff, or both."""

from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    """One side of the service."""

    BOOTH = "booth"
    DESK = "desk"


EVERYONE: Final = frozenset(Audience)
