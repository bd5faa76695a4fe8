"""主要负责人签批: the head of a unit signs off its plan and its completions, himself or on a scanned page."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rectification.rules.people import Person, may_be_same


class SignedHow(StrEnum):
    """In his own log-in, or on paper whose scanned page an organiser attached; empty while nobody signed."""

    NOT = ""
    OWN = "own"
    PAGE = "page"


NOBODY = Person("")


@dataclass(frozen=True, slots=True)
class Signature:
    """How, by whom and when something was signed off; of a page ``by`` is who attached it."""

    how: SignedHow = SignedHow.NOT
    by: Person = NOBODY
    on: date | None = None

    @property
    def is_given(self) -> bool:
        """Whether it was signed off."""
        return self.how is not SignedHow.NOT

    @property
    def by_hand(self) -> bool:
        """Whether he signed in his own log-in."""
        return self.how is SignedHow.OWN

    def is_of(self, other: Person) -> bool:
        """Whether it may be this person who signed with his own hand; who attached a page signed nothing."""
        return self.by_hand and may_be_same(self.by, other)


UNSIGNED = Signature()
