"""Measure printing 10,000 slips: codes drawn, stored and printed; time and peak memory of a process of its own."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from app.audit.service import SYSTEM
from app.campaigns.reads import get_campaign
from app.core import migrate
from app.core.acting import Acting
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.operations.demo import set_up_campaign
from app.rounds import service as rounds
from app.rounds.service import RoundDraft
from app.slips.print_order import PrintOrder, print_slips

SLIPS, GROUPS = 10_000, 8


def print_them(folder: Path) -> None:
    """Print the slips in this process and tell what it took."""
    engine = make_engine(f"sqlite:///{folder / 'bench.sqlite3'}")
    migrate.upgrade(engine)
    keys = KeyFolder(folder / "keys")
    database = Database(engine, keys)
    with database.writing() as session:
        acting = Acting(session, utc_now(), SYSTEM)
        campaign = set_up_campaign(session, acting.now, SYSTEM, "测评")
        round_id = rounds.create_round(acting, campaign, RoundDraft("群众满意度测评", "t2"))
        rounds.freeze(acting, round_id)
        numbers = {group.id: SLIPS // GROUPS for group in get_campaign(session, campaign).groups}
        started = time.perf_counter()
        typeset = print_slips(acting, keys, "https://vote.example.cn", round_id, PrintOrder(numbers))
    pdf = typeset()
    seconds = time.perf_counter() - started
    print(json.dumps({"figure": "slips_s", "value": round(seconds, 2), "unit": "s"}))
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"figure": "slips_peak_mb", "value": round(peak), "unit": "MB"}))
    print(f"{SLIPS} slips, {len(pdf) / 1e6:.1f} MB of PDF", file=sys.stderr)


def main() -> None:
    """Run the measurement in a child, so that the peak is its own."""
    if len(sys.argv) > 1:
        print_them(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, "-m", "bench.slips", scratch], check=True)


if __name__ == "__main__":
    main()
