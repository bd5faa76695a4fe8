"""Measure the result page of 100 units and 6 items through the real application over loopback, and what charts cost."""

import statistics
import sys

import httpx

from app.core.db import Database
from bench.serving import p95, served, tell, timed
from tests.publication import counted

UNITS, REQUESTS, CHARTS = 100, 200, 40


def store(database: Database) -> str:
    """Store the published round and return its id."""
    paper = counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(UNITS)))
    return counted.store_published(database, counted.make_votes(paper))


def measure(client: httpx.Client, round_id: str) -> None:
    """Ask for the page again and again, then once for each of some charts and the workbook."""
    page = f"/results/{round_id}"
    cold = timed(client, page)
    for _ in range(5):
        timed(client, page)
    tell("result_page_p95_ms", p95([timed(client, page) for _ in range(REQUESTS)]))
    unit_page = f"{page}/units/u0"
    timed(client, unit_page)
    tell("result_unit_page_p95_ms", p95([timed(client, unit_page) for _ in range(REQUESTS // 4)]))
    tell("result_page_cold_ms", cold)
    charts = [f"{page}/units/u{place}/chart.svg" for place in range(CHARTS)]
    timed(client, f"{page}/units/u{UNITS - 1}/chart.svg")
    tell("result_unit_chart_first_ms", statistics.median([timed(client, path) for path in charts]))
    tell("result_unit_chart_again_ms", statistics.median([timed(client, path) for path in charts]))
    tell("result_overall_chart_first_ms", timed(client, f"{page}/charts/overall.svg"))
    print(f"{UNITS} units, {len(client.get(page).content) / 1e6:.2f} MB of HTML", file=sys.stderr)


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "leader") as (client, round_id):
        measure(client, round_id)


if __name__ == "__main__":
    main()
