"""Named scores, points and awards of a round, and the composite scores of its released result."""

import re
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.composite import (
    AWARD_WORDS,
    WHOLE,
    Composite,
    Missing,
    Part,
    Source,
    Total,
    check_awards,
    rounds_behind,
)
from app.campaigns.disclosure import Extent
from app.campaigns.rule import worth_of
from app.campaigns.sentences import composite_rule_text
from app.core.acting import Acting
from app.core.db import locked, pause
from app.core.errors import DomainError
from app.core.folding import plain_number
from app.core.lately import Lately
from app.publication.composite_rows import Composites, Entry, row_of
from app.publication.domain import Scope, Sight, Viewer, sight_of
from app.publication.editions import Published, PublishedBands
from app.publication.models import NamedEntry
from app.publication.reads import ANYONE, bands_in, ledgers, published_in
from app.publication.stored import DamagedResultError, digests_of, document_once
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import frozen_paper, get_round
from app.tally.composite import composites_of, named_parts
from app.tally.document import Document, extent_of

SCORES: Final = "composite scores"
AWARD: Final = "award"
"""The part under which 评定等次 of an object is kept."""
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
SCORED: Final = frozenset({RoundState.READY, RoundState.OPEN, RoundState.SEALED, RoundState.COUNTED})
"""When named scores may be entered: the paper is fixed, and nobody has read the result."""
AWARDED: Final = frozenset({RoundState.COUNTED, RoundState.PUBLISHED})
_ENTERED: Final = (
    NamedEntry.round_id, NamedEntry.object_id, NamedEntry.part,
    NamedEntry.value, NamedEntry.entered_by, NamedEntry.entered_at,
)  # fmt: skip
KEPT: Final = 32
"""Of so many results what stands beside the votes is kept: scores of sixty units take longer than their page."""
_kept: Lately[Composites] = Lately(KEPT)
Key = tuple[str, str]
"""An object's id with the key of a part, or ``AWARD``."""
Other = Callable[[str], Document | Missing | None]
"""Gives another round's result as the reader of a score sees it: why he does not, or None where he sees none."""
ReadOther = Callable[[Session, str, Sight | None], Document | Missing | None]
"""Gives the same by what was found that he sees of it."""


def composite_of(paper: Paper) -> Composite | None:
    """Return what the round's score is made of."""
    return paper.scheme.composite


def asked_for(paper: Paper) -> list[Part]:
    """Return the parts that are entered by name."""
    composite = composite_of(paper)
    return list(named_parts(composite.parts)) if composite else []


def entries_of(session: Session, round_id: str) -> dict[Key, Entry]:
    """Return what was entered for a round."""
    return entries_in(session, [round_id])[round_id]


def entries_in(session: Session, round_ids: Collection[str]) -> dict[str, dict[Key, Entry]]:
    """Return what was entered for each of some rounds, in one query."""
    found: dict[str, dict[Key, Entry]] = {round_id: {} for round_id in round_ids}
    # Columns, not rows of the model: the board reads thousands.
    query = select(*_ENTERED).where(NamedEntry.round_id.in_(round_ids))
    for round_id, target, part, value, by, at in session.execute(query):
        found[round_id][target, part] = Entry(value, by, at)
    return found


def enter(acting: Acting, round_id: str, typed: Mapping[Key, str]) -> None:
    """Keep what was typed and differs from what stands, each with who and when; the caller holds the round.

    DomainError ``composite_closed``, ``composite_entry``, ``award_limit``.
    """
    session, (paper, _) = acting.session, frozen_paper(acting.session, round_id)
    before = entries_of(session, round_id)
    typed = {(target, part): text if part == AWARD else plain_number(text) for (target, part), text in typed.items()}
    changed = {key: text for key, text in typed.items() if text != (before[key].value if key in before else "")}
    _check_state(get_round(session, round_id).state, {part for _, part in changed})
    parts = {part.key: part for part in asked_for(paper)}
    for (_, part), text in changed.items():
        _check_entry(parts, part, text)
    words = {key: entry.value for key, entry in before.items()} | changed
    check_awards({target: word for (target, part), word in words.items() if part == AWARD}, len(paper.units))
    names = {unit.id: unit.name for unit in paper.units}
    for (target, part), text in changed.items():
        if target not in names:
            raise DomainError("field_not_a_choice", field="对象")
        _write(acting, (round_id, target, part), text)
        what = {"object": names[target], "value": text}
        if part == AWARD:
            audit.record(session, acting.now, acting.actor, "round.award", round_id, **what)
        else:
            audit.record(session, acting.now, acting.actor, "round.named", round_id, part=parts[part].label, **what)


def _check_state(state: RoundState, parts: set[str]) -> None:
    if (AWARD in parts and state not in AWARDED) or (parts - {AWARD} and state not in SCORED):
        raise DomainError("composite_closed")


def _check_entry(parts: Mapping[str, Part], key: str, text: str) -> None:
    if key == AWARD:
        if text and text not in AWARD_WORDS:
            raise DomainError("field_not_a_choice", field="评定等次")
        return
    if key not in parts:
        raise DomainError("field_not_a_choice", field="部分")
    part, most = parts[key], _most(parts[key])
    if text and not (_NUMBER.fullmatch(text) and Fraction(text) <= most):
        raise DomainError("composite_entry", name=part.label, typed=text, most=most)


def _most(part: Part) -> Fraction:
    return WHOLE if part.source is Source.SCORE else part.most


def _write(acting: Acting, key: tuple[str, str, str], text: str) -> None:
    row = locked(acting.session, NamedEntry, key)
    if row is not None:
        acting.session.delete(row)
        acting.session.flush()
    if text:
        round_id, target, part = key
        fields = {"value": text, "entered_by": acting.actor.name, "entered_at": acting.now}
        acting.session.add(NamedEntry(round_id=round_id, object_id=target, part=part, **fields))


