"""The campaign board: units by steps, one step of one unit, and the stages that organisers edit."""

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.core.folding import plain_number
from app.core.lists import cut, wish_of
from app.core.secrets import new_id
from app.rectification.board import service as board_service
from app.rectification.board.service import BoardView, is_missing, mark_of
from app.rectification.pages.days import day_of, typed_day
from app.rectification.pages.faults import faulty
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.board import CellState, Done, Row, Source, Stage, Step, stage_problems
from app.rectification.rules.wording import SOURCES, STAGE_PROBLEMS, cell_tone, cell_words
from app.rectification.rules.workdays import Holidays, working_day_from
from app.web.desk import Desk, OrganiserDesk, RectificationDesk, Refused, UnitDesk
from app.web.forms import Form, PostedForm

router = APIRouter()
MISSING, LATE = "missing", "late"
"""States to which the board of a campaign is narrowed."""
NAME_LIMIT, PROOF_LIMIT = 40, 300
APART = 10
"""Between two places in the order, so that something can be put between without counting all anew."""
NEW = "new"
STAGE_FIELDS = ("key", "place", "name")
STEP_FIELDS = ("key", "stage", "place", "name", "source", "starts", "due")
WORDS = {"cell_words": cell_words, "cell_tone": cell_tone, "sources": SOURCES}


@router.get("/rectification/campaigns")
def campaigns(desk: RectificationDesk) -> Response:
    """List the campaigns with their boards and documents."""
    return desk.show(
        "rectification/campaign_boards.html",
        found=board_service.boards(desk.session, desk.staff, wish_of(desk.request.query_params)),
        can=reader_powers(desk.staff.roles),
    )


@router.get("/campaigns/{campaign_id}/board")
def show_board(desk: RectificationDesk, campaign_id: str) -> Response:
    """Show units by steps in official order, as they are looked for by name and by missing or late steps."""
    view = board_service.board_of(desk.session, desk.staff, desk.today, campaign_id)
    wish = wish_of(desk.request.query_params, (MISSING, LATE))
    names = {unit.id: unit.name for unit in view.units}
    rows = [row for row in view.rows if _is_picked(row, wish.state) and wish.fits(names[row.unit_id])]
    context = {"view": view, "names": names, "found": cut(rows, wish), "can": reader_powers(desk.staff.roles)}
    context["english"] = view.campaign.english
    return desk.show("rectification/campaign_board.html", **context, **WORDS)


def _is_picked(row: Row, state: str) -> bool:
    if state == MISSING:
        return any(is_missing(cell) for cell in row.cells)
    return state != LATE or any(cell.state is CellState.LATE for cell in row.cells)


def _step_page(desk: Desk, campaign_id: str, place: tuple[str, str], refused: Refused | None = None) -> Response:
    view = board_service.board_of(desk.session, desk.staff, desk.today, campaign_id)
    unit, step = board_service.place_of(view, *place)
    row = next(row for row in view.rows if row.unit_id == unit.id)
    entry = view.entries.get(place)
    mine = "organiser" in desk.staff.roles
    by_liaison = "liaison" in desk.staff.roles and step.source is Source.HAND
    context = {
        "view": view,
        "unit": unit,
        "step": step,
        "cell": next(cell for cell in row.cells if cell.step == step.key),
        "entry": entry,
        "fact": view.facts.get(place),
        "by_system": step.source is not Source.HAND,
        "faulty": faulty(refused),
        "may_tick": entry is None and (mine or by_liaison),
        "may_undo": entry is not None and (mine or (by_liaison and entry.by == desk.staff.name)),
    }
    return desk.show("rectification/campaign_board_step.html", refused, **context, **WORDS)


@router.get("/campaigns/{campaign_id}/board/{unit_id}/{step}")
def show_step(desk: RectificationDesk, campaign_id: str, unit_id: str, step: str) -> Response:
    """Show where a unit stands with a step, with day and proof."""
    return _step_page(desk, campaign_id, (unit_id, step))


@router.post("/campaigns/{campaign_id}/board/{unit_id}/{step}")
def tick(desk: UnitDesk, campaign_id: str, unit_id: str, step: str, form: Form) -> Response:
    """Enter that the unit has done the step."""

    def act() -> None:
        day = typed_day(form, "done_on", "完成日期")
        done = Done(day, form.text("proof", PROOF_LIMIT, needed=False, label="依据"))
        board_service.tick(desk.acting, campaign_id, (unit_id, step), done)

    then = f"/campaigns/{campaign_id}/board"
    return desk.attempt(act, then, lambda refused: _step_page(desk, campaign_id, (unit_id, step), refused))


@router.post("/campaigns/{campaign_id}/board/{unit_id}/{step}/undo")
def undo(desk: UnitDesk, campaign_id: str, unit_id: str, step: str, _form: Form) -> Response:
    """Take an entry back."""
    then = f"/campaigns/{campaign_id}/board/{unit_id}/{step}"
    return desk.attempt(
        lambda: board_service.undo(desk.acting, campaign_id, (unit_id, step)),
        then,
        lambda refused: _step_page(desk, campaign_id, (unit_id, step), refused),
    )


Rows = list[dict[str, str]]
Problem = tuple[str, str, date | None]


def _columns(form: PostedForm, kind: str, fields: Sequence[str]) -> Rows:
    columns = [form.several(f"{kind}_{name}[]") for name in fields]
    if len({len(column) for column in columns}) != 1:
        raise DomainError("form_malformed")
    return [dict(zip(fields, values, strict=True)) for values in zip(*columns, strict=True)]


