"""The organiser's page of tokens for programs; a new token is shown once, on the answer to the post."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.people import all_names, leaders_to_name
from app.campaigns.listing import unit_names, units_to_choose
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut, wishes_of
from app.offices.shown import offices_shown
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.tokens import Token
from app.web.choosing import asked_of, looks
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.proof import ProvenForm

router = APIRouter()
MOST_SIGNS = 40
CAMPAIGNS_AHEAD = 10
"""Campaigns whose units are offered at once; others are searched for."""
FEWEST_DAYS = 1


def _tokens_page(desk: Desk, refused: Refused | None = None, form: PostedForm | None = None) -> Response:
    form = refused.form if refused else form
    wishes = wishes_of(asked_of(form, desk.request.query_params), made=set(tokens.TokenState), units=())
    names = all_names(desk.session)
    made, ticked = _made(desk, wishes["made"], names), form.several("units[]") if form else []
    chosen = {unit_id for token in made.rows for unit_id in token.unit_ids}
    context = {
        "made": made,
        "unit_names": unit_names(desk.session, {*chosen, *ticked}),
        "found": units_to_choose(desk.session, wishes["units"], CAMPAIGNS_AHEAD),
        "scopes": tokens.SCOPES,
        "leaders": leaders_to_name(desk.session, desk.staff.office_id),
        "names": names,
        "most_days": tokens.MOST_DAYS,
        "now": desk.now,
        "ticked": ticked,
        "typed": form.as_dict() if form else {},
        **offices_shown(desk),
    }
    return desk.show("publication/tokens.html", refused, **context)


def _made(desk: Desk, wish: Wish, names: Mapping[str, str]) -> Listed[Token]:
    """Return a page of the tokens, looked for by label, maker and whoever they stand for."""

    def texts(token: Token) -> tuple[str, ...]:
        return token.label, token.created_by, names.get(token.staff_id, "")

    every = (one for one in tokens.all_tokens(desk.session) if wish.state in {"", str(one.state(desk.now))})
    return cut([one for one in every if wish.fits(*texts(one))], wish)


@router.get("/tokens")
def list_tokens(desk: OrganiserDesk) -> Response:
    """List the tokens with what each may read, and offer to make one."""
    return _tokens_page(desk)


def _wanted(form: PostedForm) -> tokens.WantedToken:
    label, scope = form.text("label", MOST_SIGNS, label="名称"), form.text("scope", 20, label="读取范围")
    if scope not in tokens.SCOPES:
        raise DomainError("field_not_a_choice", field="读取范围")
    days = form.integer("days", FEWEST_DAYS, tokens.MOST_DAYS, label="有效天数")
    units = frozenset(form.several("units[]")) if scope == Scope.UNIT else frozenset[str]()
    return tokens.WantedToken(label, Scope(scope), days, units, form.sent("leader", 40), form.sent("office", 40))


@router.post("/tokens/look")
def look(desk: OrganiserDesk, form: Form) -> Response:
    """Show other tokens or units, with what is typed and ticked for a new one; looking needs no proof."""
    return desk.consider(lambda: _tokens_page(desk, form=form), lambda refused: _tokens_page(desk, refused))


@router.post("/tokens")
def create(desk: OrganiserDesk, form: ProvenForm) -> Response:
    """Make a token and show it, this once and with nothing beside it that would lead away; or show others."""
    if looks(form):
        return look(desk, form)
    return desk.attempt(
        lambda: tokens.create(desk.acting, _wanted(form)),
        lambda secret: desk.show("publication/token.html", 201, secret=secret),
        lambda refused: _tokens_page(desk, refused),
    )


@router.post("/tokens/{token_id}/revoke")
def revoke(desk: OrganiserDesk, token_id: str, _form: Form) -> Response:
    """End a token at once, and show the same tokens and units again."""
    here = wishes_of(desk.request.query_params, made=set(tokens.TokenState), units=())["made"].here
    return desk.attempt(
        lambda: tokens.revoke(desk.acting, token_id), f"/tokens{here}", lambda refused: _tokens_page(desk, refused)
    )
