"""法定人数: how many of those expected must be present, of the whole body and of voter groups; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.campaigns.rule import Sign
from app.core.errors import DomainError, Ours


@dataclass(frozen=True, slots=True)
class Quorum:
    """法定人数: how many of those expected must be present; ``sign`` is > or >=."""

    share: Fraction
    sign: Sign = Sign.AT_LEAST

    def is_met(self, present: int, expected: int) -> bool:
        """Whether so many of so many are enough; nobody of nobody is not."""
        return expected > 0 and self.sign.holds(Fraction(present, expected), self.share)

    @property
    def can_be_met(self) -> bool:
        """Whether somebody is asked for, and no more than all."""
        return 0 < self.share < 1 or (self.share == 1 and self.sign is Sign.AT_LEAST)


def check_quorums(whole: Quorum | None, of_groups: Mapping[str, Quorum], groups: Mapping[str, str]) -> None:
    """Refuse quorums that ask for nobody or for more than all; ``groups``: the names of voter groups by id.

    DomainError ``quorum_range``, or ``group_unknown`` for that of a group that there is not.
    """
    if whole is not None and not whole.can_be_met:
        raise DomainError("quorum_range", field="法定人数")
    for group, quorum in of_groups.items():
        if group not in groups:
            raise DomainError("group_unknown")
        if not quorum.can_be_met:
            raise DomainError("quorum_range", field=Ours.filled("%(group)s法定人数", group=groups[group]))
