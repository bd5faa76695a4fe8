"""What the interface answers: a result document, or a unit of it, with what is said of the release it comes from."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.publication.document_shapes import BandDocument, FullDocument, Shape, Unit, UnitBand
from app.publication.domain import Scope


class Problem(Shape):
    """Why nothing was answered: a code for the program, a sentence for its people."""

    error: str
    message: str


class Release(Shape):
    """Which version of which result this is.

    ``digest`` is the SHA-256 of the whole stored document, null for who sees a part of it (he could find out the rest
    by trying); ``code`` is what the page for verification codes knows it by; ``version`` above 1 is a correction, for
    the ``reason`` given to leaders and units.
    """

    round_id: str
    version: int
    digest: str | None
    code: str
    reason: str
    published_at: datetime


class FullResult(Release):
    """A result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    document: FullDocument


class BandResult(Release):
    """A result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    document: BandDocument


class FullUnitResult(Release):
    """One unit of a result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    unit: Unit


class BandUnitResult(Release):
    """One unit of a result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    unit: UnitBand


class ResultLine(Release):
    """A result in the list, without any figure."""

    scope: Scope
    title: str
    campaign: str
    organisation: str
    rehearsal: bool


class ResultList(Shape):
    """The results that the token reads, newest round first."""

    results: list[ResultLine]


Result = Annotated[FullResult | BandResult, Field(discriminator="scope")]
UnitResult = Annotated[FullUnitResult | BandUnitResult, Field(discriminator="scope")]
