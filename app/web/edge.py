"""The outermost layer: known host, bounded body, same-site writes, and the headers of SEC-52 on every answer.

Plain ASGI, because the cast passes through it thousands of times a second.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import DomainError
from app.core.holding import begin_request
from app.core.settings import hosts_of
from app.web.errors import refuse

MAX_BODY = 2_500_000
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
FRAMING = CSP.replace("frame-ancestors", "frame-src 'self'; frame-ancestors")
"""Of a page of the desk that shows another page of ours in a frame."""
FRAMED = CSP.replace("frame-ancestors 'none'", "frame-ancestors 'self'").replace(
    "connect-src 'self'; form-action 'self'", "connect-src 'none'; form-action 'none'"
)
"""Of a page that is shown so: whatever is done on it, it can send nothing anywhere."""
PERMISSIONS_OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad",
    "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial",
    "storage-access", "usb", "xr-spatial-tracking",
)  # fmt: skip
Headers = list[tuple[bytes, bytes]]
_OF_PAGES = frozenset({b"content-security-policy", b"permissions-policy"})
"""What a page may say itself: whether it shows another in a frame or is shown so, whether it may use the camera."""
UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


PERMISSIONS = ",".join(f"{name}=()" for name in PERMISSIONS_OFF)


def with_camera(response: Response) -> Response:
    """Let the page that an answer shows use the camera, which no other page of ours may."""
    response.headers["permissions-policy"] = PERMISSIONS.replace("camera=()", "camera=(self)")
    return response


def framing(response: Response) -> Response:
    """Return a page of the desk that may show another page of ours in a frame."""
    response.headers["content-security-policy"] = FRAMING
    return response


def security_headers(*, https: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer carries."""
    headers = {
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": PERMISSIONS,
    }
    if https:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def read() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise DomainError("body_too_large")
        return message

    return read


def _completed(present: Headers, extra: Headers) -> Headers:
    """Return the headers that are there with those that are lacking."""
    names = {name for name, _ in present}
    kept = present if b"cache-control" in names else [*present, (b"cache-control", b"no-store")]
    if names.isdisjoint(_OF_PAGES):
        return [*kept, *extra]
    return [*kept, *(header for header in extra if header[0] not in names or header[0] not in _OF_PAGES)]


class Edge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, api: ASGIApp, addresses: Collection[str]) -> None:
        self._app = app
        self._api = api
        self._headers = security_headers(https=all(address.startswith("https://") for address in addresses))
        self._hosts = {host.encode() for address in addresses for host in hosts_of(address)}
        self._origins = {
            f"{urlsplit(address).scheme}://{host}".encode() for address in addresses for host in hosts_of(address)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin_request()
        scope["app"] = self._api  # what pages are rendered with, also where no router has been passed
        headers: dict[bytes, bytes] = dict(scope["headers"])
        send = self._with_headers(send)
        problem = self._problem(scope, headers)
        if problem:
            await refuse(scope, receive, send, problem)
            return
        await self._app(scope, _bounded(receive, MAX_BODY), send)

    def _problem(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        if headers.get(b"host", b"").lower() not in self._hosts:
            return "host_unknown"
        if scope.get("state", {}).get("crowded"):
            return "busy"
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            return "form_malformed"
        if scope["method"] not in UNSAFE_METHODS:
            return ""
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > MAX_BODY:
            return "body_too_large"
        return self._cross_site(scope, headers)

    def _cross_site(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        """Fetch metadata decides where the browser sends it; else Origin; else the form's own token has to.

        Under ``Referrer-Policy: no-referrer`` browsers send ``Origin: null`` with plain forms, and over plain http no
        ``Sec-Fetch-Site``, so a null origin alone is no verdict: such a request passes with a form token only.
        """
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        state = scope.setdefault("state", {})
        state["same_site_proved"] = site == b"same-origin" or (site is None and origin in self._origins)
        if site is not None and site != b"same-origin":
            return "cross_site"
        if origin not in (None, b"null") and origin not in self._origins:
            return "cross_site"
        return ""

    def _with_headers(self, send: Send) -> Send:
        extra = self._headers

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message["headers"], extra)
            await send(message)

        return wrapped
