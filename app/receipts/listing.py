"""The receipts of a closed round as they are shown and as they are downloaded; nothing in them has an order in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson
from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.core.merkle import HASH_BYTES, Tree, tree_of
from app.core.signing import signed
from app.receipts.domain import Prefix, place_of
from app.rounds.domain import RECEIPT_BYTES, Paper
from app.rounds.reads import RoundView, frozen_paper, get_round
from app.rounds.receipt_reads import RootView, receipts_of, root_of, split

FORMAT: Final = "manyidu/receipts/1"
PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """A hash on the way to the root: it stands to the left or to the right of what was hashed before."""

    is_left: bool
    hash: str


@dataclass(frozen=True, slots=True)
class Found:
    """A receipt in a list: its number there, from 1, the receipt itself and its way to the root."""

    number: int
    receipt: bytes
    path: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Listing:
    """The receipts of a closed round, sorted and joined, and the root over them."""

    round: RoundView
    paper: Paper
    paper_hash: str
    root: RootView
    joined: bytes

    @property
    def pages(self) -> int:
        """How many pages the list fills; at least one."""
        return -(-self.root.envelopes // PAGE) or 1

    def page(self, number: int) -> list[bytes]:
        """Return the receipts of a page, which counts from 1."""
        return split(self.joined[(number - 1) * PAGE * RECEIPT_BYTES : number * PAGE * RECEIPT_BYTES])

    def find(self, wanted: Prefix) -> Found | None:
        """Return the receipt that begins as wanted, or None."""
        place = place_of(self.joined, wanted)
        if place is None:
            return None
        receipt = self.joined[place * RECEIPT_BYTES : (place + 1) * RECEIPT_BYTES]
        return Found(place + 1, receipt, _steps(_tree(self.joined), place))

    def file(self, seed: bytes) -> bytes:
        """Return the signed list as JSON."""
        facts = {
            "format": FORMAT,
            "round_id": self.paper.round_id,
            "organisation": self.paper.organisation,
            "campaign": self.paper.campaign,
            "title": self.paper.title,
            "rehearsal": self.paper.rehearsal,
            "paper": self.paper_hash,
            "root": self.root.hex,
            "signs": self.root.signs,
            "count": self.root.envelopes,
        }
        return _file(seed, orjson.dumps(facts), self.joined)


def listing_of(session: Session, round_id: str) -> Listing:
    """Return the receipts of a round; DomainError ``round_unknown``, or ``receipts_not_public`` before its close."""
    row, root = get_round(session, round_id), root_of(session, round_id)
    if root is None:
        raise DomainError("receipts_not_public")
    paper, digest = frozen_paper(session, round_id)
    return Listing(row, paper, digest, root, receipts_of(session, round_id))


@lru_cache(maxsize=4)
def _tree(joined: bytes) -> Tree:
    return tree_of(split(joined))


def _steps(tree: Tree, place: int) -> list[Step]:
    steps, path = [], iter(tree.path(place))
    for level in tree.levels[:-1]:
        if (place ^ 1) * HASH_BYTES < len(level):
            steps.append(Step(place % 2 == 1, next(path).hex()))
        place //= 2
    return steps


@lru_cache(maxsize=4)
def _file(seed: bytes, facts: bytes, joined: bytes) -> bytes:
    body = {**orjson.loads(facts), "receipts": [receipt.hex() for receipt in split(joined)]}
    return orjson.dumps(signed(seed, body), option=orjson.OPT_INDENT_2)
