"""What means of several figures tell of each: the attacker's step before his linear programme (SEC-44).

A weighed total, a mean over items and a composite are Σ weight × figure; a figure is a sum of answers divided by
another. Of which no two are unknown, the one is found: A = (T − w_B·B − w_C·C) ÷ w_A, as closely as T and the others
are told. What is found of a figure is a row of the programme.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Groups = frozenset[str]
Key = tuple[str, str, Groups, str]
"""A figure: the object, the item, the voter groups it is of, and which one."""
ROUNDS = 4
LEAST = 1e-7


@dataclass(frozen=True, slots=True)
class Span:
    """Between which numbers a figure lies, as a part of 1."""

    low: float = 0.0
    high: float = 1.0

    def met(self, other: "Span") -> "Span":
        return Span(max(self.low, other.low), min(self.high, other.high))

    def is_within(self, other: "Span") -> bool:
        """Whether it tells more than another."""
        return self.low > other.low + LEAST or self.high < other.high - LEAST


WHOLE = Span()


@dataclass(frozen=True, slots=True)
class Place:
    """Items of a unit by their weights, which add up to 1; ``pool``: all together; ``weighed``: as a mean of them."""

    unit: str
    items: Sequence[tuple[float, str]]
    pool: bool = False
    weighed: bool = False


@dataclass(frozen=True, slots=True)
class Mixture:
    """Σ weight × figure lies in a span."""

    parts: tuple[tuple[float, Key], ...]
    told: Span

    def others(self, key: Key, known: "Callable[[Key], Span]") -> Span:
        """Return between what all parts but one come to."""
        rest = [(weight, known(other)) for weight, other in self.parts if other != key]
        return Span(sum(weight * span.low for weight, span in rest), sum(weight * span.high for weight, span in rest))


@dataclass
class Figures:
    """What is known of every figure by itself."""

    known: dict[Key, Span] = field(default_factory=dict)
    mixtures: list[Mixture] = field(default_factory=list)

    def of(self, key: Key) -> Span:
        return self.known.get(key, WHOLE)

    def learn(self, key: Key, span: Span) -> bool:
        """Keep what is told of a figure; return whether that is news."""
        before = self.of(key)
        self.known[key] = before.met(span)
        return self.known[key].is_within(before)

    def mix(self, parts: Iterable[tuple[float, Key]], told: Span) -> None:
        """Keep that figures by their weights come to so much; each figure once."""
        found: dict[Key, float] = {}
        for weight, key in parts:
            found[key] = found.get(key, 0.0) + weight
        self.mixtures.append(Mixture(tuple((weight, key) for key, weight in found.items() if weight), told))

    def solved(self) -> Sequence[Key]:
        """Solve every mixture for every part of it, again and again; return the figures of which there is news."""
        news = dict[Key, None]()
        for _ in range(ROUNDS):
            found = [
                (key, Span((mixture.told.low - rest.high) / weight, (mixture.told.high - rest.low) / weight))
                for mixture in self.mixtures
                for weight, key in mixture.parts
                for rest in [mixture.others(key, self.of)]
            ]
            news |= dict.fromkeys([key for key, span in found if self.learn(key, span)])
        return list(news)
