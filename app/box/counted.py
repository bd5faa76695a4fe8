"""What an opening leaves on the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LooseRemark:
    """A remark to a unit, without group or ballot, under a random id."""

    id: bytes
    unit_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """``marks``: (unit id, group id) to rows of one byte per item; ``returned``: ballots per group id."""

    marks: dict[tuple[str, str], bytes]
    remarks: list[LooseRemark]
    returned: dict[str, int]
