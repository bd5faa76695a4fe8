"""The rounds that other tests begin with: their documents are made once for all that were voted alike."""

from dataclasses import replace

from app.box.preparing import Prepared
from app.core.db import Database
from app.publication.models import ResultVersion
from tests.publication import counted


def text_of(prepared: Prepared) -> str:
    """Return the document that waits to be written."""
    return str(prepared.write.args[1].written.text)  # type: ignore[attr-defined]


def stored(database: Database, round_id: str) -> str:
    with database.reading() as session:
        return session.get_one(ResultVersion, (round_id, 1)).document


def test_it_works(database: Database) -> None:
    """A round that was voted as one before has the document that the product makes of it, with an id of its own."""
    first, second = (counted.store_counted(database, counted.make_votes()) for _ in range(2))
    texts = [stored(database, round_id) for round_id in (first, second)]
    assert texts == [text_of(counted.counting(database, round_id)()) for round_id in (first, second)]
    assert texts[0] != texts[1] == texts[0].replace(first, second)


def test_another_vote_has_another_document(database: Database) -> None:
    votes = counted.make_votes()
    first = counted.store_counted(database, votes)
    less = counted.make_votes(share=0.8)
    turned = replace(counted.make_votes(), opinions=counted.OPINIONS[::-1])
    for other in (less, turned, replace(counted.make_votes(), remarks=11)):
        round_id = counted.store_counted(database, other)
        assert stored(database, round_id) == text_of(counted.counting(database, round_id)())
        assert stored(database, round_id).replace(round_id, first) != stored(database, first)
