"""``make bench``: every figure in one run. One JSON line each on stdout, a table on stderr; exit 1 if one is missed.

``python -m bench NAME…`` measures the figures whose names begin so (``open_box``, ``cast_over_echo/sqlite``) and no
more parts than those need. A figure may bring its own ``bound`` where that depends on another figure of the same run.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

BOUNDS = {
    "cast_over_echo/sqlite": (">=", 0.50),
    "cast_over_echo/postgresql": (">=", 0.45),
    "visit_over_pair": (">=", 0.40),
    "code_found_ms/sqlite": ("<=", 0.5),
    "code_found_ms/postgresql": ("<=", 0.5),
    "code_unknown_ms/sqlite": ("<=", 2),
    "code_unknown_ms/postgresql": ("<=", 2),
    "first_load_requests/8x6": ("<=", 6),
    "first_load_requests/63x5": ("<=", 6),
    "first_load_kb/8x6": ("<=", 24),
    "first_load_kb/63x5": ("<=", 36),
    "first_use_s/8x6": ("<=", 1.8),
    "first_use_s/63x5": ("<=", 2.4),
    "first_seal_ms/8x6": ("<=", 250),
    "first_seal_ms/63x5": ("<=", 250),
    "long_paper_tap_ms": ("<=", 100),
    "open_box_s": ("<=", 10),
    "open_box_peak_mb": ("<=", 350),
    "open_box_sections_s": ("<=", 10),
    "open_box_sections_peak_mb": ("<=", 350),
    "open_box_remarks_s": ("<=", 60),
    "open_box_remarks_peak_mb": ("<=", 600),
    "slips_s": ("<=", 20),
    "slips_peak_mb": ("<=", 500),
    "result_document_s": ("<=", 5),
    "result_document_peak_mb": ("<=", 1024),
    "result_document_sections_s": ("<=", 5),
    "result_document_sections_peak_mb": ("<=", 1024),
    "result_page_p95_ms": ("<=", 100),
    "report_s": ("<=", 10),
    "archive_s": ("<=", 10),
    "web_rss_mb": ("<=", 230),
    "workshop_child_rss_mb": ("<=", 600),
    "start_s": ("<=", 1.6),
    "start_rss_mb": ("<=", 130),
    "audit_page_ms": ("<=", 200),
    "audit_search_ms": ("<=", 100),
    "board_ms": ("<=", 100),
    "composite_board_ms": ("<=", 200),
    "composite_page_ms": ("<=", 100),
    "composite_report_s": ("<=", 10),
    "ledger_p95_ms": ("<=", 100),
    "lists_p95_ms": ("<=", 100),
    "ledger_round_trip_s": ("<=", 6),
    "import_preview_s": ("<=", 2),
    "liaisons_63_s": ("<=", 10),
    "merge_suggestion_f1": (">=", 0.80),
    "merge_suggestion_held_out_f1": (">=", 0.55),
    "merge_suggestion_s": ("<=", 2),
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "bench.cast_load --on sqlite": ("cast_over_echo/sqlite",),
    "bench.cast_load --on postgresql": ("cast_over_echo/postgresql",),
    "bench.visits": ("visit_over_pair", "visits_per_second"),
    "bench.codes": ("code_found_ms", "code_unknown_ms"),
    "bench.beside --on sqlite": ("cast_beside_desk_p99/sqlite",),
    "bench.beside --on postgresql": ("cast_beside_desk_p99/postgresql",),
    "bench.first_load": ("first_load_requests", "first_load_kb", "first_use_s"),
    "bench.first_seal": ("first_seal_ms", "cast_to_wire_ms"),
    "bench.long_paper": ("long_paper_tap_ms",),
    "bench.open_box": ("open_box",),
    "bench.slips": ("slips",),
    "bench.result_document": ("result_document",),
    "bench.result_page": ("result_page",),
    "bench.reports": ("report_s",),
    "bench.lists": ("lists_ms", "lists_p95_ms"),
    "bench.archive": ("archive_s", "archive_mb", "archive_verify_s"),
    "bench.web_rss": ("web_rss_mb", "workshop_child_rss_mb"),
    "bench.start": ("start",),
    "bench.audit_page": ("audit",),
    "bench.board": ("board",),
    "bench.composites": ("composite",),
    "bench.ledger": ("ledger",),
    "bench.imports": ("import_preview_s",),
    "bench.liaisons": ("liaisons_63_s",),
    "bench.lock_times": ("lock_ms", "lock_cpu_ms", "lock_statements"),
    "bench.merge_suggestions": ("merge_suggestion",),
}
"""What is run, and how the names of the figures begin that come of it."""
PART_SECONDS = 300


def parts(names: Sequence[str]) -> list[str]:
    """Return the parts that bring the figures whose names begin so, all of them for no name; SystemExit for none."""
    known = [prefix for prefixes in PARTS.values() for prefix in prefixes]
    if unknown := [name for name in names if not any(_meets(name, prefix) for prefix in known)]:
        sys.exit(f"no figure is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [
        part for part, brings in PARTS.items() if not names or any(_meets(n, each) for n in names for each in brings)
    ]


def _meets(name: str, prefix: str) -> bool:
    return name.startswith(prefix) or prefix.startswith(name)


def measure(part: str) -> list[dict[str, object]]:
    """Run one part in a process of its own and return its figures."""
    print(f"… {part}", file=sys.stderr)
    command = [sys.executable, "-W", "ignore", "-m", *part.split()]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True, timeout=PART_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{part} FAILED", file=sys.stderr)
        return [{"figure": f"{part} did not end in time", "value": PART_SECONDS, "unit": "s", "bound": 0}]
    figures = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        print(f"{part} FAILED", file=sys.stderr)
        figures.append({"figure": f"{part} did not end well", "value": done.returncode, "unit": "", "bound": 0})
    return figures


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
    """Measure everything, or the figures named; return the exit status."""
    names = sys.argv[1:]
    figures = [
        figure
        for part in parts(names)
        for figure in measure(part)
        if not names or "did not" in str(figure["figure"]) or any(str(figure["figure"]).startswith(n) for n in names)
    ]
    for figure in figures:
        print(json.dumps(figure), flush=True)
    print(f"\n{_machine()}", file=sys.stderr)
    for figure in figures:
        value = float(str(figure["value"]))
        print(f"{figure['figure']!s:44} {value:10.2f} {figure['unit']!s:6} {_verdict(figure)}", file=sys.stderr)
    missed = [str(figure["figure"]) for figure in figures if not _kept(figure)]
    if missed:
        print(f"\nmissed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
