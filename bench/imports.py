"""Measure the preview of an uploaded workbook: 2,000 opinions, masked, with number formats."""

import io
import statistics
import time
from datetime import UTC, datetime

import httpx
import xlsxwriter

from app.campaigns import service
from app.core.acting import Principal
from app.core.db import Database
from bench.serving import BASE, form_token, served, tell

ROWS, UPLOADS = 2_000, 5


def store(database: Database) -> str:
    """Store a campaign and return its id."""
    with database.writing() as session:
        organiser = Principal("bench", "张三", "organiser")
        return service.create_campaign(session, datetime.now(UTC), organiser, "作风建设年活动", "县文化局")


def workbook() -> bytes:
    """Return the workbook."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet, padded = book.add_worksheet("意见"), book.add_format({"num_format": "0000"})
        sheet.write_row(0, 0, ("来源", "编号", "责任单位", "意见内容"))
        for row in range(1, ROWS + 1):
            sheet.write_string(row, 0, "座谈会")
            sheet.write_number(row, 1, row, padded)
            sheet.write_string(
                row, 3, f"第 {row} 条：办事等候时间长，窗口少，希望延长开放时间，电话 0791-8623{row:04}。"
            )
    return target.getvalue()


def measure(client: httpx.Client, campaign_id: str) -> None:
    """Upload again and again; nothing is saved."""
    path, content, spent = f"/campaigns/{campaign_id}/opinions/import", workbook(), []
    for _ in range(UPLOADS):
        token = form_token(client, path)
        started = time.perf_counter()
        answer = client.post(
            path, data={"form_token": token}, files={"workbook": ("意见.xlsx", content)}, headers={"origin": BASE}
        )
        spent.append(time.perf_counter() - started)
        if answer.status_code != httpx.codes.OK or f"以下 {ROWS} 条意见" not in answer.text:
            raise SystemExit("the workbook was not read whole")
    tell("import_preview_s", statistics.median(spent), "s")


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "organiser") as (client, campaign_id):
        measure(client, campaign_id)


if __name__ == "__main__":
    main()
