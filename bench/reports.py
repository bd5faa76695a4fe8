"""Measure every report of 100 units × 6 items × 10 groups through the real application; ``report_s`` is the slowest."""

import httpx

from app.core.db import Database
from bench.serving import fetched, served, tell
from tests.publication import counted

UNITS, GROUPS, EXPECTED = 100, 10, 60
REPORTS = ("export.xlsx", "report.docx", "scrutiny.docx", "letters.zip", "brief.pdf")


def store(database: Database) -> str:
    """Store the published round and return its id."""
    groups = {f"类别{place}": EXPECTED for place in range(GROUPS)}
    paper = counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(UNITS)), groups)
    return counted.store_published(database, counted.make_votes(paper))


def measure(client: httpx.Client, round_id: str) -> None:
    """Ask for each report once, with nothing kept from before."""
    slowest = 0.0
    for report in REPORTS:
        seconds = fetched(client, f"/results/{round_id}/{report}") / 1000
        slowest = max(slowest, seconds)
        tell(f"report_s/{report}", seconds, "s")
    tell("report_s", slowest, "s")


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "leader") as (client, round_id):
        measure(client, round_id)


if __name__ == "__main__":
    main()
