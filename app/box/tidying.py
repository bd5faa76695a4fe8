"""What a crash left of boxes and of key parts."""

from app.ballots import service as boxes
from app.core.db import Database
from app.rounds import gone


def recover(database: Database) -> None:
    """Destroy what is left of rounds that are over or purged, and clear away what was being made or destroyed.

    What belongs to rounds that this database does not know is kept: it may be the wrong database.
    """
    for round_id in gone.left(database):
        gone.tidy(database, round_id)
    boxes.tidy(database)
    database.keys.tidy()
