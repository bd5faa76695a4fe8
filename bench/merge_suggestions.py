"""Measure how many pairs of opinions the suggestion puts together rightly, and how long it takes for 2,000.

Pairwise F1: of the pairs proposed, how many belong together, and of those that do, how many are proposed. The truth is
in bench.merge_truth; the suggestion gets the texts alone. For comparison: everything in one group reaches 0.24 and 0.26
on the two sets; runs of signs alone, or the words of a dictionary (jieba), at most 0.26 with the threshold that suits
them best. Both sets are by one hand, which also wrote the catalogue of subjects: real opinions may do worse.
"""

import json
import time
from collections.abc import Iterator, Sequence
from itertools import combinations

from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.similarity import propose
from bench.merge_truth import DEMO_TRUTH, HELD_OUT

MANY = 2_000


def pairwise_f1(texts: Sequence[str], truth: Sequence[str]) -> float:
    """Return the F1 over all pairs; an opinion in no proposal stands alone."""
    together = {pair for proposal in propose(texts) for pair in combinations(proposal.members, 2)}
    belong = {pair for pair in combinations(range(len(texts)), 2) if truth[pair[0]] == truth[pair[1]]}
    right = len(together & belong)
    return 2 * right / (len(together) + len(belong))


def mixed(texts: Sequence[str], count: int) -> list[str]:
    """Return ``count`` texts that differ: a head of one and a tail of another."""
    heads = (texts[place % len(texts)] for place in range(count))
    tails = (texts[place * 7 // len(texts) % len(texts)] for place in range(count))
    return [head[: len(head) // 2] + tail[len(tail) // 2 :] for head, tail in zip(heads, tails, strict=True)]


def figures() -> Iterator[tuple[str, float, str]]:
    """Yield name, value and unit of each figure."""
    demo = [text for texts in DEMO_OPINIONS.values() for text in texts]
    yield "merge_suggestion_f1", pairwise_f1(demo, DEMO_TRUTH), ""
    held_out = [text for _, text in HELD_OUT]
    yield "merge_suggestion_held_out_f1", pairwise_f1(held_out, [problem for problem, _ in HELD_OUT]), ""
    many = mixed([*demo, *held_out], MANY)
    started = time.perf_counter()
    propose(many)
    yield "merge_suggestion_s", time.perf_counter() - started, "s"


def main() -> None:
    """Print the figures."""
    for figure, value, unit in figures():
        print(json.dumps({"figure": figure, "value": round(value, 2), "unit": unit}), flush=True)


if __name__ == "__main__":
    main()
