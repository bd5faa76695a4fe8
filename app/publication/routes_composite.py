"""The page on which named scores, points and awards of a round are entered."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.composite import AWARD_WORDS
from app.core.errors import DomainError, Ours
from app.publication.composites import AWARD, AWARDED, SCORED, Key, asked_for, composite_of, enter, entries_of
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import locked_round
from app.web.desk import Desk, OrganiserDesk, Refused, typed
from app.web.forms import Form, PostedForm
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()


def _fields(paper: Paper) -> dict[str, Key]:
    """Return the object and part of every field, by the field's name."""
    parts = [*(part.key for part in asked_for(paper)), AWARD]
    return {f"{part}-{unit.id}": (unit.id, part) for unit in paper.units for part in parts}


def _labels(paper: Paper) -> dict[str, str]:
    return {part.key: part.label for part in asked_for(paper)} | {AWARD: Ours("评定等次")}


def _stored(desk: Desk, round_id: str, paper: Paper) -> Stored:
    labels = _labels(paper)
    names = {unit.id: unit.name for unit in paper.units}
    found = sorted(entries_of(desk.session, round_id).items())
    return stored((f"{names.get(key)} {labels.get(part)}", entry.value) for (key, part), entry in found)


def _show(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    row, (paper, _) = get_round(desk.session, round_id), frozen_paper(desk.session, round_id)
    composite, entries = composite_of(paper), entries_of(desk.session, round_id)
    values = {name: entries[key].value for name, key in _fields(paper).items() if key in entries}
    context = {
        "round": row,
        "paper": paper,
        "composite": composite,
        "parts": asked_for(paper),
        "entries": entries,
        "stored": _stored(desk, round_id, paper),
        "values": typed(refused) if refused else values,
        "can_score": row.state in SCORED,
        "can_award": row.state in AWARDED,
        "award": AWARD,
        "award_words": AWARD_WORDS,
    }
    return desk.show("publication/composite.html", refused, **context)


@router.get("/rounds/{round_id}/composite")
def composite_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Show what was entered by name, by whom and when."""
    if get_round(desk.session, round_id).state is RoundState.DRAFT:
        raise DomainError("round_wrong_state")
    return _show(desk, round_id)


@router.post("/rounds/{round_id}/composite")
def save(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Keep what was entered and differs from what stood."""

    def act() -> None:
        locked_round(desk.session, round_id)
        paper, _ = frozen_paper(desk.session, round_id)
        refuse_stale(form, _stored(desk, round_id, paper))
        enter(desk.acting, round_id, _typed(form, paper))

    return desk.attempt(act, f"/rounds/{round_id}/composite", lambda refused: _show(desk, round_id, refused))


def _typed(form: PostedForm, paper: Paper) -> dict[Key, str]:
    """Return what the fields hold; a field that is not there says nothing."""
    labels, names = _labels(paper), {unit.id: unit.name for unit in paper.units}
    there = {name: key for name, key in _fields(paper).items() if form.flag(name)}
    return {
        (unit, part): form.text(
            name, 20, label=Ours.filled("%(unit)s %(part)s", unit=names[unit], part=labels[part]), needed=False
        )
        for name, (unit, part) in there.items()
    }
