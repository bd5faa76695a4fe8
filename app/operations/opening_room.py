"""Where one opening happens: what it is told, what it works with, and what other features make of the counted round."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import app.schema  # noqa: F401 - the tables that those of the box point to
from app.box.conducting import Ticket, conduct
from app.box.opening import Room
from app.core.child import die_with_parent
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.publication.freezing import prepare_result

CONNECTIONS = 3


def opening_room(database: Database, folder: KeyFolder, clock: Callable[[], datetime] = utc_now) -> Room:
    """Return the room with all that other features make of a counted round."""
    return Room(database, folder, clock, (prepare_result,))


def open_one() -> None:
    """Open the box that the one line of standard input names; its end is the end of this process."""
    order = json.loads(sys.stdin.buffer.readline())
    die_with_parent(sys.stdin.fileno())
    folder = KeyFolder(Path(order["keys"]))
    database = Database(make_engine(order["url"], CONNECTIONS), folder)
    at = datetime.fromisoformat(order["at"]) if "at" in order else None
    room = opening_room(database, folder, (lambda: at) if at else utc_now)
    conduct(room, Ticket(order["round_id"], order["job_id"]))
