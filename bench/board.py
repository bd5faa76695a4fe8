"""Measure the 补课 board and the campaign's board of steps with 40 published rounds of 60 units each."""

from dataclasses import replace

import httpx

from app.campaigns.models import Unit
from app.core.db import Database
from app.rounds.models import Round
from bench.serving import p95, served, tell, timed
from tests.publication import counted

ROUNDS, UNITS, REQUESTS = 40, 60, 60


def store(database: Database) -> str:
    """Store the rounds in one campaign, each with another share of the people; return the campaign's id."""
    names = tuple(f"被测评单位{place + 1}" for place in range(UNITS))
    first = counted.store_published(database, counted.make_votes(counted.make_paper(names)))
    with database.writing() as session:
        campaign_id = session.get_one(Round, first).campaign_id
        for place, name in enumerate(names):
            session.add(Unit(id=f"u{place}", campaign_id=campaign_id, position=place + 1, name=name))
    for number in range(1, ROUNDS):
        paper = replace(counted.make_paper(names), title=f"第 {number + 1} 次测评")
        round_id = counted.store_published(database, counted.make_votes(paper, share=0.8 + number / 400))
        with database.writing() as session:
            session.get_one(Round, round_id).campaign_id = campaign_id
    return campaign_id


def measure(client: httpx.Client, campaign_id: str) -> None:
    """Ask for both boards again and again; the slower one counts."""
    slowest = 0.0
    for name, path in (("remedial", "/rectification"), ("steps", f"/campaigns/{campaign_id}/board")):
        tell(f"board_first_ms/{name}", timed(client, path))
        value = p95([timed(client, path) for _ in range(REQUESTS)])
        slowest = max(slowest, value)
        tell(f"board_ms/{name}", value)
    tell("board_ms", slowest)


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "organiser") as (client, campaign_id):
        measure(client, campaign_id)


if __name__ == "__main__":
    main()
