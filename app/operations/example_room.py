"""Where one example is played: what the process is told, and what it works with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import app.schema  # noqa: F401 - the tables that those of the round point to
from app.core.acting import Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.operations.playing import play_rehearsal

CONNECTIONS = 4


def play_one(order: Mapping[str, Any]) -> None:
    """Play the rehearsal that the order names."""
    folder = KeyFolder(Path(order["keys"]))
    database = Database(make_engine(order["url"], CONNECTIONS), folder)
    play_rehearsal(database, folder, order["round_id"], Principal(*order["staff"]))
    database.engine.dispose()
