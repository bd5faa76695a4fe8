"""What can become of a slip's code."""

from enum import IntEnum


class CodeState(IntEnum):
    """The three states are of equal size on disk, so that a change rewrites the row in its place (SEC-06)."""

    LIVE = 2
    SPENT = 3
    VOIDED = 4
