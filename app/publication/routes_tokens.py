"""The organiser's page of tokens for programs; a new token is shown once, on the answer to the post."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.service import everyone, leaders
from app.core.acting import Acting
from app.core.errors import DomainError
from app.publication import tokens
from app.publication.domain import Scope
from app.web.auth import Organiser
from app.web.errors import sentence
from app.web.forms import Form, PostedForm
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()
MOST_SIGNS = 40
FEWEST_DAYS = 1


def _tokens_page(
    request: Request, db: Db, now: Now, error: DomainError | None = None, form: PostedForm | None = None
) -> Response:
    status, message = (200, "") if error is None else sentence(choose_language(request), error.code, error.params)
    typed = {} if form is None else form.as_dict()
    ticked = [] if form is None else form.several("units[]")
    return _rendered(request, db, now, status=status, message=message, typed=typed, ticked=ticked, secret="")


def _rendered(request: Request, db: Db, now: Now, *, status: int, **shown: object) -> Response:
    context = {
        "tokens": tokens.all_tokens(db),
        "campaigns": tokens.campaigns_with_units(db),
        "scopes": tokens.SCOPES,
        "leaders": leaders(db),
        "names": {staff.id: staff.name for staff in everyone(db)},
        "most_days": tokens.MOST_DAYS,
        "now": now,
        **shown,
    }
    return page(request, "publication/tokens.html", status=status, **context)


@router.get("/tokens")
def list_tokens(request: Request, _staff: Organiser, db: Db, now: Now) -> Response:
    """List the tokens with what each may read, and offer to make one."""
    return _tokens_page(request, db, now)


def _wanted(form: PostedForm) -> tokens.WantedToken:
    label, scope = form.text("label", MOST_SIGNS, label="名称"), form.text("scope", 20, label="读取范围")
    if scope not in tokens.SCOPES:
        raise DomainError("field_not_a_choice", field="读取范围")
    days = form.integer("days", FEWEST_DAYS, tokens.MOST_DAYS, label="有效天数")
    units = frozenset(form.several("units[]")) if scope == Scope.UNIT else frozenset[str]()
    return tokens.WantedToken(label, Scope(scope), days, units, form.text("leader", 40, needed=False))


@router.post("/tokens")
def create(request: Request, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Make a token and show it, this once."""
    try:
        secret = tokens.create(Acting(db, now, staff), _wanted(form))
    except DomainError as error:
        db.rollback()
        return _tokens_page(request, db, now, error, form)
    return _rendered(request, db, now, status=201, message="", typed={}, ticked=[], secret=secret)


@router.post("/tokens/{token_id}/revoke")
def revoke(request: Request, token_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """End a token at once."""
    try:
        tokens.revoke(Acting(db, now, staff), token_id)
    except DomainError as error:
        db.rollback()
        return _tokens_page(request, db, now, error)
    return see_other("/tokens")
