"""Acts on accounts of weight: asked for by one, done only when an older other one agrees (SEC-77).

Who agrees gets the one-time link where there is one, who asked the code that goes with it (``handover``); each hands
his half to the account's owner.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts import moving, people, service
from app.accounts.domain import INVITATION_LIFE, Act, agreeing, gains_weight, may_agree, may_ask, needs_consent
from app.accounts.handover import code_of
from app.accounts.moving import KeysOf, holds_none
from app.accounts.roles import lawful_roles, written_roles
from app.consents import service as consents
from app.consents.reads import answered
from app.consents.service import Asking
from app.core.acting import Acting
from app.core.db import database_of
from app.core.errors import DomainError
from app.core.scope import ROOT
from app.offices.reads import chosen_again, chosen_office, the_tree
from app.offices.sight import change_sights

KIND = "account"
"""What consents to acts on accounts are filed under; their subject is the log-in name."""
Request = Mapping[str, str]
WHAT = {
    Act.CREATE: "建立账号“{name}”（{login}）",
    Act.LINK: "给账号“{name}”（{login}）重发登录链接",
    Act.ENABLE: "启用账号“{name}”（{login}）",
    Act.DISABLE: "停用账号“{name}”（{login}）",
    Act.ROLE: "改变账号“{name}”（{login}）的角色",
    Act.MOVE: "把账号“{name}”（{login}）调到“{to_name}”",
}
"""How a request for each act is told to those who may agree."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act: done or asked for; the token of the one-time link, and whether that asks for a code."""

    is_done: bool
    token: str = ""
    with_code: bool = False
    whose: str = ""
    """The name of the account's owner."""


def _create(acting: Acting, request: Request, consent_id: str | None, _keys: KeysOf) -> str:
    fields = (request["login"], request["name"], request["role"])
    office_id = request.get("office_id", "")
    return service.create_account(acting.session, acting.now, acting.actor, fields, consent_id, office_id)


def _link(acting: Acting, request: Request, consent_id: str | None, _keys: KeysOf) -> str:
    return service.reissue_link(acting.session, acting.now, acting.actor, request["staff_id"], consent_id)


def _enable(acting: Acting, request: Request, _consent_id: str | None, _keys: KeysOf) -> str:
    service.set_disabled(acting.session, acting.now, acting.actor, request["staff_id"], disabled=False)
    return ""


def _disable(acting: Acting, request: Request, _consent_id: str | None, _keys: KeysOf) -> str:
    service.set_disabled(acting.session, acting.now, acting.actor, request["staff_id"], disabled=True)
    return ""


def _role(acting: Acting, request: Request, consent_id: str | None, keys: KeysOf) -> str:
    """Give the roles; with the first of weight the account is linked anew, whoever knew its password before."""
    gains = _is_first(service.find(acting.session, request["staff_id"]).roles, request)
    service.give_roles(acting.session, acting.now, acting.actor, request["staff_id"], request["role"])
    return _link(acting, request, consent_id, keys) if gains else ""


def _move(acting: Acting, request: Request, _consent_id: str | None, keys: KeysOf) -> str:
    moving.move(acting, request["staff_id"], chosen_again(acting.session, request["to"]), keys)
    return ""


def _is_first(roles: Collection[str], request: Mapping[str, object]) -> bool:
    """Whether the roles that were asked for are the first of weight of an account with these."""
    return gains_weight(roles, str(request["role"]).split())


_DO: dict[Act, Callable[[Acting, Request, str | None, KeysOf], str]] = {
    Act.CREATE: _create,
    Act.LINK: _link,
    Act.ENABLE: _enable,
    Act.DISABLE: _disable,
    Act.ROLE: _role,
    Act.MOVE: _move,
}


def create(acting: Acting, fields: tuple[str, str, str], office_id: str = "", *, three_roles: bool) -> Outcome:
    """Make an account from (login, name, role) in an office, or ask for it; without one in the actor's own.

    DomainErrors of ``service.check_fields``, or ``field_not_a_choice`` for an office beyond the actor's reach.
    """
    service.check_fields(acting.session, fields)
    login, name, role = fields
    request = {"login": login, "name": name, "role": role, "office_id": chosen_office(acting, office_id)}
    return _ask_or_do(acting, Act.CREATE, request, three_roles=three_roles)


def create_each(
    acting: Acting, listed: Sequence[tuple[str, str, str]], office_id: str = "", *, three_roles: bool
) -> list[Outcome]:
    """Make accounts as ``create`` does, or ask for them; those that nobody has to agree to all at once."""
    office = chosen_office(acting, office_id)
    if listed and not may_ask(acting.actor.roles, Act.CREATE, three_roles=three_roles):
        raise DomainError("account_act_refused")
    plain = [one for one in listed if not needs_consent(Act.CREATE, one[2].split(), three_roles=three_roles)]
    tokens = service.create_accounts(acting.session, acting.now, acting.actor, plain, office) if plain else []
    made = {one: Outcome(is_done=True, token=token, whose=one[1]) for one, token in zip(plain, tokens, strict=True)}
    return [made.get(one) or create(acting, one, office_id, three_roles=three_roles) for one in listed]


