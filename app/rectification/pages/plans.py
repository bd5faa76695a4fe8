"""The page on which a unit writes its 整改方案."""

from collections.abc import Mapping, Sequence
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError, Ours
from app.core.lists import cut
from app.rectification.models import RemedialAction
from app.rectification.orders import reads
from app.rectification.pages.days import day_of
from app.rectification.pages.faults import faulty
from app.rectification.pages.names import english_for
from app.rectification.pages.orders import WORDS
from app.rectification.pages.outcomes import DONE
from app.rectification.plans import service as planning
from app.rectification.plans.issues import issues_for
from app.rectification.plans.reads import get_head
from app.rectification.plans.service import CO_UNIT_MARK, MOST_ACTIONS, PlanRow, PlanView, co_units_in
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.columns import LEDGER_COLUMNS
from app.rectification.rules.issues import ORIGINS
from app.rectification.rules.plans import Action, ActionKind, Gap, beyond_order, plan_gaps, unanswered_issues
from app.rectification.rules.wording import ACTION_KINDS, GAP_FIELDS, GAPS
from app.web.choosing import looks, wished
from app.web.desk import Desk, Refused, WorkingDesk
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
FIELDS = (
    "id", "problem", "source", "goal", "kind", "due", "measures", "sponsor", "lead_unit", "co_units", "owner",
    "commitment", "issue_id",
)  # fmt: skip
LIMITS = {"id": 40, "kind": 10, "due": 10, "issue_id": 40, "sponsor": 80, "lead_unit": 80, "owner": 80}
LONGEST = 1000
LEFT_SHOWN = 20
"""Issues without an action that are told; the others are counted."""
PLAN_LABELS = {column.key: column.heading for column in LEDGER_COLUMNS if column.planned}
TOLD = (*(name for name in FIELDS if name in PLAN_LABELS), "issue_id")
"""What a plan's other version is told by; the horizon follows from kind and day."""
Marks = dict[str, list[tuple[str, Gap]]]
"""What is wrong with fields, by the end of their ids: ``due-2`` is the last day of the second action."""


