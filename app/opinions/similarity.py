"""Proposals which opinions belong together; a person decides. Local, the same for the same opinions, without chance.

Two opinions are alike by what they complain about (app.opinions.subjects) and, less, by the runs of signs they share.
Groups are linked by their mean likeness. People who mean one thing use different words: runs of signs or the words of a
dictionary alone find next to nothing (``make bench``).
"""

import json
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.opinions.domain import MOST_COMPARED, Proposal
from app.opinions.subjects import SUBJECTS

Matrix = NDArray[np.floating[Any]]

MOST_OF_AN_ISSUE = 40
MOST_RUNS = 4_096
MOST_KEPT = 2
"""Of so many lists of opinions what was found is kept."""
SUBJECT_SHARE = 0.7
LEAST_ALIKE = 0.3
RUNS = (1, 2)
_WORDS_SHOWN = 5
_TITLE_SIGNS = 24

_WORDS = tuple(tuple(words.split()) for words in SUBJECTS.values())
_NAMES = tuple(SUBJECTS)
_BREAKS = re.compile(r"[^\u3400-\u9fffA-Za-z0-9]+")
_CLAUSE = re.compile(r"[，。；！？,;!?\n]")


def propose(texts: Sequence[str], issues: Sequence[Sequence[str]] = ()) -> Sequence[Proposal]:
    """Group the unsorted opinions; ``issues`` holds the opinions of every issue there is. In the order of the texts."""
    compared, known = texts[:MOST_COMPARED], [some[:MOST_OF_AN_ISSUE] for some in issues]
    return tuple(_proposal(texts, group) for group in _KEPT.groups(compared, known)) if texts else ()


@dataclass(frozen=True, slots=True)
class _Group:
    """What was found, by places: ``middle`` is most like the others, ``subject`` what they are about, if known."""

    members: tuple[int, ...]
    issue: int | None
    middle: int
    subject: int | None


class _Kept:
    """What was found, once for all pages of one list: who leafs through it asks for the same again.

    No opinion stays here that was changed or removed since: a list is known by its digest, and only places are kept.
    """

    def __init__(self) -> None:
        self._groups: OrderedDict[bytes, list[_Group]] = OrderedDict()
        self._lock = threading.Lock()

    def groups(self, texts: Sequence[str], known: Sequence[Sequence[str]]) -> list[_Group]:
        """Return what is kept of these texts, or find it."""
        key = sha256(json.dumps([list(texts), [list(some) for some in known]]).encode()).digest()
        with self._lock:
            kept = self._groups.get(key)
        found = _grouped(texts, known) if kept is None else kept
        with self._lock:
            self._groups[key] = found
            self._groups.move_to_end(key)
            while len(self._groups) > MOST_KEPT:
                self._groups.popitem(last=False)
        return found


_KEPT = _Kept()


def _grouped(texts: Sequence[str], known: Sequence[Sequence[str]]) -> list[_Group]:
    features = _features([*texts, *(text for some in known for text in some)])
    own, rest = features[: len(texts)], features[len(texts) :]
    ends = np.cumsum([len(some) for some in known], dtype=int)
    centres = [rest[end - len(some) : end].mean(axis=0) for some, end in zip(known, ends, strict=True) if some]
    places = [place for place, some in enumerate(known) if some]
    found: dict[tuple[int, ...], int | None] = {}
    joined: dict[int, list[int]] = {}
    for members in linked(own @ own.T, LEAST_ALIKE):
        issue = _nearest(own[members].mean(axis=0), centres)
        if issue is not None:
            joined.setdefault(places[issue], []).extend(members)
        elif len(members) > 1:
            found[tuple(members)] = None
    found |= {tuple(sorted(members)): issue for issue, members in joined.items()}
    ordered = sorted(found.items(), key=lambda item: item[0])
    return [_group(own, members, issue) for members, issue in ordered]


def _nearest(centre: Matrix, centres: Sequence[Matrix]) -> int | None:
    """Return the place of the issue most alike, or None where none is alike enough."""
    if not centres:
        return None
    alike = np.asarray(centres) @ centre
    best = int(alike.argmax())
    return best if alike[best] >= LEAST_ALIKE else None


def _group(features: Matrix, members: tuple[int, ...], issue: int | None) -> _Group:
    mean = features[list(members)].mean(axis=0)
    subjects = mean[: len(_NAMES)]
    middle = members[int((features[list(members)] @ mean).argmax())]
    return _Group(members, issue, middle, int(subjects.argmax()) if subjects.max() > 0 else None)


