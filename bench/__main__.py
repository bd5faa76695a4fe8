"""``make bench``: every figure in one run. One JSON line each on stdout, a table on stderr; exit 1 if one is missed.

A figure may bring its own ``bound`` where that depends on another figure of the same run.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

BOUNDS = {
    "cast_over_echo/sqlite": (">=", 0.40),
    "cast_over_echo/postgresql": (">=", 0.40),
    "first_load_requests/8x6": ("<=", 6),
    "first_load_requests/63x5": ("<=", 6),
    "first_load_kb/8x6": ("<=", 24),
    "first_load_kb/63x5": ("<=", 36),
    "first_use_s/8x6": ("<=", 1.8),
    "first_use_s/63x5": ("<=", 2.4),
    "open_box_s": ("<=", 30),
    "open_box_peak_mb": ("<=", 500),
    "slips_s": ("<=", 20),
    "slips_peak_mb": ("<=", 500),
    "result_document_s": ("<=", 5),
    "result_document_peak_mb": ("<=", 1024),
    "result_page_p95_ms": ("<=", 100),
    "report_s": ("<=", 10),
    "web_rss_mb": ("<=", 230),
    "workshop_child_rss_mb": ("<=", 600),
    "start_s": ("<=", 1.6),
    "start_rss_mb": ("<=", 130),
    "ledger_p95_ms": ("<=", 150),
    "ledger_round_trip_s": ("<=", 10),
    "merge_suggestion_f1": (">=", 0.80),
    "merge_suggestion_held_out_f1": (">=", 0.55),
    "merge_suggestion_s": ("<=", 2),
}
PARTS = (
    "bench.cast_load --on sqlite",
    "bench.cast_load --on postgresql",
    "bench.beside --on sqlite",
    "bench.beside --on postgresql",
    "bench.first_load",
    "bench.open_box",
    "bench.slips",
    "bench.result_document",
    "bench.result_page",
    "bench.reports",
    "bench.web_rss",
    "bench.start",
    "bench.ledger",
    "bench.merge_suggestions",
)


def measure(part: str) -> list[dict[str, object]]:
    """Run one part in a process of its own and return its figures."""
    print(f"… {part}", file=sys.stderr)
    done = subprocess.run([sys.executable, "-m", *part.split()], stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _bound(figure: dict[str, object]) -> tuple[str, float] | None:
    if "bound" in figure:
        return "<=", float(str(figure["bound"]))
    return BOUNDS.get(str(figure["figure"]))


def _kept(figure: dict[str, object]) -> bool:
    bound, value = _bound(figure), float(str(figure["value"]))
    return bound is None or (value >= bound[1] if bound[0] == ">=" else value <= bound[1])


def _verdict(figure: dict[str, object]) -> str:
    bound = _bound(figure)
    return "" if bound is None else f"{bound[0]} {bound[1]:g}   {'kept' if _kept(figure) else 'MISSED'}"


def main() -> int:
    """Measure everything, or the parts named; return the exit status."""
    figures = [figure for part in sys.argv[1:] or PARTS for figure in measure(part)]
    for figure in figures:
        print(json.dumps(figure), flush=True)
    print(f"\n{_machine()}", file=sys.stderr)
    for figure in figures:
        value = float(str(figure["value"]))
        print(f"{figure['figure']!s:44} {value:10.2f} {figure['unit']!s:6} {_verdict(figure)}", file=sys.stderr)
    return 0 if all(_kept(figure) for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