def _typed(form: PostedForm) -> list[dict[str, str]]:
    columns = {name: form.several(f"{name}[]") for name in FIELDS}
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1 or lengths.pop() > MOST_ACTIONS + 1:
        raise DomainError("form_malformed")
    rows = [dict(zip(FIELDS, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [row for row in rows if any(row[name] for name in FIELDS if name != "id")]


def _of_action(number: int, field: str) -> Ours:
    """Return what a field of one of the plan's actions is called."""
    return Ours.filled("第 %(number)s 项的%(field)s", number=number, field=Ours(field))


def _row(number: int, typed: dict[str, str]) -> PlanRow:
    for name, text in typed.items():
        if len(text) > LIMITS.get(name, LONGEST):
            told, limit = _of_action(number, PLAN_LABELS.get(name, "")), LIMITS.get(name, LONGEST)
            raise DomainError("field_too_long", field=told, limit=limit, at=f"{name}-{number}")
    if typed["kind"] and typed["kind"] not in set(ActionKind):
        raise DomainError("field_not_a_choice", field=_of_action(number, "分类"), at=f"kind-{number}")
    action = Action(
        problem=typed["problem"],
        goal=typed["goal"],
        kind=ActionKind(typed["kind"]) if typed["kind"] else None,
        due=_due(number, typed["due"]),
        measures=typed["measures"],
        sponsor=typed["sponsor"],
        lead_unit=typed["lead_unit"],
        co_units=co_units_in(typed["co_units"]),
        owner=typed["owner"],
        commitment=typed["commitment"],
        issue_id=typed["issue_id"],
    )
    return PlanRow(typed["id"], action, typed["source"])


def _due(number: int, text: str) -> date | None:
    return day_of(text, _of_action(number, "完成时限"), at=f"due-{number}") if text else None


def _shown(plan: PlanView) -> list[dict[str, str]]:
    rows = [{name: str(getattr(row, name) or "") for name in FIELDS} for row in plan.rows]
    return [*rows, dict.fromkeys(FIELDS, "")] if plan.is_open else rows


def _saved_otherwise(plan: PlanView, typed: Sequence[Mapping[str, str]]) -> list[tuple[int, str, RemedialAction]]:
    """Return where the stored plan is not what was typed: the action's number, which field, and what is stored."""
    here = {row["id"]: _as_kept(row) for row in typed if row["id"]}
    return [
        (number, name, row)
        for number, row in enumerate(plan.rows, 1)
        for name in TOLD
        if str(getattr(row, name) or "") != here.get(row.id, {}).get(name, "")
    ]


def _as_kept(typed: Mapping[str, str]) -> Mapping[str, str]:
    """Return what was typed as it would be stored: units that are parted in whatever way are the same units."""
    return {**typed, "co_units": CO_UNIT_MARK.join(co_units_in(typed["co_units"]))}


def _by_field(gaps: Sequence[Gap]) -> Marks:
    found: Marks = {}
    for gap in gaps:
        found.setdefault(f"{GAP_FIELDS[gap.code]}-{gap.action or 1}", []).append((GAPS[gap.code], gap))
    return found


def _plan_page(desk: Desk, plan_id: str, refused: Refused | None = None, looking: PostedForm | None = None) -> Response:
    plan = planning.get_plan(desk.session, desk.staff, plan_id)
    code = refused.error.code if refused else ""
    # An incomplete plan has been kept; what was refused for another reason stands in the form alone.
    refused_form = refused.form if refused is not None and code not in {"form_malformed", "plan_incomplete"} else None
    unsaved = looking or refused_form
    rows = _typed(unsaved) if unsaved else _shown(plan)
    table = reads.days_table(desk.session, plan.head.campaign_id, [action.due for action in plan.plan.actions])
    gaps = _by_field(plan_gaps(plan.plan, desk.today, table)) if plan.is_open else {}
    late = _by_field(beyond_order(plan.plan, plan.last)) if plan.is_open else {}
    issues = {issue.id: issue for issue in issues_for(desk.session, desk.staff, desk.now, plan.head)}
    own = [issue.id for issue in issues.values() if issue.unit_ids]
    left = [issues[each] for each in unanswered_issues(plan.plan, own)] if plan.is_open else []
    typed_on = unsaved if code != "plan_changed" else None
    version = typed_on.as_dict().get("version", "") if typed_on else plan.version
    wish = wished(looking or (refused.form if refused else None))
    offered = cut([one for one in issues.values() if wish.fits(one.title, one.basis)], wish)
    # What a draft still lacks is listed; its fields are marked once somebody has tried to submit it.
    marks = gaps if code == "plan_incomplete" else {}
    context = {
        "plan": plan, "rows": rows, "gaps": gaps, "kinds": ACTION_KINDS, "issues": issues, "offered": offered,
        "left": left, "left_shown": LEFT_SHOWN, "version": version, "faulty": faulty(refused), "marks": marks,
        "english": english_for(desk, [plan.head.campaign_id]), "late": late,
        "can": reader_powers(desk.staff.roles), "told": TOLD, "unsaved": unsaved is not None,
        "labels": {**PLAN_LABELS, "issue_id": "来源问题"},
        "saved": _saved_otherwise(plan, rows) if code == "plan_changed" else (),
    }  # fmt: skip
    return desk.show("rectification/plan.html", refused, **context, origins=ORIGINS, **WORDS)


@router.get("/rectification/plans/{plan_id}/edit")
def edit_page(desk: WorkingDesk, plan_id: str) -> Response:
    """Show the plan with what is still missing from it."""
    return _plan_page(desk, plan_id)


@router.post("/rectification/plans/{plan_id}/edit")
def save_plan(desk: WorkingDesk, plan_id: str, form: Form) -> Response:
    """Keep the draft, and submit it where that was asked for, an incomplete one as a draft; or offer other issues."""
    if looks(form):
        return desk.consider(
            lambda: _plan_page(desk, plan_id, looking=form), lambda refused: _plan_page(desk, plan_id, refused)
        )
    submit = form.sent("then") == "submit"

    def keep() -> str:
        rows = [_row(number, row) for number, row in enumerate(_typed(form), 1)]
        planning.save_plan(desk.acting, plan_id, rows, form.sent("version"))
        return get_head(desk.session, desk.staff, plan_id).home

    def then(home: str) -> Response:
        if not submit:
            return see_other(f"/rectification/plans/{plan_id}/edit")
        return desk.attempt(lambda: planning.submit(desk.acting, plan_id), f"{home}?{DONE}=step", again)

    def again(refused: Refused) -> Response:
        return _plan_page(desk, plan_id, refused)

    return desk.attempt(keep, then, again)
