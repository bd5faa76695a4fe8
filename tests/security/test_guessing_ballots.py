"""Who has the key folder and the box, and tries every paper of a small form, finds no ballot (SEC-74).

Before, an envelope's id was a keyed digest of nonce, code and ballot: with what a server remembers of a request, trying
all papers gave the marks. Nothing that is kept now is a digest of a ballot.
"""

import hmac
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest

from app.box.drop import Vote, drop
from app.box.envelope import Ballot, encode
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from app.rounds.domain import Paper
from app.slips.codes import code_hash
from app.slips.redeem import Claim
from tests.ballots.stores import sealed_in
from tests.factories import LONG_AGO, OpenRound, make_open_round, make_paper
from tests.phones import Filled, fill_in


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def hall(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder, make_paper(2, 3, remarks=False, remark_bytes=0), codes_each=2)


def every_paper(paper: Paper, paper_hash: str) -> Iterator[bytes]:
    """Yield the plaintext of each of the 15,625 ballots there can be."""
    for marks in product(range(5), repeat=6):
        yield encode(paper, paper_hash, Ballot("residents", bytes(marks)))


def digests(keys: Sequence[bytes], known: Sequence[bytes], plaintext: bytes) -> Iterator[bytes]:
    """Yield what a careless program could have kept of a ballot, given its keys and all it knows of the request."""
    for told in (b"", *known):
        text = told + plaintext
        yield sha256(text).digest()
        for key in keys:
            yield hmac.digest(key, text, "sha256")


def guess(paper: tuple[Paper, str], keys: Sequence[bytes], known: Sequence[bytes], kept: bytes) -> list[bytes]:
    """Return the plaintexts a digest of which, whole or cut to 128 bits, stands in what is kept."""
    return [
        plaintext
        for plaintext in every_paper(*paper)
        if any(digest[:16] in kept for digest in digests(keys, known, plaintext))
    ]


def secrets_in(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()]


def residents(hall: OpenRound) -> list[Filled]:
    return [filled for filled in fill_in(hall) if filled.group == "residents"]


def test_it_finds_an_id_that_is_a_keyed_digest_of_the_ballot(hall: OpenRound, folder: KeyFolder) -> None:
    """The old way, and all that the attacker needs."""
    folder.pepper()
    one, nonce, key = residents(hall)[0], token_bytes(16), secrets_in(folder.path)[0]
    hashed = code_hash(folder.pepper(), one.code)
    plaintext = encode(hall.paper, hall.paper_hash, Ballot(one.group, one.marks))
    kept = hmac.digest(key, nonce + hashed + plaintext, "sha256")[:16]
    assert guess((hall.paper, hall.paper_hash), [key], [nonce + hashed], kept) == [plaintext]


def test_nothing_in_the_box_tells_which_paper_it_is(database: Database, hall: OpenRound, folder: KeyFolder) -> None:
    """With every secret of the key folder, the codes, and the public key, and every byte that the box keeps."""
    voters, pepper = residents(hall), folder.pepper()
    hashes = [code_hash(pepper, one.code) for one in voters]
    claims = [Claim(hall.id, "residents", digest) for digest in hashes]
    votes = [Vote(claim, one.sealed) for claim, one in zip(claims, voters, strict=True)]
    assert drop(database, folder, votes, LONG_AGO) == ["", ""]
    kept = b"|".join(one.id + one.tag + one.sealed for one in sealed_in(database, hall.id))
    known = [*hashes, hall.id.encode(), hall.public_key, *(one.code.encode() for one in voters)]
    assert guess((hall.paper, hall.paper_hash), secrets_in(folder.path), known, kept) == []


def test_the_same_ballot_sealed_twice_has_nothing_in_common(hall: OpenRound) -> None:
    one = residents(hall)[0]
    again = Filled(one.hall, one.group, one.code, one.marks)
    assert one.envelope_id != again.envelope_id
    pieces = {one.sealed[at : at + 4] for at in range(len(one.sealed) - 3)}
    assert not pieces & {again.sealed[at : at + 4] for at in range(len(again.sealed) - 3)}
