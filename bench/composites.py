"""Measure composites of two levels over several rounds: the 补课 board, the page of the last result, and its report.

A year of monthly rounds of one campaign, each judged by the score that its votes, those of earlier rounds and what was
entered by name make; the board works out the words of all of them.
"""

import time
from dataclasses import replace
from fractions import Fraction

import httpx

from app.campaigns.composite import Composite, Part, Source
from app.campaigns.models import Unit
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Sign, Step, Word
from app.core.acting import Acting
from app.core.db import Database
from app.publication.composites import enter
from app.rounds.models import Round
from bench.serving import fetched, p95, served, tell, timed
from tests.publication import counted

ROUNDS, UNITS, BEHIND, REQUESTS = 12, 60, 3, 30
F = Fraction
RULE = Rule((
    Step((Condition(Quantity.COMPOSITE, Sign.AT_LEAST, F(85)),), Word("优秀", Meaning.MET)),
    Step((Condition(Quantity.COMPOSITE, Sign.AT_LEAST, F(75)),), Word("合格", Meaning.ATTENTION)),
    Step((), Word("不合格", Meaning.FAILED, "限期整改")),
))  # fmt: skip


def composite_over(rounds: list[str]) -> Composite:
    """Return a score of which the greater part is a score itself, of three voter groups and of the rounds before."""
    before = rounds[-BEHIND:]
    each = F(40, len(before) or 1)
    votes = [("g0", F(30)), ("g4", F(20)), ("g7", F(50) if not before else F(10))]
    inner = (
        *(Part(f"v{group}", f"测评{group}", Source.VOTE, weight, group) for group, weight in votes),
        *(Part(f"r{at}", f"前{at}轮", Source.ROUND, each, round_id=other) for at, other in enumerate(before, 1)),
    )
    return Composite(
        (
            Part("all", "民主测评", Source.COMPOSITE, F(70), parts=inner),
            Part("lead", "领导评分", Source.SCORE, F(20)),
            Part("less", "扣分", Source.POINTS, F(10), most=F(10)),
            Part("more", "附加分", Source.EXTRA, most=F(5)),
        ),
        rule=RULE,
    )


def store(database: Database) -> str:
    """Store the rounds in one campaign, with all that is entered by name; return the last one's id."""
    names = tuple(f"被测评单位{place + 1}" for place in range(UNITS))
    made: list[str] = []
    campaign_id = ""
    for number in range(ROUNDS):
        paper = counted.make_paper(names, title=f"第 {number + 1} 次测评")
        scheme = replace(paper.scheme, composite=composite_over(made))
        round_id = counted.store_counted(database, counted.make_votes(replace(paper, scheme=scheme)))
        with database.writing() as session:
            row = session.get_one(Round, round_id)
            campaign_id = campaign_id or row.campaign_id
            row.campaign_id = campaign_id
            enter(Acting(session, counted.AT, counted.ZHANG), round_id, _typed(number))
        counted.release(database, round_id)
        made.append(round_id)
    with database.writing() as session:
        for place, name in enumerate(names):
            session.add(Unit(id=f"u{place}", campaign_id=campaign_id, position=place + 1, name=name))
    return made[-1]


def _typed(number: int) -> dict[tuple[str, str], str]:
    """Return what is entered by name in a round: other numbers for every unit, none of them hidden."""
    return {
        (f"u{place}", part): str((place * 7 + number) % most)
        for place in range(UNITS)
        for part, most in (("lead", 101), ("less", 11), ("more", 6))
    }


def measure(client: httpx.Client, round_id: str) -> None:
    """Ask for board and page again and again, for the report once; browser and service share the processor time."""
    for figure, path in (("composite_board", "/rectification"), ("composite_page", f"/results/{round_id}")):
        tell(f"{figure}_first_ms", timed(client, path))
        computed = time.process_time()
        tell(f"{figure}_ms", p95([timed(client, path) for _ in range(REQUESTS)]))
        tell(f"{figure}_cpu_ms", (time.process_time() - computed) * 1000 / REQUESTS)
    page = client.get(f"/results/{round_id}").text
    if "综合评价结论" not in page:
        message = "no score has a word on the page that was measured"
        raise RuntimeError(message)
    tell("composite_report_s", fetched(client, f"/results/{round_id}/report.docx") / 1000, "s")


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "organiser") as (client, round_id):
        measure(client, round_id)


if __name__ == "__main__":
    main()
