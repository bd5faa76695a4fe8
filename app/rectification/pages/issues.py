"""The issues of a campaign: all of them with their sources and answers, and those entered by hand."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.reads import get_campaign
from app.core.errors import DomainError
from app.core.lists import Wish, cut, wish_of
from app.rectification.pages.faults import faulty
from app.rectification.pages.orders import LEDGER_WORDS
from app.rectification.plans import entering
from app.rectification.plans.entering import TypedIssue
from app.rectification.plans.issues import Issue, answers, every_issue, issues_within
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.issues import ENTERED_ORIGINS, ORIGINS, IssueOrigin
from app.web.choosing import UNITS, asked_of, choice_of, looks
from app.web.desk import Desk, OrganiserDesk, RectificationDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.i18n import several
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()
TITLE_LIMIT, BASIS_LIMIT = 200, 200
ISSUES = "issues-"
"""How the names begin by which address and form say what issues are looked for; the units of a new one have none."""
TOLD_AT_ONCE = 10
"""Units of an issue, and actions that answer it, that stand in the list; what more there is, is counted."""
ISSUE_WORDS = {**LEDGER_WORDS, "origins": ORIGINS, "entered_origins": ENTERED_ORIGINS}


def _issues_page(
    desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    names = {unit.id: unit.name for unit in campaign.units}
    wish = wish_of(asked_of(form, desk.request.query_params), frozenset(IssueOrigin), ISSUES)
    every = issues_within(desk.session, desk.staff, desk.now, campaign)
    found = cut([issue for issue in every if _fits(issue, wish, names)], wish)
    context = {
        "campaign": campaign,
        "found": found,
        "names": names,
        "answers": answers(desk.session, desk.staff, campaign_id, [issue.id for issue in found.rows]),
        "told": TOLD_AT_ONCE,
        "choice": choice_of(campaign.units, (), form),
        "faulty": faulty(refused),
        "typed": form.as_dict() if form else {},
    }
    can = reader_powers(desk.staff.roles)
    return desk.show("rectification/issues.html", refused, can=can, **context, **ISSUE_WORDS)


def _fits(issue: Issue, wish: Wish, names: Mapping[str, str]) -> bool:
    about = (names.get(unit, "") for unit in issue.unit_ids)
    return wish.state in {"", issue.origin.value} and wish.fits(issue.title, issue.basis, *about)


def _typed(form: PostedForm) -> TypedIssue:
    return TypedIssue(
        origin=form.sent("origin"),
        title=form.text("title", TITLE_LIMIT, needed=False, label="问题"),
        basis=form.text("basis", BASIS_LIMIT, needed=False, label="依据"),
        unit_ids=tuple(form.several(UNITS)),
    )


@router.get("/rectification/campaigns/{campaign_id}/issues")
def show_issues(desk: RectificationDesk, campaign_id: str) -> Response:
    """Show all issues of a campaign within reach, whose they are, and which action answers them."""
    return _issues_page(desk, campaign_id)


@router.post("/rectification/campaigns/{campaign_id}/issues")
def enter(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Enter an issue with its source, or show other units to choose from."""
    if looks(form):
        return desk.consider(lambda: _issues_page(desk, campaign_id, form), lambda _: _issues_page(desk, campaign_id))
    return desk.attempt(
        lambda: entering.enter(desk.acting, campaign_id, _typed(form)),
        f"/rectification/campaigns/{campaign_id}/issues",
        lambda refused: _issues_page(desk, campaign_id, form, refused),
    )


def _found(desk: Desk, campaign_id: str, issue_id: str) -> Issue:
    every = every_issue(desk.session, campaign_id)
    issue = next((issue for issue in every if issue.id == issue_id and issue.is_entered), None)
    if issue is None:
        raise DomainError("entered_issue_unknown")
    return issue


def _stored(desk: Desk, place: tuple[str, str]) -> Stored:
    """Return what is stored of an issue, as its page shows it."""
    issue, campaign = _found(desk, *place), get_campaign(desk.session, place[0])
    names = several(unit.name for unit in campaign.units if unit.id in issue.unit_ids)
    shown = (("问题来源", ORIGINS[issue.origin]), ("依据", issue.basis), ("问题", issue.title), ("单位", names))
    return stored(shown, issue.origin, issue.unit_ids)


def _issue_page(
    desk: Desk, place: tuple[str, str], form: PostedForm | None = None, refused: Refused | None = None
) -> Response:
    campaign, issue = get_campaign(desk.session, place[0]), _found(desk, *place)
    answered = answers(desk.session, desk.staff, place[0], [issue.id]).get(issue.id, ())
    context = {
        "campaign": campaign,
        "issue": issue,
        "found": answered,
        "told": len(answered),
        "choice": choice_of(campaign.units, issue.unit_ids, form),
        "faulty": faulty(refused),
        "stored": _stored(desk, place),
    }
    return desk.show("rectification/issue.html", refused, **context, **ISSUE_WORDS)


@router.get("/rectification/campaigns/{campaign_id}/issues/{issue_id}")
def issue_page(desk: OrganiserDesk, campaign_id: str, issue_id: str) -> Response:
    """Show an entered issue, to be changed or withdrawn."""
    return _issue_page(desk, (campaign_id, issue_id))


@router.post("/rectification/campaigns/{campaign_id}/issues/{issue_id}")
def change(desk: OrganiserDesk, campaign_id: str, issue_id: str, form: Form) -> Response:
    """Change an entered issue, or show other units to choose from."""
    place = (campaign_id, issue_id)
    if looks(form):
        return desk.consider(lambda: _issue_page(desk, place, form), lambda _: _issue_page(desk, place))

    def act() -> None:
        entering.held_issue(desk.session, *place)
        refuse_stale(form, _stored(desk, place))
        entering.change(desk.acting, *place, _typed(form))

    return desk.attempt(
        act,
        f"/rectification/campaigns/{campaign_id}/issues",
        lambda refused: _issue_page(desk, place, form, refused),
    )


@router.post("/rectification/campaigns/{campaign_id}/issues/{issue_id}/withdraw")
def withdraw(desk: OrganiserDesk, campaign_id: str, issue_id: str, _form: Form) -> Response:
    """Withdraw an entered issue that no action answers."""
    place = (campaign_id, issue_id)
    return desk.attempt(
        lambda: entering.withdraw(desk.acting, *place),
        f"/rectification/campaigns/{campaign_id}/issues",
        lambda refused: _issue_page(desk, place, refused=refused),
    )
