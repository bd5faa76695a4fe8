"""Measure the pages of lists with 200 campaigns, 1,000 rounds and 200 accounts; ``lists_p95_ms`` is the slowest."""

from datetime import timedelta

import httpx
import sqlalchemy as sa

from app.core.db import Database
from app.rounds.domain import RoundState
from app.rounds.models import Round
from bench.serving import p95, served, tell, timed
from tests.many import store_many
from tests.publication import counted

CAMPAIGNS, ROUNDS, UNITS, REQUESTS = 200, 1_000, 63, 40
LONG_AGO = timedelta(days=200)
REMINDS = '/archive">第 '
PAGES = {
    "rounds": "/rounds",
    "rounds_searched": "/rounds?q=%E6%B4%BB%E5%8A%A8&part=7",
    "campaigns": "/campaigns",
    "campaigns_searched": "/campaigns?q=3%E8%A1%97%E9%81%93",
    "results": "/results",
    "results_searched": "/results?q=%E6%B4%BB%E5%8A%A8&part=7",
    "notices": "/notices",
    "staff": "/staff",
    "tokens": "/tokens",
    "remedial": "/rectification",
    "remedial_searched": "/rectification?q=%E5%8D%95%E4%BD%8D1",
    "plans": "/rectification/plans",
    "boards": "/rectification/campaigns",
    "ledger": "/rectification/ledger",
}


def store(database: Database) -> str:
    """Store the installation; every published round should have been archived, so that the overview reminds of it."""
    store_many(database, CAMPAIGNS, ROUNDS, UNITS)
    with database.writing() as session:
        published = sa.update(Round).where(Round.state == RoundState.PUBLISHED.value)
        session.execute(published.values(counted_at=counted.AT - LONG_AGO))
    return ""


def measure(client: httpx.Client) -> None:
    """Ask for each list again and again."""
    slowest = 0.0
    if REMINDS not in client.get("/rounds").text:
        raise SystemExit("the overview reminds of nothing")
    for name, path in PAGES.items():
        timed(client, path)
        value = p95([timed(client, path) for _ in range(REQUESTS)])
        slowest = max(slowest, value)
        tell(f"lists_ms/{name}", value)
    tell("lists_p95_ms", slowest)


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "organiser") as (client, _):
        measure(client)


if __name__ == "__main__":
    main()
