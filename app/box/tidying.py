"""What a crash right after an opening or a voiding left: boxes and server parts of rounds that are over."""

from app.ballots import reads as ballots
from app.ballots import service as boxes
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.rounds.acts import OVER
from app.rounds.reads import all_rounds


def recover(database: Database, folder: KeyFolder) -> None:
    """Destroy them. Those of rounds that this database does not know are kept: it may be the wrong database."""
    with database.reading() as session:
        over = {row.id for row in all_rounds(session) if row.state in OVER}
    for round_id in ballots.round_ids(database) & over:
        boxes.destroy(database, round_id)
    for round_id in folder.parts() & over:
        folder.destroy_part(round_id)
    boxes.tidy(database)
    folder.tidy()
