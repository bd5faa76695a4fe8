"""Measure the opening of a large box on SQLite: time from the unlocked key to the swept file, and peak memory.

The box is made in a temporary folder first; a child process of its own then opens it. With ``--remarks`` two more
boxes follow, in which remarks fill every envelope to its limit: a single long one, or one for every unit.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.ballots import service
from app.ballots.domain import GateState
from app.ballots.slot import Cast, Slot
from app.box.envelope import Ballot, encode
from app.box.models import KeyHolder, RoundKey
from app.box.opening import Attempt, Progress, open_box
from app.box.seal import envelope_info, seal
from app.campaigns.builtin import SCALES
from app.campaigns.domain import Item, Scheme
from app.campaigns.models import Campaign
from app.core import migrate
from app.core.acting import Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.operations.opening_process import opening_room
from app.rounds.domain import Paper, PaperGroup, PaperUnit, RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.reads import paper_text
from app.slips.models import Batch

ENVELOPES, UNITS, ITEMS, GROUPS = 100_000, 20, 6, 8
REMARK_BYTES = 1_200
VARIANTS = {"": 0, "/one_remark_each": 1, "/remarks_to_all_units": UNITS}
ROWS = 5_000
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ACTOR = Principal("bench", "组织者", "organiser")


def make_paper(remark_bytes: int) -> Paper:
    """Return the paper of the figure: 20 units x 6 items, 8 voter groups."""
    return Paper(
        round_id="bench",
        organisation="某县文化局",
        campaign="测评",
        title="第一轮",
        form_title="测评表",
        items=tuple(Item(f"i{at}", f"第{at}项") for at in range(ITEMS)),
        units=tuple(PaperUnit(f"u{at:02}", f"单位{at}") for at in range(UNITS)),
        groups=tuple(PaperGroup(f"g{at}", f"类别{at}", ENVELOPES // GROUPS) for at in range(GROUPS)),
        scheme=Scheme(next(iter(SCALES.values()))),
        promise="slips",
        remarks=remark_bytes > 0,
        remark_bytes=remark_bytes,
    )


def make_box(folder: Path, remarks: int) -> None:
    """Write a database with a sealed box, and its private key beside it."""
    engine = make_engine(f"sqlite:///{folder / 'box.sqlite3'}")
    migrate.upgrade(engine)
    private_key = X25519PrivateKey.generate()
    (folder / "private").write_bytes(private_key.private_bytes_raw())
    KeyFolder(folder / "keys").create_part("bench")
    paper = make_paper(REMARK_BYTES if remarks else 0)
    text = paper_text(paper)
    public_key = private_key.public_key().public_bytes_raw()
    with Database(engine).writing() as session:
        session.add(Campaign(id="c", title="测评", organisation="局", scheme="{}", created_at=NOW))
        session.flush()
        fields = {"form_key": "t2", "paper": text, "paper_hash": paper_digest(text), "created_at": NOW}
        session.add(Round(id="bench", campaign_id="c", title="第一轮", state=RoundState.SEALED, **fields))
        session.flush()
        session.add(RoundKey(round_id="bench", public_key=public_key, needed=1, created_at=NOW))
        session.add(KeyHolder(round_id="bench", number=1, name="甲", fingerprint=b"", checked_at=NOW))
        for group in paper.groups:
            batch = f"b{group.id}"
            count = group.expected
            session.add(Batch(id=batch, round_id="bench", group_id=group.id, printed=count, created_at=NOW))
    _fill_box(Database(engine), folder, paper, (text, public_key, remarks))
    engine.dispose()


def _fill_box(database: Database, folder: Path, paper: Paper, what: tuple[str, bytes, int]) -> None:
    """Make the box by its own doors, as printing, opening, casting and closing do."""
    (text, public_key, remarks), keys = what, KeyFolder(folder / "keys")
    digest = paper_digest(text)
    service.create(database, "bench", (text, digest), [group.id for group in paper.groups])
    service.change(database, "bench", service.Change("opened", "", GateState.OPEN, None, public_key))
    slot = Slot(database, keys.tag_secret(), "bench")
    for casts in _casts(paper, digest, public_key, remarks):
        batches = {cast.group_id: [] for cast in casts}  # type: dict[str, list[bytes]]
        for cast in casts:
            batches[cast.group_id].append(cast.code_hash)
        service.issue(
            database, keys, "bench", [service.Batch(f"b{group}", group, found) for group, found in batches.items()]
        )
        slot.drop(casts, NOW)
    slot.close()
    service.change(database, "bench", service.Change("closed", "opened", GateState.CLOSED))


def _casts(paper: Paper, digest: str, public_key: bytes, remarks: int) -> Iterator[list[Cast]]:
    casts = []
    for at in range(ENVELOPES):
        group = paper.groups[at % GROUPS].id
        name = token_bytes(16)
        plaintext = encode(paper, digest, _ballot(paper, group, at, remarks))
        sealed = seal(public_key, envelope_info("bench", digest, name), plaintext)
        casts.append(Cast(token_bytes(32), group, name, sealed))
        if len(casts) == ROWS:
            yield casts
            casts = []


def _ballot(paper: Paper, group: str, at: int, remarks: int) -> Ballot:
    marks = bytes(drawn % 4 for drawn in token_bytes(UNITS * ITEMS))
    if not remarks:
        return Ballot(group, marks)
    room = (paper.remark_bytes - 2) // remarks - 4
    texts = (f"{at:06}{place:02}" + "意" * ((room - 8) // 3) for place in range(remarks))
    return Ballot(group, marks, tuple(enumerate(texts)))


def open_it(folder: Path) -> None:
    """Open the box and print what it took, in a process that did nothing else."""
    database = Database(make_engine(f"sqlite:///{folder / 'box.sqlite3'}"))
    private_key = X25519PrivateKey.from_private_bytes((folder / "private").read_bytes())
    room = opening_room(database, KeyFolder(folder / "keys"), lambda: NOW)
    before = time.perf_counter()
    open_box(room, Attempt("bench", private_key, ACTOR, ("甲",), (1,)), Progress())
    seconds = time.perf_counter() - before
    sys.stdout.write(json.dumps({"seconds": seconds, "peak": getrusage(RUSAGE_SELF).ru_maxrss / 1024}))


def measure(remarks: int) -> tuple[float, float]:
    """Return seconds and peak megabytes with so many remarks in every envelope."""
    with tempfile.TemporaryDirectory() as name:
        make_box(Path(name), remarks)
        command = [sys.executable, "-m", "bench.open_box", name]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found["seconds"], found["peak"]


def main() -> None:
    """Print one JSON line for each figure."""
    for suffix, remarks in VARIANTS.items():
        if remarks and "--remarks" not in sys.argv:
            continue
        seconds, megabytes = measure(remarks)
        for figure, value, unit in (("open_box_s", seconds, "s"), ("open_box_peak_mb", megabytes, "MB")):
            print(json.dumps({"figure": figure + suffix, "value": round(value, 1), "unit": unit}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1 and Path(sys.argv[1]).is_dir():
        open_it(Path(sys.argv[1]))
    else:
        main()
