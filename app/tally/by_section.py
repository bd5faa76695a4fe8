"""The part of a result document that holds the ballots of its sections, of a round of several."""

from typing import Literal, final

from typing_extensions import TypedDict


class _BySection(TypedDict):
    key: str
    noun: str


@final
class SectionUncounted(_BySection):
    """A section whose ballots are not told."""

    shown: Literal[False]


@final
class SectionCounted(_BySection):
    """The ballots of a section: of those that came back from who rates in it, the valid ones and the others."""

    shown: Literal[True]
    returned: int
    valid: int
    invalid: int