def _typed(form: PostedForm) -> tuple[Rows, Rows]:
    stages, steps = _columns(form, "stage", STAGE_FIELDS), _columns(form, "step", STEP_FIELDS)
    if not stages:
        raise DomainError("form_malformed")
    return stages, steps


def _shown(stages: Sequence[Stage]) -> tuple[Rows, Rows]:
    """Return the rows of the form, with an empty step behind those of every stage and an empty stage at the end."""
    shown = [
        {"key": stage.key, "place": str(place * APART), "name": stage.name} for place, stage in enumerate(stages, 1)
    ]
    steps = []
    for stage in stages:
        steps += [_shown_step(stage.key, step, place) for place, step in enumerate(stage.steps, 1)]
        steps.append(_empty_step(stage.key, len(stage.steps) + 1))
    last = {"key": NEW, "place": str((len(stages) + 1) * APART), "name": ""}
    return [*shown, last], [*steps, _empty_step(NEW, 1)]


def _shown_step(stage: str, step: Step, place: int) -> dict[str, str]:
    days = {"starts": step.starts.isoformat() if step.starts else "", "due": step.due.isoformat() if step.due else ""}
    about = {"key": step.key, "name": step.name, "source": step.source.value}
    return {**about, "stage": stage, "place": str(place * APART), **days}


def _empty_step(stage: str, place: int) -> dict[str, str]:
    return {**_shown_step(stage, Step("", ""), place)}


def _place(row: dict[str, str]) -> int:
    text = plain_number(row["place"])
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):  # noqa: PLR2004 - up to 9999
        raise DomainError("field_not_a_number", field="顺序", low=0, high=9999)
    return int(text)


def _name(row: dict[str, str]) -> str:
    if len(row["name"]) > NAME_LIMIT:
        raise DomainError("field_too_long", field="名称", limit=NAME_LIMIT)
    return row["name"]


def _day(text: str, label: str) -> date | None:
    return day_of(text, label) if text else None


def _step(row: dict[str, str]) -> Step:
    if row["source"] not in set(Source):
        raise DomainError("field_not_a_choice", field="完成方式")
    days = _day(row["starts"], "开始日期"), _day(row["due"], "截止日期")
    return Step(row["key"] or new_id(), _name(row), Source(row["source"]), *days)


def _edited(form: PostedForm, known: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return the stages as typed: in the order of their places, without what is dropped or was left empty."""
    stage_rows, step_rows = _typed(form)
    dropped = set(form.several("drop[]"))
    keys = {NEW, "", *(stage.key for stage in known), *(step.key for stage in known for step in stage.steps)}
    strange = any(row["key"] not in keys for row in (*stage_rows, *step_rows))
    if strange or any(row["stage"] not in {stage["key"] for stage in stage_rows} for row in step_rows):
        raise DomainError("form_malformed")
    steps = [row for row in sorted(step_rows, key=_place) if row["key"] or row["name"]]
    kept = [row for row in steps if f"step:{row['key']}" not in dropped]
    return tuple(
        Stage(
            new_id() if row["key"] == NEW else row["key"],
            _name(row),
            tuple(_step(step) for step in kept if step["stage"] == row["key"]),
        )
        for row in sorted(stage_rows, key=_place)
        if f"stage:{row['key']}" not in dropped
        and (row["key"] != NEW or row["name"] or any(step["stage"] == NEW for step in kept))
    )


def _edit_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    view = board_service.board_of(desk.session, desk.staff, desk.today, campaign_id)
    problems: list[Problem] = []
    stages, steps = _shown(view.stages)
    if refused is not None and refused.error.code != "form_malformed" and not refused.form.flag("template"):
        stages, steps = _typed(refused.form)
        if refused.error.code == "board_stages_wrong":
            edited = _edited(refused.form, view.stages)
            problems = _problems(edited, board_service.due_table(desk.session, campaign_id, edited))
    context = {"view": view, "stages": stages, "steps": steps, "problems": problems, "seen": _seen(view, refused)}
    dropped = refused.form.several("drop[]") if refused else []
    return desk.show("rectification/campaign_board_edit.html", refused, **context, dropped=dropped, **WORDS)


def _seen(view: BoardView, refused: Refused | None) -> str:
    """Return the mark of what the form was made from; after a clash that of now, so that a second try overwrites."""
    if refused is None or refused.error.code in {"board_changed_meanwhile", "form_malformed"}:
        return mark_of(view.stages)
    return refused.form.sent("seen")


def _problems(stages: Sequence[Stage], table: Holidays) -> list[Problem]:
    """Return whose problems there are, what they are, and the working day that comes next where it is about one."""
    steps = {step.key: step for stage in stages for step in stage.steps}
    names = {part.key: part.name for part in stages} | {key: step.name for key, step in steps.items()}
    dues = {key: step.due for key, step in steps.items()}
    return [
        (names[key], STAGE_PROBLEMS[problem], working_day_from(due, table) if (due := dues.get(key)) else None)
        for problem, key in stage_problems(stages, table)
    ]


@router.get("/campaigns/{campaign_id}/board/edit")
def edit_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the stages and steps, to be renamed, moved, dated, added and removed."""
    return _edit_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/board/edit")
def save_stages(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Keep the edited stages, or begin with a template."""

    def act() -> None:
        if template := form.sent("template"):
            board_service.choose(desk.acting, campaign_id, template)
            return
        known = board_service.stages_of(desk.session, campaign_id)
        edited = _edited(form, known)
        board_service.save_stages(desk.acting, campaign_id, edited, form.sent("seen"))

    then = f"/campaigns/{campaign_id}/board/edit"
    return desk.attempt(act, then, lambda refused: _edit_page(desk, campaign_id, refused))