def change(acting: Acting, act: Act, staff_id: str, role: str = "", *, three_roles: bool) -> Outcome:
    """Re-link, enable, disable or give roles, or ask for it.

    DomainError ``not_found``, ``own_account`` or as ``lawful_roles``.
    """
    staff = service.find(acting.session, staff_id)
    if staff_id == acting.actor.id:
        raise DomainError("own_account")
    before = written_roles(staff.roles)
    role = written_roles(lawful_roles(role)) if act is Act.ROLE else before
    told = {"staff_id": staff_id, "login": staff.login, "name": staff.name, "role": role}
    told["office_id"] = staff.office_id
    return _ask_or_do(acting, act, told, before=before, three_roles=three_roles)


def move(acting: Acting, staff_id: str, office_id: str, keys: KeysOf, *, three_roles: bool) -> Outcome:
    """Move an account to an office within the actor's reach, or ask for it; who agrees is told the office by its way.

    DomainError ``not_found``, ``own_account``, ``move_nowhere``, ``move_holds_key`` or ``field_not_a_choice``.
    """
    staff, to = service.find(acting.session, staff_id), chosen_office(acting, office_id)
    if staff_id == acting.actor.id:
        raise DomainError("own_account")
    if staff.office_id == to:
        raise DomainError("move_nowhere")
    moving.check_keys(acting.session, keys, staff_id, to)
    role, to_name = written_roles(staff.roles), the_tree(acting.session).way(to, ROOT)
    request = {"staff_id": staff_id, "login": staff.login, "name": staff.name, "role": role}
    request |= {"to": to, "to_name": to_name, "office_id": staff.office_id}
    return _ask_or_do(acting, Act.MOVE, request, keys, before=role, three_roles=three_roles)


def _ask_or_do(
    acting: Acting, act: Act, request: Request, keys: KeysOf = holds_none, *, before: str = "", three_roles: bool
) -> Outcome:
    if not may_ask(acting.actor.roles, act, three_roles=three_roles):
        raise DomainError("account_act_refused")
    if not needs_consent(act, f"{before} {request['role']}".split(), three_roles=three_roles):
        return Outcome(is_done=True, token=_DO[act](acting, request, None, keys), whose=request["name"])
    readers = agreeing(act, three_roles=three_roles)
    what = WHAT[act].format_map(request)
    staff_ids = people.others_of(acting.session, readers, acting.actor, request["office_id"])
    asking = Asking(KIND, request["login"], act, what, "/staff", staff_ids, request["office_id"])
    consents.ask(acting, asking, request)
    return Outcome(is_done=False)


def with_link(session: Session, requests: Sequence[tuple[str, str, Mapping[str, object]]]) -> frozenset[str]:
    """Return which requests (id, act, what for) give, once agreed to, a link to be handed over with a code."""
    of_roles = {one: what for one, act, what in requests if act == Act.ROLE}
    ids = [str(what["staff_id"]) for what in of_roles.values()]
    roles = {each.id: each.roles for each in people.by_ids(session, ids)}
    first = {one for one, what in of_roles.items() if _is_first(roles.get(str(what["staff_id"]), ()), what)}
    return frozenset(first | {one for one, act, _ in requests if act in {Act.CREATE, Act.LINK}})


def to_hand_over(acting: Acting) -> list[tuple[str, str, str]]:
    """Return the codes that the actor hands over himself: (name, log-in name, code), while their links wait."""
    session, secret = acting.session, database_of(acting.session).keys.form_secret()
    since = acting.now - INVITATION_LIFE
    granted = [each.id for each in answered(session, acting.actor.id, since) if each.kind == KIND and each.granted]
    return [
        (staff.name, staff.login, code_of(secret, consent_id))
        for staff, consent_id in service.handed_over(session, acting.now, granted)
    ]


def decide(acting: Acting, consent_id: str, keys: KeysOf, *, granted: bool, three_roles: bool) -> Outcome:
    """Agree or refuse as the second person.

    DomainError ``approval_gone``, ``approval_own``, ``approval_younger``, ``account_act_refused``,
    ``move_holds_key`` or ``not_found``.
    """
    found = consents.find(acting.session, consent_id, KIND)
    act = Act(found.act)
    is_asker = found.asked_by == acting.actor.id
    if not is_asker:
        people.check_sees(acting.session, acting.actor, found.office_id)
        if not may_agree(acting.actor.roles, act, three_roles=three_roles):
            raise DomainError("account_act_refused")
    if granted and act is Act.MOVE:
        change_sights(acting.session)
    if granted:
        service.check_is_older(acting.session, acting.actor, found.asked_at)
    request = consents.decide(acting, found, granted=granted)
    token = _DO[act](acting, request, found.id, keys) if granted else ""
    return Outcome(is_done=granted, token=token, with_code=True, whose=request["name"])
