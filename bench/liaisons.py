"""Measure 63 liaisons: upload of the list, preview, and the sheet of their one-time links, as an organiser sends it."""

import io
import re
import time
from datetime import UTC, datetime
from html import unescape

import httpx
import xlsxwriter

from app.campaigns import service
from app.core.acting import Principal
from app.core.db import Database
from bench.serving import BASE, form_token, served, tell

LIAISONS = 63
CARRIED = re.compile(r'name="rows" value="([^"]*)"')


def store(database: Database) -> str:
    """Store a campaign of as many units and return its id."""
    with database.writing() as session:
        now, organiser = datetime.now(UTC), Principal("bench", "张三", "organiser")
        campaign_id = service.create_campaign(session, now, organiser, "作风建设年活动", "县文化局")
        service.add_units(session, now, organiser, campaign_id, [f"第{number}单位甲" for number in range(LIAISONS)])
        return campaign_id


def workbook() -> bytes:
    """Return the list."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("联络员")
        for row, line in enumerate([("姓名", "单位"), *((f"联络员{n}甲", f"第{n}单位甲") for n in range(LIAISONS))]):
            sheet.write_row(row, 0, line)
    return target.getvalue()


def measure(client: httpx.Client, campaign_id: str) -> None:
    """Go the whole way once; what the person decides is not in it."""
    path, content, origin = f"/campaigns/{campaign_id}/liaisons/import", workbook(), {"origin": BASE}
    started = time.perf_counter()
    token = form_token(client, path)
    page = client.post(path, data={"form_token": token}, files={"workbook": ("名单.xlsx", content)}, headers=origin)
    found = CARRIED.search(page.text)
    if found is None:
        raise SystemExit("the list was not read")
    sheet = client.post(f"{path}/confirm", data={"form_token": token, "rows": unescape(found[1])}, headers=origin)
    if sheet.text.count('class="link-strip"') != LIAISONS:
        raise SystemExit("not everybody has a link")
    tell("liaisons_63_s", time.perf_counter() - started, "s")


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "organiser") as (client, campaign_id):
        measure(client, campaign_id)


if __name__ == "__main__":
    main()
