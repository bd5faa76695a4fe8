"""Measure what a phone fetches from the scan to the filled page: every byte of body, as sent with gzip allowed."""

import json
import sys
import tempfile
from pathlib import Path

import httpx
from starlette.testclient import TestClient

from app.core import migrate
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from app.operations import demo
from app.operations.phone import read_page

BASE = "http://127.0.0.1:8000"


def sizes(client: TestClient, code: str) -> dict[str, int]:
    """Return the bytes on the wire by address: entry, paper, and what both refer to, each once."""
    found: dict[str, int] = {}

    def fetch(response: httpx.Response) -> str:
        found[response.request.url.path] = int(response.headers["content-length"])
        return response.text

    entry = read_page(fetch(client.get("/v")))
    paper = read_page(fetch(client.post("/v/paper", data={**entry.hidden, "code": code})))
    wanted = {*entry.assets, *paper.assets}
    while wanted:
        asset = wanted.pop()
        text = fetch(client.get(asset))
        if ".js" in asset:
            modules = [line.split('"')[1] for line in text.splitlines() if line.startswith(("import", "export {"))]
            wanted |= {f"/static/js/{name.removeprefix('./')}" for name in modules} - found.keys()
    return found


def main() -> None:
    """Measure the demo's paper: 8 units of 6 items, with remarks."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch)
        settings = Settings(data=data, base_url=BASE)
        engine = make_engine(settings.sqlalchemy_url)
        migrate.upgrade(engine)
        made = demo.make(Database(engine), KeyFolder(data / "keys"), data, utc_now())
        engine.dispose()
        with TestClient(wrap(build_api(settings, utc_now), settings), base_url=BASE) as client:
            found = sizes(client, next(iter(made.codes.values()))[0])
    for path, size in sorted(found.items()):
        print(f"{size:7d}  {path}", file=sys.stderr)
    print(json.dumps({"figure": "first_load_kb", "value": round(sum(found.values()) / 1024, 1), "unit": "KB"}))


if __name__ == "__main__":
    main()
