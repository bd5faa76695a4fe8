"""The only module that reads the clock; everything else is handed ``now`` (aware, UTC)."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the server's time, aware and in UTC."""
    return datetime.now(UTC)
