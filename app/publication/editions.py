"""A published result as its reader gets it: whole, in bands, or one section of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.core.errors import DomainError
from app.core.signs import signs_of
from app.publication.domain import Release, Scope, unit_of
from app.publication.meeting import NOTHING, Meeting
from app.tally.document import BandDocument, Document, Section, only_section

STORED: Final = "zh"
"""The language in which results are stored and signed, and in which rules know their words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is said of a published result whatever its reader sees of it.

    ``digest`` is the SHA-256 of the whole document's stored text, ``code`` the verification code of its version,
    ``corrects`` the newest earlier version that its reader may still look up.
    """

    round_id: str
    campaign_id: str = ""
    digest: str
    scope: Scope
    published_at: datetime
    version: int = 1
    code: str = ""
    reason: str = ""
    is_whole: bool = True
    corrects: int | None = None
    root: str = ""
    """The root of the box that was counted as hex digits; empty for one that was opened before there were roots."""
    meeting: Meeting = NOTHING
    """What was typed to stand beside it."""
    in_force: tuple[Release, ...] = ()
    """To whom it was released at the time of reading; organisers alone are told."""
    language: str = STORED
    """In which its document is told: as it was stored, or spoken to a reader of another."""

    def must_be_stored(self, work: str) -> None:
        """Say what is about to be worked out of the stored words; a result in others is refused: a fault of ours."""
        if self.language != STORED:
            message = f"{work} out of a result that is spoken in {self.language!r}"
            raise RuntimeError(message)

    @property
    def signs(self) -> str:
        """The root's eight signs, or empty text."""
        return signs_of(bytes.fromhex(self.root)) if self.root else ""

    @property
    def footer(self) -> str:
        """What stands in the footer of whatever quotes the result: verification code and root."""
        return f"{self.code}（票箱指纹 {self.signs}）" if self.root else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Edition):
    """A published result, cut to the units of its reader."""

    document: Document

    @property
    def section(self) -> Section:
        """The one section of the result; DomainError ``sections_several``."""
        return only_section(self.document)

    @property
    def parts(self) -> tuple["Published", ...]:
        """The result as if each of its sections stood alone; one of which the reader sees nothing is left out."""
        seen = [section for section in self.document["sections"] if section["targets"]]
        return tuple(self._alone(section) for section in seen or self.document["sections"])

    def part(self, key: str) -> "Published":
        """Return the result as if the section of that key stood alone; DomainError ``not_found``.

        An empty key stands for the only one there is.
        """
        if not key:
            return self.parts[0] if len(self.parts) == 1 else self._alone(self.section)
        for section in self.document["sections"]:
            if section["key"] == key:
                return self._alone(section)
        raise DomainError("not_found")

    def around(self, unit_id: str) -> "Published":
        """Return the result as if the section of a unit stood alone; DomainError ``not_found``."""
        for section in self.document["sections"]:
            if unit_of(section["targets"], unit_id) is not None:
                return self._alone(section)
        raise DomainError("not_found")

    def _alone(self, section: Section) -> "Published":
        return replace(self, document={**self.document, "sections": [section]})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedBands(Edition):
    """A published result in bands; no figure is in it."""

    document: BandDocument
