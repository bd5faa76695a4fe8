"""Measure for how long each act of staff over many rows keeps everybody else from writing on an embedded database.

Then what looks at the rounds beside one, of which there are a thousand: the page before the freeze, which reads, the
publication, and the last check of an opening.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.box.preparing import Prepared
from app.core import migrate
from app.core.acting import Acting
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id
from app.publication.comparing import examine
from app.publication.domain import Scope
from app.publication.freezing import papers_before
from app.publication.service import publish
from app.rounds.domain import Paper
from bench.serving import tell
from tests.many import store_many
from tests.publication import counted
from tests.writes import Large, held

ROWS, UNITS, GROUPS = 2_000, 63, 12
CAMPAIGNS, ROUNDS, BESIDE = 200, 1_000, 8


def main() -> None:
    """Do each act once in a fresh installation, on the disk that holds temporary files."""
    _in_a_fresh_one(_over_many_rows)
    _in_a_fresh_one(_beside_many_rounds)


def _in_a_fresh_one(measure: Callable[[Database, KeyFolder], None]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = KeyFolder(Path(scratch) / "keys")
        database = Database(make_engine(f"sqlite:///{scratch}/manyidu.sqlite3"), folder)
        migrate.upgrade(database.engine)
        measure(database, folder)
        database.engine.dispose()


def _over_many_rows(database: Database, folder: KeyFolder) -> None:
    for name, act in Large(database, folder, ROWS, UNITS, GROUPS).acts().items():
        _tell(database, name.replace(" ", "_"), act)


def _beside_many_rounds(database: Database, _folder: KeyFolder) -> None:
    store_many(database, CAMPAIGNS, ROUNDS, BESIDE)
    paper = counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(BESIDE)), {"群众代表": 40})
    sealed = counted.store_sealed(database, counted.make_votes(paper, remarks=0))
    prepared = counted.counting(database, sealed)()
    _tell(database, "last_check_of_an_opening", partial(_check, database, prepared))
    own = counted.store_counted(database, counted.make_votes(replace(paper, round_id=new_id()), remarks=0))
    _tell(database, "page_before_a_freeze", partial(_look, database, paper), reads=True)
    _tell(database, "published_beside", partial(_publish, database, own))


def _look(database: Database, paper: Paper) -> None:
    with database.reading() as session:
        papers_before(session, paper, counted.AT)


def _publish(database: Database, round_id: str) -> None:
    known = examine(database, round_id, Scope.LEADERS)
    asked = {"scope": Scope.LEADERS}
    database.acted(lambda session: publish(Acting(session, counted.AT, counted.ZHANG), round_id, asked, known))


def _check(database: Database, prepared: Prepared) -> None:
    if not database.acted(prepared.still_holds):
        raise SystemExit("what was prepared does not hold")


def _tell(database: Database, place: str, act: Callable[[], object], *, reads: bool = False) -> None:
    with held(database, reads=reads) as found:
        act()
    longest = max(found, key=lambda one: one.seconds)
    tell(f"lock_ms/{place}", longest.seconds * 1000)
    tell(f"lock_cpu_ms/{place}", longest.worked * 1000)
    tell(f"lock_statements/{place}", len(longest.statements), "")


if __name__ == "__main__":
    main()
