"""``make soak``: attack the published tables of 100,000 random rounds, other ones than those of the tests (SEC-44).

Every other one has points, weighed items, group quorums or a composite. Of the others a total by weights must read the
same from other hands.

Before that it looks at every small table of one group, and of two groups of 10 to 12 (SEC-79).
Announced rounds it holds against others that share what their extent tells.
``--rounds`` and ``--seconds`` bound each of the four; it says how far it came. It ends with 1 if a hidden number can
be worked out or a document is certain, and writes such tables and the seeds of such rounds on stderr.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

from tests.disclosure.other_hands import tells_who_came
from tests.disclosure.rounds import Case, make_case
from tests.disclosure.search import Leak, attack, contradictions, is_broken_down, read, truth_of
from tests.disclosure.small_tables import FIRST, Looked, Setup, check, every_size, look_at_pairs, setups
from tests.disclosure.told import check_round
from tests.disclosure.wide import make_wide

ROUNDS, FIRST_SEED, CHUNK = 100_000, 1_000_000, 50
MAX_SECONDS = 3600
PAIR_SIZES = range(FIRST, 13)


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
    case = make_wide(seed) if seed % 2 else make_case(seed)
    reading = read(case)
    if contradictions(reading.programme, truth_of(case, reading)):
        message = f"the document of round {seed} contradicts the truth"
        raise AssertionError(message)
    if isinstance(case, Case) and case.paper.scheme.weights and tells_who_came(case):
        message = f"the document of round {seed} hangs on which hidden group a ballot is of"
        raise AssertionError(message)
    found = attack(case, reading)
    k = case.paper.scheme.floor
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


def small_tables(seconds: float) -> dict[str, tuple[float, str]]:
    """Make the documents of one group that could be certain, with every number of 不了解; AssertionError if one is."""
    end, made = time.monotonic() + seconds, 0
    wanted = [(setup, count - unknown, unknown) for setup in setups() for count, unknown in every_size()]
    with multiprocessing.get_context("spawn").Pool() as pool:
        for documents in pool.imap_unordered(_check, wanted, chunksize=20):
            made += documents
            if time.monotonic() > end:
                break
    return {"soak_small_documents": (made, "")}


def _check(wanted: tuple[Setup, int, int]) -> int:
    return check(*wanted)


def pairs(
    seconds: float, wanted: Iterable[Setup], sizes: range = PAIR_SIZES
) -> dict[str, tuple[float, str]]:  # fmt: skip
    """Look at all tables of two groups, both of every size; sizes that the time did not allow are not counted."""
    end, looked = time.monotonic() + seconds, []
    every = [(setup, other, one) for setup in wanted for one, other in combinations_with_replacement(sizes, 2)]
    with multiprocessing.get_context("spawn").Pool(min(len(every), os.cpu_count() or 1)) as pool:
        for seen in pool.imap_unordered(_look, every):
            looked.append(seen)
            for pair in seen.certain:
                print(f"certain: {pair}", file=sys.stderr)
            if time.monotonic() > end:
                break
    return {
        "soak_pair_sizes": (len(looked), f"of {len(every)}"),
        "soak_pair_tables": (sum(seen.tables for seen in looked), ""),
        "soak_pair_documents": (sum(seen.documents for seen in looked), ""),
        "soak_pairs_certain": (sum(len(seen.certain) for seen in looked), ""),
    }


def _look(wanted: tuple[Setup, int, int]) -> Looked:
    return look_at_pairs(*wanted)


def announced(rounds: int, seconds: float) -> dict[str, tuple[float, str]]:
    """Look at announced rounds, each beside one that shares what its extent tells; AssertionError if more follows."""
    end, looked = time.monotonic() + seconds, 0
    with multiprocessing.get_context("spawn").Pool() as pool:
        for _ in pool.imap_unordered(check_round, range(FIRST_SEED, FIRST_SEED + rounds), chunksize=CHUNK):
            looked += 1
            if time.monotonic() > end:
                break
    return {"soak_announced_rounds": (looked, "")}


def report(results: list[Seen], seconds: float, tables: dict[str, tuple[float, str]]) -> bool:
    """Print one JSON line for each figure; return whether nothing was found."""
    told = [seen for seen in results if seen.leaks]
    figures: dict[str, tuple[float, str]] = {
        **tables,
        "soak_rounds": (len(results), ""),
        "soak_rounds_wide": (sum(seen.seed % 2 for seen in results), ""),
        "soak_rounds_broken_down": (sum(seen.broken_down for seen in results), ""),
        "soak_rounds_with_hidden_numbers": (sum(seen.numbers > 0 for seen in results), ""),
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
    return not told and not tables["soak_pairs_certain"][0]


def main() -> None:
    """Soak and report."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=MAX_SECONDS)
    wanted = parser.parse_args()
    before = time.monotonic()
    tables = {**small_tables(wanted.seconds), **pairs(wanted.seconds, setups())}
    tables |= announced(wanted.rounds, wanted.seconds)
    results = list(soak(wanted.rounds, wanted.seconds))
    sys.exit(not report(results, time.monotonic() - before, tables))


if __name__ == "__main__":
    main()