def composites_beside(session: Session, result: Published, viewer: Viewer, now: datetime) -> Composites | None:
    """Return what stands beside the votes of a result, out of what its reader may see of it and of other rounds."""
    return _beside(session, result, result.document, (viewer, now), _other_seen)


def others_seen(session: Session, paper: Paper, viewer: Viewer, now: datetime) -> Mapping[str, Document | Missing]:
    """Return the other rounds that a paper's score is made of as a viewer sees them, or why he does not."""
    sights = _sights_behind(session, paper, viewer, now)
    return {round_id: _other_seen(session, round_id, sight) for round_id, sight in sights.items()}


def _other_seen(session: Session, round_id: str, sight: Sight | None) -> Document | Missing:
    """Return another round's result as its reader sees it, or why he does not."""
    try:
        return published_in(session, round_id, sight, document_once).document
    except DomainError as error:
        return why_unread(error)


def why_unread(error: DomainError) -> Missing:
    """Return why another round's result counts in no score: a damaged one must not pass for one that is not out."""
    return Missing("damaged" if isinstance(error, DamagedResultError) else "not_published")


def composites_told(session: Session, result: PublishedBands, now: datetime) -> Composites | None:
    """Return what stands beside the votes of an announced result for everybody; None where its counts are not told.

    Of what everybody reads no part is a round that was shown to those alone who have its link.
    """

    def other(session: Session, round_id: str, sight: Sight | None) -> Document | Missing | None:
        # Asked before the document is read: that one is damaged tells that there is one.
        if sight is None or (result.scope is Scope.PUBLIC and sight.scope is not Scope.PUBLIC):
            return None
        try:
            return _counts_of(bands_in(session, round_id, sight))
        except DomainError as error:
            return why_unread(error)

    result.must_be_stored(SCORES)
    document = _counts_of(result)
    return _beside(session, result, document, (ANYONE, now), other) if document else None


def _counts_of(result: PublishedBands) -> Document | None:
    """Return a result of which everybody sees the counts: in what they make a score, it is as leaders see it."""
    told = extent_of(result.document) is Extent.COUNTS
    return cast("Document", result.document) if told else None


def _beside(
    session: Session, result: Published | PublishedBands, document: Document, at: tuple[Viewer, datetime],
    read: ReadOther,
) -> Composites | None:  # fmt: skip
    """Return what stands beside the votes of a result as its reader sees it; None where nothing does.

    Where nothing it hangs on has changed, as made lately. What was made while a part of it was damaged is not kept: a
    repair changes nothing by which it would be found. The other rounds are read by the very sights that name it: what
    is released or withdrawn meanwhile has another name.
    """
    result.must_be_stored(SCORES)
    (paper, _), entries = frozen_paper(session, result.round_id), entries_of(session, result.round_id)
    units = tuple(target["id"] for section in document["sections"] for target in section["targets"])
    sights = _sights_behind(session, paper, *at)
    name = (result.round_id, result.digest, result.scope, units, frozenset(entries.items()), _named(session, sights))
    made = _kept.get(name)
    if made is None:
        others = others_of(paper, lambda round_id: read(session, round_id, sights[round_id]))
        pause(session, SCORES)
        made = composites_from(paper, entries, document, others)
        if made is not None and not made.unread:
            _kept.put(name, made)
    return made


def _sights_behind(session: Session, paper: Paper, viewer: Viewer, now: datetime) -> Mapping[str, Sight | None]:
    """Return what a viewer sees of each round that a paper's score is made of; None of one that he does not see."""
    rounds = sorted(rounds_behind(composite_of(paper)))
    every = ledgers(session, rounds) if rounds else {}
    return {each: sight_of(viewer, every.get(each, ()), now) for each in rounds}


def _named(session: Session, sights: Mapping[str, Sight | None]) -> tuple[Hashable, ...]:
    """Name what is seen of rounds: which version, cut to what; nothing of one that is not seen."""
    digests = digests_of(session, [(each, sight.version) for each, sight in sights.items() if sight])
    return tuple(
        (each, digests[each], sight.scope, sight.unit_ids) if sight else each for each, sight in sights.items()
    )


def composites_from(
    paper: Paper, entries: Mapping[Key, Entry], document: Document, others: Mapping[str, Document | Missing]
) -> Composites | None:  # fmt: skip
    """Return the same out of what was read: a paper, what was entered for its round, and the rounds behind it."""
    composite = composite_of(paper)
    totals: Mapping[str, Total] = {}
    if composite is not None:
        named = {key: Fraction(entry.value) for key, entry in entries.items() if key[1] != AWARD}
        classes = {unit.id: unit.object_class for unit in paper.units}
        given = {unit.id: worth_of(section.scheme.judged_by) for section in paper.sections for unit in section.units}
        totals = composites_of(document, composite, named, others, classes, given)
    elif not any(part == AWARD for _, part in entries):
        return None
    targets = [(target["id"], target["name"]) for section in document["sections"] for target in section["targets"]]
    rows = [row_of(target, composite, totals.get(target[0]), entries.get((target[0], AWARD))) for target in targets]
    return Composites(composite, rows, composite_rule_text(paper.scheme), Missing("damaged") in others.values())


def others_of(paper: Paper, other: Other) -> Mapping[str, Document | Missing]:
    """Return the other rounds that a paper's score is made of, but for those of which its reader sees nothing."""
    found = {round_id: other(round_id) for round_id in rounds_behind(composite_of(paper))}
    return {round_id: document for round_id, document in found.items() if document is not None}
