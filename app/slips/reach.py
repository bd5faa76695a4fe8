"""Whether the address that is printed on slips answers at all: asked once, by this server, before they are printed.

A server may be unable to reach its own address though phones do; so the answer warns and can be overruled.
"""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from app.core.holding import hold_nothing

PATIENCE_SECONDS = 3.0
ALIVE = frozenset({200, 503})
"""What ``/healthz`` answers, well or not; a stranger's server says something else."""


def answers(base_url: str, patience: float = PATIENCE_SECONDS) -> bool:
    """Return whether this service answers at its voters' address within ``patience`` seconds a step."""
    hold_nothing("asking the network")
    parts = urlsplit(base_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=patience)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status in ALIVE
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
