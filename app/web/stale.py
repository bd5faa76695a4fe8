"""Older tabs: a form brings back what was stored when it was shown, and is refused where that has changed.

The page then shows both versions: what was typed, still in the form, and what is stored now, with what is new, changed,
moved or gone since. Sending it once more replaces that, knowingly. A form that does not say what it was filled in from
is refused likewise: nobody knows that.
"""

import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter, ValidationError

from app.core.errors import DomainError
from app.web.forms import PostedForm

FIELD: Final = "seen"
MOST_PACKED: Final = 60_000
"""Signs of a field that carries its lines; a form with more carries the digest alone, and its page marks nothing."""
_MOST_LINES: Final = 1_000_000
"""Bytes that the lines of a form may have."""
_BEHIND: Final = "~"
_LINES: Final = TypeAdapter(tuple[tuple[str, str, str], ...])
Seen = tuple[tuple[str, str, str], ...]
"""Lines as a form carries them: what each is known by, its words, its value."""


class Since(StrEnum):
    """What became of a line since a page was made; unknown where the page did not carry its lines."""

    UNKNOWN = "unknown"
    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Told:
    """A line of what is stored now, or was; ``before``: what a changed one said."""

    words: str
    value: str
    since: Since = Since.UNKNOWN
    before: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of all that a form edits: lines of words and value, in the order in which a page shows them.

    ``ids``: what each line is known by, whatever its words and its place become. ``placed``: those of lines whose words
    are their place, which changes with every line above.
    """

    lines: tuple[tuple[str, str], ...]
    digest: str
    ids: tuple[str, ...] = ()
    placed: frozenset[str] = frozenset()
    is_secret: bool = False
    """Whether a line is a secret: a form is carried over the end of a log-in, and passwords are left out of that."""

    @property
    def seen(self) -> str:
        """What a form brings back: the digest, and the lines where they are no secret and not too many."""
        if self.is_secret:
            return self.digest
        packed = urlsafe_b64encode(zlib.compress(json.dumps(self._carried).encode())).decode()
        return f"{self.digest}{_BEHIND}{packed}" if len(packed) <= MOST_PACKED else self.digest

    @property
    def _carried(self) -> Seen:
        return tuple((each, *line) for each, line in zip(self.ids, self.lines, strict=True))

    def since(self, seen: str) -> list[Told]:
        """Return the lines with what became of each since a form was filled in from ``seen``."""
        was = _unpacked(seen)
        if was is None:
            return [Told(*line) for line in self.lines]
        before = {each: (words, value) for each, words, value in was}
        stayed = _in_order([each for each, _, _ in was], self.ids)
        lines = zip(self.ids, self.lines, strict=True)
        told = [self._told(each, line, before.get(each), has_moved=each not in stayed) for each, line in lines]
        gone = [Told(words, value, Since.GONE) for each, words, value in was if each not in self.ids and value]
        return told + gone

    def _told(self, each: str, now: tuple[str, str], before: tuple[str, str] | None, *, has_moved: bool) -> Told:
        words, value = now
        if before is None:
            return Told(words, value, Since.NEW if value else Since.SAME)
        has_words = each not in self.placed and before[0] != words
        said, told = ("：".join(line) if has_words else line[1] for line in (before, now))
        if said != told:
            return Told(words, value, Since.CHANGED, said or "—")
        return Told(words, value, Since.MOVED if has_moved else Since.SAME)


def _in_order(was: Sequence[str], now: Sequence[str]) -> frozenset[str]:
    """Return a longest part of what is there still that did not change its order (by patience sorting)."""
    place = {each: at for at, each in enumerate(was)}
    piles: list[str] = []
    below: dict[str, str | None] = {}
    for each in now:
        if each in place:
            at = bisect_left(piles, place[each], key=place.__getitem__)
            below[each] = piles[at - 1] if at else None
            piles[at : at + 1] = [each]
    kept: set[str] = set()
    one = piles[-1] if piles else None
    while one is not None:
        kept.add(one)
        one = below[one]
    return frozenset(kept)


def _unpacked(seen: str) -> Seen | None:
    """Return the lines that a form carries; None where it carries none, or what no page of ours made."""
    try:
        packed = zlib.decompressobj()
        text = packed.decompress(urlsafe_b64decode(seen.partition(_BEHIND)[2]), _MOST_LINES)
        return _LINES.validate_json(text)
    except (Error, zlib.error, ValueError, ValidationError):
        return None


def stored(
    lines: Iterable[tuple[str, str]],
    *more: object,
    ids: Iterable[str] = (),
    placed: Iterable[str] = (),
    is_secret: bool = False,
) -> Stored:
    """Return what is stored; ``more`` is what the lines do not show and what counts too.

    ``ids``: what lines are known by, those behind them by their words; ``placed``: likewise, their words are places;
    ``is_secret``: no page carries the lines.
    """
    numbered = tuple(placed)
    shown, known = tuple(lines), [*numbered, *ids]
    times = Counter[str]()
    for words, _ in shown[len(known) :]:
        times[words] += 1
        known.append(f"{words} {times[words]}")
    digest = sha256(repr((shown, known, more)).encode()).hexdigest()
    return Stored(shown, digest, tuple(known), frozenset(numbered), is_secret)


def brought_by(form: PostedForm) -> str:
    """Return what a form says it was filled in from; DomainError ``form_malformed`` for what no page of ours made."""
    return form.sent(FIELD, sha256().digest_size * 2 + len(_BEHIND) + MOST_PACKED)


def refuse_stale(form: PostedForm, now: Stored) -> None:
    """Refuse a form that was shown before the last change, or does not say: DomainError ``stale``, ``stale_unknown``.

    ``now`` is read under a lock.
    """
    seen = brought_by(form).partition(_BEHIND)[0]
    if not seen:
        raise DomainError("stale_unknown")
    if not hmac.compare_digest(seen.encode(), now.digest.encode()):
        raise DomainError("stale")
