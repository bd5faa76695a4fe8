"""``make soak``: attack the published tables of 100,000 random rounds, other ones than those of the tests (SEC-44).

``--rounds`` and ``--seconds`` bound it; it says how many rounds it came to. It ends with 1 if a hidden number can be
worked out, and writes the seeds of such rounds on stderr.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.disclosure.attacker import Reading
from tests.disclosure.rounds import make_case
from tests.disclosure.search import Leak, attack, contradictions, is_broken_down, truth_of

ROUNDS, FIRST_SEED, CHUNK = 100_000, 1_000_000, 50
MAX_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Seen:
    """What came out of one round."""

    seed: int
    k: int
    broken_down: bool
    numbers: int
    limited: int
    narrowest: float
    leaks: tuple[Leak, ...]


def see(seed: int) -> Seen:
    """Draw a round, publish it, read it back and attack it."""
    case = make_case(seed)
    reading = Reading(case.document, case.paper)
    if contradictions(reading.programme, truth_of(case, reading)):
        message = f"the document of round {seed} contradicts the truth"
        raise AssertionError(message)
    found = attack(case)
    k = case.paper.scheme.k
    return Seen(seed, k, is_broken_down(case.document), found.targets, found.limited, found.narrowest, found.leaks)


def soak(rounds: int, seconds: float) -> Iterator[Seen]:
    """Attack so many rounds on all cores, or as many as the time allows."""
    end = time.monotonic() + seconds
    seeds = range(FIRST_SEED, FIRST_SEED + rounds)
    with multiprocessing.get_context("spawn").Pool() as pool:
        for seen in pool.imap(see, seeds, chunksize=CHUNK):
            yield seen
            if time.monotonic() > end:
                break


def report(results: list[Seen], seconds: float) -> None:
    """Print one JSON line for each figure."""
    told = [seen for seen in results if seen.leaks]
    figures: dict[str, tuple[float, str]] = {
        "soak_rounds": (len(results), ""),
        "soak_rounds_broken_down": (sum(seen.broken_down for seen in results), ""),
        "soak_hidden_numbers": (sum(seen.numbers for seen in results), ""),
        "soak_limited_by_totals": (sum(seen.limited for seen in results), ""),
        "soak_narrowest_beyond_k": (min((seen.narrowest - seen.k for seen in results), default=0), ""),
        "soak_leaks": (sum(len(seen.leaks) for seen in told), ""),
        "soak_rounds_with_leaks": (len(told), ""),
        "soak_s": (round(seconds, 1), "s"),
    }
    for figure, (value, unit) in figures.items():
        print(json.dumps({"figure": figure, "value": value, "unit": unit}), flush=True)
    for seen in told:
        for leak in seen.leaks:
            print(f"round {seen.seed}, k = {seen.k}: {leak}", file=sys.stderr)


def main() -> None:
    """Soak and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=MAX_SECONDS)
    wanted = parser.parse_args()
    before = time.monotonic()
    results = list(soak(wanted.rounds, wanted.seconds))
    report(results, time.monotonic() - before)
    sys.exit(any(seen.leaks for seen in results))


if __name__ == "__main__":
    main()
