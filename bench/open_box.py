"""Measure the opening of a large box on SQLite, as the service does it: time and peak memory of the opening process.

The time runs from the start of the process to its end: keys, tags, stacks, result, destroyed box. A second box holds
the same marks in three sections, a third a remark that fills its envelope in every one; with ``--all`` a fourth has a
remark to every unit in each. ``cpu_s`` is the processor time of the same, which other work on the machine hardly moves.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import NamedTuple

from app.accounts import service as accounts
from app.ballots import service
from app.ballots.domain import GateState, envelope_id
from app.ballots.slot import Cast, Slot
from app.box import service as box
from app.box.envelope import Ballot, encode
from app.box.openings import Place
from app.box.played import play_holders
from app.box.reads import opening_of, remarks
from app.box.seal import envelope_info, seal
from app.campaigns.builtin import SCALES
from app.campaigns.domain import Item, Scheme
from app.campaigns.models import Campaign
from app.core import migrate
from app.core.acting import Acting, Principal
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.operations.meeting import Meeting, open_box
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit, RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.papers import paper_text
from app.rounds.sealing import write_root
from app.slips.models import Batch
from bench.sections import SECTIONS, in_sections
from tests.publication.counted import PASSWORD_HASH

ENVELOPES, UNITS, ITEMS, GROUPS = 100_000, 20, 6, 8
REMARK_BYTES = 1_200


class Variant(NamedTuple):
    """A box: how many remarks lie in each envelope, and how many sections its paper has."""

    remarks: int
    sections: int = 1


VARIANTS = {
    "open_box": Variant(0),
    "open_box_sections": Variant(0, SECTIONS),
    "open_box_remarks": Variant(1),
    "open_box_remarks_to_all": Variant(UNITS),
}
STAFF = ["张三", "李四", "王五", "赵六", "孙七", "周八", "吴九", "郑十", "欧阳修远", "冯建国", "陈爱华", "褚卫东"]
ROWS = 5_000
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ACTOR = Principal("bench", "组织者", "organiser")


def make_paper(variant: Variant) -> Paper:
    """Return the paper of the figure: 20 units x 6 items, 8 voter groups."""
    remark_bytes = REMARK_BYTES if variant.remarks else 0
    paper = Paper(
        round_id="bench",
        organisation="某县文化局",
        campaign="测评",
        title="第一轮",
        parts=(
            PaperSection(
                "测评表",
                tuple(Item(f"i{at}", f"第{at}项") for at in range(ITEMS)),
                tuple(PaperUnit(f"u{at:02}", f"单位{at}") for at in range(UNITS)),
            ),
        ),
        groups=tuple(PaperGroup(f"g{at}", f"类别{at}", ENVELOPES // GROUPS) for at in range(GROUPS)),
        scheme=Scheme(next(iter(SCALES.values()))),
        promise="slips",
        remarks=remark_bytes > 0,
        remark_bytes=remark_bytes,
    )
    return in_sections(paper, variant.sections)


def make_box(folder: Path, variant: Variant) -> None:
    """Write a database with a sealed box, and the words of its key beside it."""
    engine = make_engine(f"sqlite:///{folder / 'box.sqlite3'}")
    migrate.upgrade(engine)
    paper = make_paper(variant)
    text = paper_text(paper)
    keys = KeyFolder(folder / "keys")
    database = Database(engine, keys)
    with database.writing() as session:
        session.add(Campaign(id="c", title="测评", organisation="局", scheme="{}", created_at=NOW))
        session.flush()
        keys_of = {"key_needed": 1, "key_holders": 1}
        fields = {"form_key": "t2", **keys_of, "paper": text, "paper_hash": paper_digest(text), "created_at": NOW}
        session.add(Round(id="bench", campaign_id="c", title="第一轮", state=RoundState.READY, **fields))
        session.flush()
        for group in paper.groups:
            batch = f"b{group.id}"
            count = group.expected
            session.add(Batch(id=batch, round_id="bench", group_id=group.id, printed=count, created_at=NOW))
        for at, name in enumerate(STAFF):
            accounts.create_with_password(session, NOW, (f"staff{at}", name, "organiser"), PASSWORD_HASH)
        session.flush()
        shares = play_holders(Acting(session, NOW, ACTOR), keys, "bench", ["甲"])
        public_key = box.public_key(session, "bench")
    (folder / "shares").write_text("\n".join(shares), "utf-8")
    _fill_box(database, folder, paper, (text, public_key, variant.remarks))
    with database.writing() as session:
        session.get_one(Round, "bench").state = RoundState.SEALED
    write_root(database, "bench", NOW)
    engine.dispose()


def _fill_box(database: Database, folder: Path, paper: Paper, what: tuple[str, bytes, int]) -> None:
    """Make the box by its own doors, as printing, opening, casting and closing do."""
    (text, public_key, remarks), keys = what, KeyFolder(folder / "keys")
    digest = paper_digest(text)
    service.create(database, keys, "bench", (text, digest), [group.id for group in paper.groups])
    service.change(database, keys, "bench", service.Change("opened", "", GateState.OPEN, None, public_key))
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
    service.change(database, keys, "bench", service.Change("closed", "opened", GateState.CLOSED))


def _casts(paper: Paper, digest: str, public_key: bytes, remarks: int) -> Iterator[list[Cast]]:
    casts = []
    for at in range(ENVELOPES):
        group = paper.groups[at % GROUPS].id
        plaintext = encode(paper, digest, _ballot(paper, group, at, remarks))
        sealed = seal(public_key, envelope_info("bench", digest, group), plaintext)
        casts.append(Cast(token_bytes(32), group, envelope_id(sealed), sealed))
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
    """Have the box opened and print what it took; this process itself does next to nothing."""
    keys = KeyFolder(folder / "keys")
    database = Database(make_engine(f"sqlite:///{folder / 'box.sqlite3'}"), keys)
    shares = (folder / "shares").read_text("utf-8").splitlines()
    before = time.perf_counter()
    open_box(Place(database, keys, utc_now), Meeting("c", "bench", [], shares, 1, ACTOR, ("甲",)))
    seconds = time.perf_counter() - before
    with database.reading() as session:
        record, found = opening_of(session, "bench"), len(remarks(session, "bench"))
    if record is None or record.envelopes != ENVELOPES:
        message = f"not all of {ENVELOPES} envelopes were counted: {record}"
        raise RuntimeError(message)
    used = getrusage(RUSAGE_CHILDREN)
    figures = {"s": seconds, "cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
    sys.stdout.write(json.dumps({"figures": figures, "remarks": found}))


def measure(variant: Variant) -> Mapping[str, float]:
    """Return seconds and peak megabytes of an opening, by the end of their figure's name."""
    with tempfile.TemporaryDirectory() as name:
        make_box(Path(name), variant)
        command = [sys.executable, "-m", "bench.open_box", name]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    if found["remarks"] != variant.remarks * ENVELOPES:
        message = f"{found['remarks']} remarks of {variant.remarks * ENVELOPES}"
        raise RuntimeError(message)
    return dict(found["figures"])


def main() -> None:
    """Print one JSON line for each figure."""
    for name, variant in VARIANTS.items():
        if variant.remarks > 1 and "--all" not in sys.argv:
            continue
        for figure, value in measure(variant).items():
            unit = "MB" if figure.endswith("mb") else "s"
            print(json.dumps({"figure": f"{name}_{figure}", "value": round(value, 1), "unit": unit}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1 and Path(sys.argv[1]).is_dir():
        open_it(Path(sys.argv[1]))
    else:
        main()
