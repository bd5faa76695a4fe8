"""The cookie of a log-in: ``token.seen.mac``.

``seen`` is when the browser last asked, signed by us: so the idle limit needs no write to the database, and GET
changes nothing.
"""

import hmac
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts import factors
from app.accounts.domain import ABSOLUTE, IDLE, needs_factor
from app.accounts.logins import who
from app.accounts.service import token_hash
from app.core.acting import Principal
from app.inbox.service import unread
from app.offices.reads import reach_from
from app.web.requests import database

RENEW_AFTER_SECONDS = 60


def cookie_name(*, https: bool) -> str:
    """Return the cookie's name; the ``__Host-`` prefix is only possible over TLS."""
    return "__Host-manyidu" if https else "manyidu"


def _mac(secret: bytes, token: str, seen: str) -> str:
    return hmac.new(secret, f"session\0{token}\0{seen}".encode(), sha256).hexdigest()[:32]


def cookie_value(secret: bytes, token: str, now: datetime) -> str:
    """Return the cookie for a log-in that was seen ``now``."""
    seen = str(int(now.timestamp()))
    return f"{token}.{seen}.{_mac(secret, token, seen)}"


def read_cookie(secret: bytes, value: str, now: datetime) -> str | None:
    """Return the token, unless the cookie is forged or has idled too long."""
    parts = value.split(".")
    if len(parts) != 3 or not parts[1].isdigit() or len(parts[1]) > 12:  # noqa: PLR2004
        return None
    token, seen, mac = parts
    if not hmac.compare_digest(mac.encode(), _mac(secret, token, seen).encode()):
        return None
    return token if now.timestamp() - int(seen) <= IDLE.total_seconds() else None


def set_cookie(response: Response, request: Request, token: str, now: datetime) -> None:
    """Give the browser its log-in."""
    https = request.app.state.settings.desk_https
    response.set_cookie(
        cookie_name(https=https),
        cookie_value(request.app.state.key_folder.form_secret(), token, now),
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        secure=https,
        samesite="strict",
    )


def session_token(request: Request, now: datetime) -> str | None:
    """Return the token of the request's cookie."""
    settings, folder = request.app.state.settings, request.app.state.key_folder
    value = request.cookies.get(cookie_name(https=settings.desk_https), "")
    return read_cookie(folder.form_secret(), value, now) if value else None


def authenticate(request: Request) -> Principal | None:
    """Find out who asks; the answer is kept in ``request.state`` for guard, forms and pages."""
    if hasattr(request.state, "session_key"):
        staff: Principal | None = request.state.staff
        return staff
    now = request.app.state.clock()
    token = session_token(request, now)
    staff = None
    if token:
        with database(request).reading() as session:
            staff = _within_reach(request, session, who(session, now, token))
            request.state.needs_factor = (
                staff is not None
                and needs_factor(staff.roles, organiser_totp=request.app.state.settings.organiser_totp)
                and not factors.is_on(session, staff.id)
            )
            request.state.unread = unread(session, staff) if staff else 0
    request.state.staff = staff
    request.state.session_key = token_hash(token) if staff and token else "anyone"
    request.state.renew = token if staff and _is_stale(request, now) else None
    return staff


def _within_reach(request: Request, session: Session, staff: Principal | None) -> Principal | None:
    """Return who asks with the offices that he reaches."""
    if staff is None:
        return None
    bound = request.app.state.bound_offices(session, staff)
    return staff.within(reach_from(session, staff.office_id), tuple(sorted(bound)))


def _is_stale(request: Request, now: datetime) -> bool:
    seen = request.cookies[cookie_name(https=request.app.state.settings.desk_https)].split(".")[1]
    return now.timestamp() - int(seen) > RENEW_AFTER_SECONDS


class KeepAlive:
    """ASGI middleware: signs the time anew into the cookie of a browser that is still in use."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, adding the cookie to the answer's head where one is due."""

        async def wrapped(message: Message) -> None:
            token = scope.get("state", {}).get("renew")
            if message["type"] == "http.response.start" and token:
                request, carrier = Request(scope), Response()
                set_cookie(carrier, request, token, request.app.state.clock())
                cookies = [pair for pair in carrier.raw_headers if pair[0] == b"set-cookie"]
                message["headers"] = [*message["headers"], *cookies]
            await send(message)

        await self._app(scope, receive, wrapped if scope["type"] == "http" else send)