def _proposal(texts: Sequence[str], group: _Group) -> Proposal:
    """Name what was found: by the subject, or by the first words of the opinion in its middle."""
    if group.subject is None:
        clause = next((part.strip() for part in _CLAUSE.split(texts[group.middle]) if part.strip()), "")
        return Proposal(group.members, group.issue, clause[:_TITLE_SIGNS], ())
    counts = Counter(word for place in group.members for word in _WORDS[group.subject] if word in texts[place])
    words = tuple(word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_WORDS_SHOWN])
    return Proposal(group.members, group.issue, _NAMES[group.subject], words)


def _features(texts: Sequence[str]) -> Matrix:
    """Return a row for each text, so that the product of two rows is how alike they are: 0 to 1."""
    subjects = _unit(_subjects(texts)) * np.float32(np.sqrt(SUBJECT_SHARE))
    runs = _unit(_runs(texts)) * np.float32(np.sqrt(1 - SUBJECT_SHARE))
    return np.hstack([subjects, runs])


def _unit(rows: Matrix) -> Matrix:
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    scaled: Matrix = rows / np.where(lengths == 0, np.float32(1), lengths)
    return scaled


def _subjects(texts: Sequence[str]) -> Matrix:
    """Weigh the subjects of each text by the words found; longer words say more."""
    rows = np.zeros((len(texts), len(_WORDS)), np.float32)
    for place, text in enumerate(texts):
        for subject, words in enumerate(_WORDS):
            rows[place, subject] = sum(len(word) ** 0.5 for word in words if word in text)
    return rows


def _runs(texts: Sequence[str]) -> Matrix:
    """Weigh the runs of one and two signs that more than one text has, rare ones more."""
    counted = [Counter(_runs_of(text)) for text in texts]
    spread = Counter(run for counts in counted for run in counts)
    shared = sorted((run for run, count in spread.items() if count > 1), key=lambda run: (-spread[run], run))
    columns = {run: column for column, run in enumerate(shared[:MOST_RUNS])}
    rows = np.zeros((len(texts), len(columns)), np.float32)
    for place, counts in enumerate(counted):
        for run, count in counts.items():
            if run in columns:
                rows[place, columns[run]] = 1 + np.log(count)
    weights = np.log((1 + len(texts)) / np.array([spread[run] for run in columns], np.float32))
    weighted: Matrix = (rows * weights).astype(np.float32)
    return weighted


def _runs_of(text: str) -> list[str]:
    parts = _BREAKS.split(text)
    return [part[at : at + size] for part in parts for size in RUNS for at in range(len(part) - size + 1)]


def linked(alike: Matrix, least: float) -> list[list[int]]:
    """Group rows by average linkage down to a mean likeness of ``least``, following chains of nearest neighbours.

    Linking never brings a group nearer to a third one, so a row whose nearest is too far is done for good.
    """
    alike = np.round(alike, 4)
    np.fill_diagonal(alike, -np.inf)
    groups: dict[int, list[int]] = {place: [place] for place in range(len(alike))}
    open_rows, done, chain = dict.fromkeys(groups), list[list[int]](), list[int]()
    while open_rows:
        if not chain:
            chain.append(next(iter(open_rows)))
        last = chain[-1]
        nearest = int(alike[last].argmax())
        if alike[last, nearest] < least:
            done.append(sorted(groups.pop(last)))
            del open_rows[last]
            chain.pop()
            alike[last, :] = alike[:, last] = -np.inf
        elif len(chain) > 1 and alike[last, chain[-2]] >= alike[last, nearest]:
            chain = chain[:-2] + _link(alike, groups, open_rows, (chain[-2], last))
        else:
            chain.append(nearest)
    return sorted(done)


def _link(alike: Matrix, groups: dict[int, list[int]], open_rows: dict[int, None], pair: tuple[int, int]) -> list[int]:
    """Link two groups under the first one's row; return what the chain goes on with: nothing."""
    kept, gone = pair
    sizes = len(groups[kept]), len(groups[gone])
    alike[kept] = (alike[kept] * sizes[0] + alike[gone] * sizes[1]) / sum(sizes)
    alike[:, kept] = alike[kept]
    alike[kept, kept] = -np.inf
    alike[gone, :] = alike[:, gone] = -np.inf
    groups[kept] += groups.pop(gone)
    del open_rows[gone]
    return []
