"""The first version of a result rests on the rounds beside: within the act that stores it they are only looked at."""

from datetime import timedelta

from app.box.preparing import Prepared
from app.core.db import Database
from tests.by_hand import as_the_product
from tests.publication import counted
from tests.publication.test_comparing import documents_read, papers_read, sixty_eight
from tests.publication.test_kin import again, close, first


def holds(database: Database, prepared: Prepared) -> bool:
    """Ask as the last check of an opening does, in the transaction that empties the box: it cannot begin again."""
    with as_the_product(database) as session:
        return prepared.still_holds(session)


def sealed(database: Database) -> str:
    return counted.store_sealed(database, counted.make_votes(sixty_eight(), 1.0, remarks=0))


def test_it_works(database: Database) -> None:
    first(database)
    with papers_read() as read, documents_read() as documents:
        prepared = counted.counting(database, sealed(database))()
        assert read == [True]
        assert holds(database, prepared)
    assert read == [True]
    assert documents == []


def test_what_was_counted_meanwhile_has_it_worked_out_again(database: Database) -> None:
    prepared = counted.counting(database, sealed(database))()
    assert holds(database, prepared)
    again(database, "县文化局")
    assert not holds(database, prepared)


def test_what_turns_out_to_be_near_meanwhile_does_too(database: Database) -> None:
    before = first(database)
    close(database, before, timedelta(days=-400))
    prepared = counted.counting(database, sealed(database))()
    close(database, before, timedelta(days=-7))
    assert not holds(database, prepared)
