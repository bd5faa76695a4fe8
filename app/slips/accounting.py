"""Slip accounting per voter group (SEC-39): every printed slip is used, handed back, spare, voided or missing."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

from app.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class SlipAccount:
    """Where the printed slips of one voter group, or of a whole round, are.

    An account that does not add up cannot be built: ``slips_negative`` for a count below zero,
    ``slips_more_than_printed`` when more are voided or spare than were printed, and ``slips_more_back_than_out`` when
    more came back than went out, which makes the round void. How many came back it does not say: of a hidden group
    nobody may read that (SEC-43).
    """

    printed: int
    voided: int = 0
    """Withdrawn in their batch before they were handed out."""
    spare: int = 0
    """Left over: never handed out, kept by the organiser."""
    handed_back: int = 0
    """Drawn by a voter and given back unused."""
    used: int = 0
    """Returned as ballots: their codes are spent."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise DomainError("slips_negative", count=field.name)
        if self.issued < 0:
            raise DomainError("slips_more_than_printed", printed=self.printed, withheld=self.voided + self.spare)
        if self.missing < 0:
            raise DomainError("slips_more_back_than_out", out=self.issued)

    @property
    def issued(self) -> int:
        """Slips that went out to voters."""
        return self.printed - self.voided - self.spare

    @property
    def missing(self) -> int:
        """Slips that went out and did not come back in any form."""
        return self.issued - self.used - self.handed_back

    @classmethod
    def total(cls, accounts: Iterable[Self]) -> Self:
        """Add the accounts of the voter groups up to that of the round."""
        rows = list(accounts)
        return cls(**{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(cls)})
