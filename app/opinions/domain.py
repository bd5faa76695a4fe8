"""Merging opinions into issues: a record of acts, and the state that replaying them in order gives.

An opinion is in exactly one place: unsorted, in one issue, or set aside. No opinion is ever deleted, and every act can
be undone, later ones that build upon it first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.core.errors import DomainError

TEXT_LIMIT = 1_000
TITLE_LIMIT = 60
REASON_LIMIT = 200
MOST_OPINIONS = 5_000
UNSORTED = ""
ASIDE = "aside"


class Source(StrEnum):
    """Where an opinion comes from."""

    SHEET = "sheet"
    MEETING = "meeting"
    OTHER = "other"
    REMARK = "remark"


TYPED_SOURCES = (Source.SHEET, Source.MEETING, Source.OTHER)
"""Remarks are not typed: they come out of a published result."""


class Kind(StrEnum):
    """What can be done to opinions and issues."""

    NEW_ISSUE = "new_issue"
    MERGE = "merge"
    DETACH = "detach"
    RENAME_ISSUE = "rename_issue"
    SET_ASIDE = "set_aside"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Act:
    """One act; ``words`` is an issue's title or the reason of setting aside, ``undoes`` the number of an act."""

    number: int
    kind: Kind
    opinions: tuple[str, ...] = ()
    issue: str = ""
    words: str = ""
    undoes: int = 0


@dataclass(frozen=True, slots=True)
class _Before:
    """What an act has changed, as it was before: places of opinions; titles of issues, None for a new one."""

    act: Act
    places: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str | None] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


class Sorting:
    """Where every opinion is. ``do`` applies an act, or raises DomainError and has changed nothing."""

    def __init__(self, opinions: Iterable[str]) -> None:
        self.places: dict[str, str] = dict.fromkeys(opinions, UNSORTED)
        self.titles: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self._done: list[_Before] = []

    @property
    def last(self) -> Act | None:
        """Return the last act that counts."""
        return self._done[-1].act if self._done else None

    def blockers(self) -> dict[int, int]:
        """Return of every act that counts the last one that builds upon it; 0 where it can be undone at once."""
        found, touched, entered, titled = dict[int, int](), dict[str, int](), dict[str, int](), dict[str, int]()
        for before in reversed(self._done):
            act = before.act
            upon = [touched.get(opinion, 0) for opinion in before.places]
            upon += [titled.get(issue, 0) for issue in before.titles]
            upon += [entered.get(issue, 0) for issue, title in before.titles.items() if title is None]
            found[act.number] = max(upon, default=0)
            for opinion in act.opinions:
                touched.setdefault(opinion, act.number)
            (titled if act.kind is Kind.RENAME_ISSUE else entered).setdefault(act.issue, act.number)
        return found

    def at(self, place: str) -> tuple[str, ...]:
        """Return the opinions in a place."""
        return tuple(opinion for opinion, where in self.places.items() if where == place)

    def by_place(self) -> dict[str, list[str]]:
        """Return all opinions by place: unsorted, every issue in the order they were made, set aside."""
        found: dict[str, list[str]] = {place: [] for place in (UNSORTED, *self.titles, ASIDE)}
        for opinion, place in self.places.items():
            found[place].append(opinion)
        return found

    def do(self, act: Act) -> None:
        """Apply the act."""
        if act.kind is Kind.UNDO:
            self._undo(act)
        elif act.kind is Kind.RENAME_ISSUE:
            self._rename(act)
        else:
            self._move(act)

    def _undo(self, act: Act) -> None:
        blockers = self.blockers()
        if act.undoes not in blockers:
            raise DomainError("act_not_counting")
        if blockers[act.undoes]:
            raise DomainError("act_built_upon", number=act.undoes, later=blockers[act.undoes])
        before = next(each for each in self._done if each.act.number == act.undoes)
        for issue, title in before.titles.items():
            if title is not None:
                self._check_title(title, issue)
        self._done.remove(before)
        self._restore(before)

    def _restore(self, before: _Before) -> None:
        self.places.update(before.places)
        for opinion in before.places:
            self.reasons.pop(opinion, None)
        self.reasons.update(before.reasons)
        for issue, title in before.titles.items():
            if title is None:
                del self.titles[issue]
            else:
                self.titles[issue] = title

    def _rename(self, act: Act) -> None:
        self._check_issue(act.issue)
        self._check_title(act.words, act.issue)
        if self.titles[act.issue] == act.words:
            raise DomainError("act_changes_nothing")
        self._done.append(_Before(act, titles={act.issue: self.titles[act.issue]}))
        self.titles[act.issue] = act.words

    def _move(self, act: Act) -> None:
        if not act.opinions:
            raise DomainError("opinions_not_chosen")
        if any(opinion not in self.places for opinion in act.opinions):
            raise DomainError("opinion_unknown")
        target = self._target(act)
        moved = [opinion for opinion in dict.fromkeys(act.opinions) if self.places[opinion] != target]
        if not moved:
            raise DomainError("act_changes_nothing")
        self._done.append(
            _Before(
                act,
                {opinion: self.places[opinion] for opinion in moved},
                {target: None} if act.kind is Kind.NEW_ISSUE else {},
                {opinion: self.reasons.pop(opinion) for opinion in moved if opinion in self.reasons},
            )
        )
        self.places.update(dict.fromkeys(moved, target))
        if act.kind is Kind.NEW_ISSUE:
            self.titles[target] = act.words
        if act.kind is Kind.SET_ASIDE:
            self.reasons.update(dict.fromkeys(moved, act.words))

    def _target(self, act: Act) -> str:
        """Return where the act moves opinions to, once it was checked."""
        if act.kind is Kind.DETACH:
            return UNSORTED
        if act.kind is Kind.SET_ASIDE:
            _check_words(act.words, REASON_LIMIT, "aside_reason_missing")
            return ASIDE
        if act.kind is Kind.MERGE:
            self._check_issue(act.issue)
            return act.issue
        if act.issue in self.titles or act.issue in {UNSORTED, ASIDE}:
            raise DomainError("issue_known")
        self._check_title(act.words)
        return act.issue

    def _check_issue(self, issue: str) -> None:
        if issue not in self.titles:
            raise DomainError("issue_unknown")

    def _check_title(self, title: str, own: str = "") -> None:
        _check_words(title, TITLE_LIMIT, "issue_title_missing")
        if any(other == title for issue, other in self.titles.items() if issue != own):
            raise DomainError("issue_title_taken", title=title)


def _check_words(words: str, limit: int, missing: str) -> None:
    if not words.strip():
        raise DomainError(missing)
    if len(words) > limit:
        raise DomainError("words_too_long", limit=limit)


def replay(opinions: Iterable[str], acts: Sequence[Act]) -> Sorting:
    """Return the state after the acts, in the order of their numbers."""
    sorting = Sorting(opinions)
    for act in acts:
        sorting.do(act)
    return sorting


MOST_COMPARED = 2_000
"""How many opinions are compared at a time; what is left is proposed once these are sorted."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Opinions, by their places, that seem to belong together, or to an issue there is (by its place; None: a new one).

    ``title`` is what a new issue could be called, ``words`` what the proposal rests on.
    """

    members: tuple[int, ...]
    issue: int | None
    title: str
    words: tuple[str, ...]
