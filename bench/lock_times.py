"""Measure for how long each act of staff over many rows keeps everybody else from writing on an embedded database."""

import tempfile
from pathlib import Path

from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from bench.serving import tell
from tests.writes import Large, held

ROWS, UNITS, GROUPS = 2_000, 63, 12


def main() -> None:
    """Do each act once in a fresh installation, on the disk that holds temporary files."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = KeyFolder(Path(scratch) / "keys")
        database = Database(make_engine(f"sqlite:///{scratch}/manyidu.sqlite3"), folder)
        migrate.upgrade(database.engine)
        for name, act in Large(database, folder, ROWS, UNITS, GROUPS).acts().items():
            with held(database) as found:
                act()
            longest, place = max(found, key=lambda one: one.seconds), name.replace(" ", "_")
            tell(f"lock_ms/{place}", longest.seconds * 1000)
            tell(f"lock_cpu_ms/{place}", longest.worked * 1000)
            tell(f"lock_statements/{place}", len(longest.statements), "")
        database.engine.dispose()


if __name__ == "__main__":
    main()
