"""Make the archive package of a round of 63 units x 5 items x 8 groups, and check it with the stand-alone program."""

import tempfile
import time
from pathlib import Path

from app.archive.making import package
from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.office.bench import Bench
from app.operations import verify
from bench.serving import tell
from tests.publication import counted

UNITS, GROUPS, EXPECTED = 63, 8, 60


def main() -> None:
    """Make and check it once, in a process that has made nothing before."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        engine = make_engine(settings.sqlalchemy_url, 2)
        migrate.upgrade(engine)
        database = Database(engine, KeyFolder(settings.data / "keys"))
        names = tuple(f"被测评单位{place + 1}" for place in range(UNITS))
        paper = counted.make_paper(names, {f"类别{place}": EXPECTED for place in range(GROUPS)})
        round_id = counted.store_published(database, counted.make_votes(paper))
        engine.dispose()
        url, base = settings.sqlalchemy_url, settings.base_url
        begin = time.perf_counter()
        made = package(Bench({"round": round_id}, b"", counted.ZHANG, counted.AT, url, settings.data, base))
        tell("archive_s", time.perf_counter() - begin, "s")
        tell("archive_mb", len(made.content) / 1024**2, "MB")
        path = settings.data / "archive.zip"
        path.write_bytes(made.content)
        begin = time.perf_counter()
        found = verify.check_package(verify.unpack(path), verify.Wanted())
        if not all(finding.right for finding in found):
            message = "the package is not right"
            raise SystemExit(message)
        tell("archive_verify_s", time.perf_counter() - begin, "s")


if __name__ == "__main__":
    main()
