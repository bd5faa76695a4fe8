"""The process that plays an example: ``python -m app.operations.example_process``, started by ``rounds.players``.

It reads where to work from its standard input, one line of JSON, and ends when that is closed. It holds the codes and
the only key share of a rehearsal for as long as that takes; nobody else ever has them.
"""

import json
import os
import sys
from pathlib import Path

import app.schema  # noqa: F401 - the tables that those of the round point to
from app.core.acting import Principal
from app.core.child import die_with_parent, hide_memory, reason_of
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.operations.playing import play_rehearsal

CONNECTIONS = 4
NICENESS = 10


def main() -> int:
    """Play one example; return 0, or 1 where it failed, with the reason as the last line of the standard error."""
    try:
        _play()
    except Exception as error:  # noqa: BLE001 - whatever it was, its kind and place are told, and no value of it
        sys.stderr.write(f"{reason_of(error)}\n")
        return 1
    return 0


def _play() -> None:
    hide_memory()
    os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.readline())
    die_with_parent(sys.stdin.fileno())
    folder = KeyFolder(Path(order["keys"]))
    database = Database(make_engine(order["url"], CONNECTIONS), folder)
    play_rehearsal(database, folder, order["round_id"], Principal(*order["staff"]))
    database.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
