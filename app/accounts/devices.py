"""The cookie of a known device: ``id.made.mac``, kept by a browser in which somebody logged in.

It goes to the pages of log-in and of one-time links alone, so no voter's page ever meets it. It opens nothing: it only
keeps a place free, and failures on it are counted apart from those of strangers.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

LIFE = timedelta(days=365)
PATHS = ("/login", "/welcome")


def cookie_name(*, https: bool) -> str:
    """Return the cookie's name; the ``__Secure-`` prefix is only possible over TLS."""
    return "__Secure-manyidu-device" if https else "manyidu-device"


def _mac(secret: bytes, device: str, made: str) -> str:
    return hmac.new(secret, f"device\0{device}\0{made}".encode(), sha256).hexdigest()[:32]


def cookie_value(secret: bytes, device: str, now: datetime) -> str:
    """Return the cookie of a device that becomes known ``now``."""
    made = str(int(now.timestamp()))
    return f"{device}.{made}.{_mac(secret, device, made)}"


def read_cookie(secret: bytes, value: str, now: datetime) -> str | None:
    """Return the device's id, unless the cookie is forged or older than a year."""
    parts = value.split(".")
    if len(parts) != 3 or not parts[1].isdigit() or len(parts[1]) > 12:  # noqa: PLR2004
        return None
    device, made, mac = parts
    if not hmac.compare_digest(mac.encode(), _mac(secret, device, made).encode()):
        return None
    return device if 0 <= now.timestamp() - int(made) <= LIFE.total_seconds() else None


def known_device(request: Request) -> str | None:
    """Return the id of the device that asks, or None for a stranger's."""
    state = request.app.state
    value = request.cookies.get(cookie_name(https=state.settings.desk_https), "")
    return read_cookie(state.key_folder.form_secret(), value, state.clock()) if value else None


def remember_device(response: Response, request: Request, device: str) -> None:
    """Make the device known for another year, after a log-in."""
    state = request.app.state
    https = state.settings.desk_https
    for path in PATHS:
        response.set_cookie(
            cookie_name(https=https),
            cookie_value(state.key_folder.form_secret(), device, state.clock()),
            max_age=int(LIFE.total_seconds()),
            path=path,
            httponly=True,
            secure=https,
            samesite="strict",
        )
