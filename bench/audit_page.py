"""Measure the page of a log of 100,000 entries: the first after a start checks all of it, the others what is new."""

import httpx

from app.audit import service as audit
from app.core.clock import utc_now
from app.core.db import Database
from app.core.secrets import new_id
from bench.serving import p95, served, tell, timed

ENTRIES, REQUESTS, THINGS = 100_000, 60, 1_500


def store(database: Database) -> str:
    """Fill the log with acts on many things, each of which the page looks up by its id; return the page's path."""
    ids = [new_id() for _ in range(THINGS)]
    with database.writing() as session:
        for number in range(ENTRIES):
            group, subject = ids[number % 100], ids[number % THINGS]
            audit.record(session, utc_now(), audit.SYSTEM, "slips.print", subject, numbers={group: number})
            session.expunge_all()
    return "/audit"


def measure(client: httpx.Client, path: str) -> None:
    """Ask for the newest page again and again, and once for the oldest."""
    tell("audit_first_page_ms", timed(client, path))
    tell("audit_page_ms", p95([timed(client, path) for _ in range(REQUESTS)]))
    tell("audit_last_page_ms", timed(client, f"{path}?part={ENTRIES // 50}"))
    # A word that stands nowhere: as much is looked through as ever is at once.
    tell("audit_search_ms", p95([timed(client, f"{path}?q=nowhere&before={ENTRIES}") for _ in range(REQUESTS)]))


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "auditor") as (client, path):
        measure(client, path)


if __name__ == "__main__":
    main()
