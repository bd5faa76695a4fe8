"""Measure the result page of 100 units and 6 items through the real application over loopback, and what charts cost."""

import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import uvicorn

from app.accounts import service as accounts
from app.audit.service import SYSTEM
from app.core import migrate
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.settings import Settings
from app.main import create_app
from tests.publication import counted

UNITS, REQUESTS, CHARTS = 100, 200, 40
HOST, PORT = "127.0.0.1", 8941
BASE = f"http://{HOST}:{PORT}"


def store(database: Database) -> str:
    """Store the published round and a reader, and return the round's id."""
    paper = counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(UNITS)))
    round_id = counted.store_published(database, counted.make_votes(paper))
    with database.writing() as session:
        accounts.create_with_password(session, utc_now(), ("reader", SYSTEM.name, "leader"), counted.PASSWORD)
    return round_id


def log_in(client: httpx.Client) -> None:
    """Log the reader in."""
    token = client.get("/login").text.split('name="form_token" value="')[1].split('"')[0]
    form = {"login": "reader", "password": counted.PASSWORD, "form_token": token}
    client.post("/login", data=form, headers={"origin": BASE})


def timed(client: httpx.Client, path: str) -> float:
    """Return the milliseconds of one request, body included."""
    started = time.perf_counter()
    answer = client.get(path)
    milliseconds = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    return milliseconds


def p95(samples: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(samples, n=20, method="inclusive")[-1]


def tell(figure: str, value: float, unit: str = "ms") -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "value": round(value, 2), "unit": unit}), flush=True)


def measure(client: httpx.Client, round_id: str) -> None:
    """Ask for the page again and again, then once for each of some charts and the workbook."""
    page = f"/results/{round_id}"
    cold = timed(client, page)
    for _ in range(5):
        timed(client, page)
    tell("result_page_p95_ms", p95([timed(client, page) for _ in range(REQUESTS)]))
    unit_page = f"{page}/units/u0"
    timed(client, unit_page)
    tell("result_unit_page_p95_ms", p95([timed(client, unit_page) for _ in range(REQUESTS // 4)]))
    tell("result_page_cold_ms", cold)
    rows = [f"{page}/units/u{place}/rows/0.svg" for place in range(CHARTS)]
    timed(client, f"{page}/units/u{UNITS - 1}/rows/0.svg")
    tell("result_row_chart_first_ms", statistics.median([timed(client, path) for path in rows]))
    tell("result_row_chart_again_ms", statistics.median([timed(client, path) for path in rows]))
    tell("result_overall_chart_first_ms", timed(client, f"{page}/charts/overall.svg"))
    tell("result_export_ms", timed(client, f"{page}/export.xlsx"))
    print(f"{UNITS} units, {len(client.get(page).content) / 1e6:.2f} MB of HTML", file=sys.stderr)


def main() -> None:
    """Serve a fresh installation and measure it."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data=Path(scratch), base_url=BASE)
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        round_id = store(Database(engine))
        engine.dispose()
        server = uvicorn.Server(uvicorn.Config(create_app(settings), host=HOST, port=PORT, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        with httpx.Client(base_url=BASE, timeout=60, transport=httpx.HTTPTransport(retries=5)) as client:
            while not server.started:
                time.sleep(0.05)
            log_in(client)
            measure(client, round_id)
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
