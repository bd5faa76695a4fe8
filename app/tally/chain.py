"""The counting chain 应参加， 发出， 收回， 有效 of a round and of each voter group."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True, slots=True)
class GroupChain:
    """Slip accounting of one voter group; ``returned`` splits into valid, invalid and blank.

    printed = voided + spare + issued and issued = returned + handed back + missing.
    """

    group_id: str
    expected: int
    printed: int
    returned: int
    valid: int
    voided: int = 0
    spare: int = 0
    invalid: int = 0
    blank: int = 0
    handed_back: int = 0
    present: int | None = None
    """到会: None where nobody counted who came."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a count."""
        numbers = (self.expected, self.printed, self.returned, self.valid, self.voided)
        if min(*numbers, self.spare, self.invalid, self.blank, self.handed_back) < 0:
            msg = "a count is never negative"
            raise ValueError(msg)
        if self.valid + self.invalid + self.blank != self.returned:
            msg = "returned must be valid + invalid + blank"
            raise ValueError(msg)

    @property
    def issued(self) -> int:
        """发出: printed slips that were neither voided nor left over."""
        return self.printed - self.voided - self.spare

    @property
    def missing(self) -> int:
        """Issued slips that neither came back as a ballot nor as paper; never negative."""
        return max(0, self.issued - self.returned - self.handed_back)

    @property
    def not_voted(self) -> int | None:
        """未投票 = present - returned, never negative; None where nobody counted who came."""
        return None if self.present is None else max(0, self.present - self.returned)

    @property
    def must_void(self) -> bool:
        """Whether more came back than went out."""
        return self.returned > self.issued

    @property
    def return_rate(self) -> Fraction | None:
        """回收率 = returned ÷ issued; None if nothing was issued."""
        return Fraction(self.returned, self.issued) if self.issued > 0 else None


@dataclass(frozen=True)  # without slots, so that the sums are worked out once
class Chain:
    """The chains of all voter groups of a round, in the order of the paper."""

    groups: tuple[GroupChain, ...]

    def group(self, group_id: str) -> GroupChain:
        """Return the chain of a group; KeyError if there is none of that id."""
        for group in self.groups:
            if group.group_id == group_id:
                return group
        raise KeyError(group_id)

    @property
    def present(self) -> int | None:
        """到会 over all groups; None where it was not counted of each."""
        counted = [group.present for group in self.groups if group.present is not None]
        return sum(counted) if counted and len(counted) == len(self.groups) else None

    @cached_property
    def total(self) -> GroupChain:
        """The sums over all groups."""
        return GroupChain(
            group_id="",
            expected=sum(group.expected for group in self.groups),
            printed=sum(group.printed for group in self.groups),
            returned=sum(group.returned for group in self.groups),
            valid=sum(group.valid for group in self.groups),
            voided=sum(group.voided for group in self.groups),
            spare=sum(group.spare for group in self.groups),
            invalid=sum(group.invalid for group in self.groups),
            blank=sum(group.blank for group in self.groups),
            handed_back=sum(group.handed_back for group in self.groups),
            present=self.present,
        )

    @property
    def must_void(self) -> bool:
        """Whether in any group, or altogether, more came back than went out."""
        return self.total.must_void or any(group.must_void for group in self.groups)
