"""What a reader is told of composite scores, object by object: the score, its word, its parts; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from app.campaigns.composite import (
    NAMED,
    PATTERNS,
    Composite,
    Line,
    Missing,
    Points,
    Say,
    Source,
    Total,
    formula_text,
    points_text,
    rounded,
    written,
)
from app.campaigns.composite_rule import outcome_of
from app.campaigns.rule import Rule
from app.tally.verdict import OF_CONCERN, OF_MEANING, Verdict

NOTE_SENTENCES: Final = {
    "not_entered": "还没有填写计名的部分",
    "too_few": "样本不足，不计算",
    "invalid": "结果无效，不计算",
    "not_published": "另一轮的结果没有公布，不计算",
    "damaged": "另一轮的结果与公布时的指纹不符，不计算，请联系审计员",
    "not_rated": "没有测评这个对象，不计算",
    "no_points": "结论没有分值，不计算",
    "only_words": "本轮只公布结论，不计算",
    "unsure": "得分只能确定到一个范围，跨过判定的线，不作结论",
}
"""Why there is no score, or no word for one, by the reason."""
_MOST_DECIMALS: Final = 20
"""As many as a line of a rule may be typed with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was entered, by whom and when."""

    value: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The word of a score （综合评价结论）; empty, with ``why``, where the score is not known well enough."""

    word: str = ""
    code: Verdict | None = None
    consequence: str = ""
    flags: tuple[str, ...] = ()
    why: str = ""

    @property
    def beside(self) -> tuple[str, ...]:
        """What follows from the word, and what the rule says besides."""
        return tuple(filter(None, (self.consequence, *self.flags)))

    @property
    def text(self) -> str:
        """The word with all that stands beside it, as files say it."""
        return "；".join(filter(None, (self.word, *self.beside, self.why)))


@dataclass(frozen=True, slots=True)
class Row:
    """An object with its score, what that is made of, the word of it, and what the body decided beside it.

    ``conclusion`` is None without a score, or without a rule on it.
    """

    id: str
    name: str
    score: str
    why: str
    parts: Sequence[tuple[str, str]]
    award: Entry | None
    conclusion: Conclusion | None = None

    @property
    def has_failed(self) -> bool:
        """Whether the word of the score means failed."""
        return self.conclusion is not None and self.conclusion.code is Verdict.REMEDIAL

    @property
    def reason(self) -> str:
        """The score with its word, as the reason for what follows."""
        return f"综合评价得分 {self.score}，结论为“{self.conclusion.word}”" if self.conclusion else ""

    @property
    def conclusion_text(self) -> str:
        """The word of the score with what stands beside it; empty where there is none."""
        return self.conclusion.text if self.conclusion else ""

    @property
    def parts_text(self) -> str:
        """Every part with its points, as files say it."""
        return "；".join(f"{label} {text}" for label, text in self.parts)


@dataclass(frozen=True, slots=True)
class Composites:
    """What stands beside the votes of a result; without ``composite`` where only awards do.

    ``rule`` says which word follows from a score; empty where none does. ``unread``: a damaged round is a part of it.
    """

    composite: Composite | None
    rows: Sequence[Row]
    rule: str = ""
    unread: bool = False

    @property
    def formula(self) -> str:
        """How scores are made; empty where there are none."""
        return self.formula_in(str)

    def formula_in(self, say: Say) -> str:
        """Return the same in the language of a reader."""
        return formula_text(self.composite, say) if self.composite else ""

    @property
    def following(self) -> Sequence[tuple[str, str, Sequence[str]]]:
        """The words that ask for attention, with what follows from each and the objects that were given it."""
        told = [(row.name, row.conclusion) for row in self.rows if row.conclusion and row.conclusion.code in OF_CONCERN]
        found = dict[tuple[str, str], list[str]]()
        for name, given in told:
            found.setdefault((given.word, given.consequence), []).append(name)
        return [(*word, names) for word, names in found.items()]

    @property
    def given(self) -> Sequence[tuple[str, int]]:
        """How many objects were given which word, best first."""
        given = [(row.conclusion.code, row.conclusion.word) for row in self.rows if row.conclusion]
        words = [word for code in Verdict for of, word in given if of is code]
        return [(word, words.count(word)) for word in dict.fromkeys(words)]

    def only(self, target_id: str) -> "Composites":
        """Return what stands beside the votes of one object."""
        return replace(self, rows=[row for row in self.rows if row.id == target_id])

    @property
    def awarded(self) -> bool:
        """Whether the body decided on any object."""
        return any(row.award for row in self.rows)


def row_of(target: tuple[str, str], composite: Composite | None, total: Total | None, award: Entry | None) -> Row:
    """Return an object with what its total is told to be, and the word of that."""
    if composite is None or total is None:
        return Row(*target, "", "", (), award)
    parts = [_told(line, composite.decimals) for line in _every(total.lines)]
    if isinstance(total.figure, Missing):
        return Row(*target, "", NOTE_SENTENCES[total.figure.reason], parts, award)
    decimals, rule = _decimals_off(total.figure, composite), composite.rule
    score = _score_text(total.figure, composite, decimals)
    conclusion = None if rule is None else _concluded(rule, total.figure, sure=decimals is not None)
    return Row(*target, score, "", parts, award, conclusion)


def _score_text(score: Points, composite: Composite, decimals: int | None) -> str:
    """Write a score; where rounding would carry it over a line of the rule, with as many decimals as keep it off."""
    return points_text(score, composite.decimals) if decimals is None else written(score, decimals)


def _decimals_off(score: Points, composite: Composite) -> int | None:
    """Return with how many decimals a score, or the ends of its span, stay off every line; None where none do."""
    first = 0 if score.coarse or not score.exact else composite.decimals
    rule = composite.rule
    if rule is None:
        return first
    true = outcome_of(rule, replace(score, slack=Fraction(0)))
    tried = range(first, _MOST_DECIMALS + 1)
    return next((each for each in tried if outcome_of(rule, rounded(score, each)) == true), None)


def _concluded(rule: Rule, score: Points, *, sure: bool) -> Conclusion:
    """Return the word of a score; none where what is printed of it would have another, and so is not ``sure``."""
    outcome = outcome_of(rule, score)
    if outcome is None or not sure:
        return Conclusion(why=NOTE_SENTENCES["unsure"])
    word = outcome.word
    return Conclusion(word.text, OF_MEANING[word.meaning], word.consequence, outcome.flags)


def _every(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the parts, each before its own."""
    for line in lines:
        yield line
        yield from _every(line.lines)


def _told(line: Line, decimals: int) -> tuple[str, str]:
    label = line.part.label
    told = PATTERNS[Source.SCORE] % {"name": label} if line.part.source in NAMED else label
    text = points_text(line.figure, decimals) if isinstance(line.figure, Points) else "—"
    return told, text
