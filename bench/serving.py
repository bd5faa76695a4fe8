"""A fresh installation served over loopback, a logged-in browser, and timed requests."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from app.accounts import service as accounts
from app.core import migrate
from app.core.audiences import EVERYONE
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations.server import make_served
from tests.publication import counted

HOST, PORT = "127.0.0.1", 8941
STOP_SECONDS = 20
BASE = f"http://{HOST}:{PORT}"


@contextmanager
def served(store: Callable[[Database], str], role: str) -> Iterator[tuple[httpx.Client, str]]:
    """Yield a browser of somebody with ``role`` and what ``store`` returned when it filled the database."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data=Path(scratch), base_url=BASE)
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        database = Database(engine, KeyFolder(settings.data / "keys"))
        stored = store(database)
        with database.writing() as session:
            accounts.create_with_password(session, utc_now(), ("reader", "读者", role), counted.PASSWORD_HASH)
        engine.dispose()
        config = uvicorn.Config(make_served(settings, EVERYONE), host=HOST, port=PORT, log_level="error")
        transport = httpx.HTTPTransport(retries=5)
        client = httpx.Client(base_url=BASE, timeout=120, transport=transport, trust_env=False)
        with running(config), client:
            log_in(client)
            yield client, stored


@contextmanager
def running(config: uvicorn.Config) -> Iterator[None]:
    """Serve on a thread until the block is left, also by an error; a server that will not stop holds nobody up."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            if not thread.is_alive():
                message = "the server did not start"
                raise RuntimeError(message)
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)


def form_token(client: httpx.Client, path: str) -> str:
    """Return the form token of a page."""
    return client.get(path).text.split('name="form_token" value="')[1].split('"')[0]


def log_in(client: httpx.Client) -> None:
    """Log the reader in."""
    form = {"login": "reader", "password": counted.PASSWORD, "form_token": form_token(client, "/login")}
    client.post("/login", data=form, headers={"origin": BASE})


def timed(client: httpx.Client, path: str) -> float:
    """Return the milliseconds of one request, body included."""
    started = time.perf_counter()
    answer = client.get(path)
    milliseconds = (time.perf_counter() - started) * 1000
    answer.raise_for_status()
    return milliseconds


def fetched(client: httpx.Client, path: str) -> float:
    """Return the milliseconds until a file is here; RuntimeError where it never is."""
    started = time.perf_counter()
    made(client, path)
    return (time.perf_counter() - started) * 1000


def made(client: httpx.Client, path: str) -> bytes:
    """Return a file, asked for until it is here; RuntimeError where it never is."""
    for _ in range(6_000):
        answer = client.get(path)
        if answer.status_code != httpx.codes.SEE_OTHER:
            return answer.raise_for_status().content
        time.sleep(0.05)
    message = f"{path} was never ready"
    raise RuntimeError(message)


def p95(samples: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(samples, n=20, method="inclusive")[-1]


def tell(figure: str, value: float, unit: str = "ms") -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "value": round(value, 2), "unit": unit}), flush=True)
