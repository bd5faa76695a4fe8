"""What the interface answers: a result document, or a part of it, with what is said of the release it comes from.

Answers are not built from these: they describe them for OpenAPI, and the tests hold every answer against them. The
document's own shape is written once, in app.tally.document.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.publication.domain import Scope
from app.tally.document import BandDocument, Document, Target, TargetBand
from app.tally.flat import FlatBandDocument, FlatDocument
from app.tally.shown import Rate
from app.tally.verdict import Verdict


class Shape(BaseModel):
    """An object of an answer; it and all that it holds have the fields that are named and no other."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


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


class FullFlatResult(Release):
    """A result of one graded section in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    document: FlatDocument


class BandFlatResult(Release):
    """A result of one graded section in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    document: FlatBandDocument


class FullUnitResult(Release):
    """One unit of a result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    unit: Target


class BandUnitResult(Release):
    """One unit of a result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    unit: TargetBand


class Award(Shape):
    """What the body decided beside the vote （组织评定）, with who entered it and when."""

    value: str
    by: str
    at: datetime


class Conclusion(Shape):
    """The word of a composite score; empty, with ``why``, where the score is not known well enough for one.

    ``code`` is what the word means: met, attention, remedial.
    """

    word: str
    code: Verdict | None
    consequence: str
    flags: list[str]
    why: str


class CompositeRow(Shape):
    """An object's 综合评价得分: its points as a text, or in ``why`` the reason that there are none.

    ``parts`` are pairs of a label and its points; a range where a part is hidden. ``conclusion`` is null where there is
    no score, or no rule on it.
    """

    id: str
    name: str
    score: str
    why: str
    parts: list[tuple[str, str]]
    award: Award | None
    conclusion: Conclusion | None


class Composites(Shape):
    """What stands beside the votes; ``formula`` says how the scores are made, and is empty where only awards do.

    ``rule`` says which word follows from a score, and is empty where none does.
    """

    formula: str
    rows: list[CompositeRow]
    rule: str


class Outcome(Shape):
    """What came out of an object: its word and, as far as that is told, its rate; or its band, which has no code."""

    word: str
    code: str
    rate: str


class PreviousRow(Shape):
    """An object beside what came out of it the last time it was rated in the same way （与上次结果）.

    ``round_id``, ``campaign``, ``title`` and ``day`` are those of last time.
    """

    id: str
    name: str
    now: Outcome
    last: Outcome
    round_id: str
    campaign: str
    title: str
    day: date


class Turnout(Release):
    """The release with 参评率 （收回 ÷ 应参加） beside the 回收率 of the document; null where that is not told.

    ``composites`` are null where the round has none, or the scope is not told its figures. ``previous`` holds the
    objects of which the token reads the result of last time as well.
    """

    participation_rate: Rate | None
    composites: Composites | None
    previous: list[PreviousRow]


class FullResult(Turnout):
    """A result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    document: Document


class BandResult(Turnout):
    """A result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    document: BandDocument


class FullTargetResult(Release):
    """What was rated, of a result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    target: Target


class BandTargetResult(Release):
    """What was rated, of a result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    target: TargetBand


class Signature(Shape):
    """The installation's signature; ``verify.py`` says what is signed. Key and signature are hex digits."""

    algorithm: Literal["Ed25519"]
    public_key: str
    signature: str


class Signed(Shape):
    """A result with the signature of the installation.

    ``root`` and ``signs`` are those of the box that was counted, null where none was ever written; ``digest`` is null
    for who sees a part of the result (``whole`` false).
    """

    format: Literal["manyidu/result/1"]
    round_id: str
    version: int
    whole: bool
    digest: str | None
    code: str
    published_at: datetime
    root: str | None
    signs: str | None
    signature: Signature


class FullSignedResult(Signed):
    """A signed result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    document: Document


class BandSignedResult(Signed):
    """A signed result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    document: BandDocument


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


FlatResult = Annotated[FullFlatResult | BandFlatResult, Field(discriminator="scope")]
UnitResult = Annotated[FullUnitResult | BandUnitResult, Field(discriminator="scope")]
Result = Annotated[FullResult | BandResult, Field(discriminator="scope")]
SignedResult = Annotated[FullSignedResult | BandSignedResult, Field(discriminator="scope")]
TargetResult = Annotated[FullTargetResult | BandTargetResult, Field(discriminator="scope")]
