"""Render every report to PNG, several pages a picture, to look at: into docs/screenshots/reports or the folder named.

Run from the project's folder: .venv/bin/python -m scripts.pictures.reports [FOLDER]
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import sqlalchemy as sa
from PIL import Image
from starlette.testclient import TestClient

from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from app.operations import demo
from app.rectification.models import RemedialOrder
from app.rounds.domain import RoundState
from app.rounds.models import Round
from scripts.pictures.camera import TARGET
from tests.cast import MORNING, Desk
from tests.publication import counted
from tests.rectification.documents.test_notices import make_retest
from tests.rectification.flagged import make_action, make_ledger, plan_id_of
from tests.rectification.pages.test_documents import NEWS, NOTICE

DPI = 60
MAKING_SECONDS = 60
COLUMNS, PAGES = 4, 8
MOST_PICTURES = 3
COLOURS = 128
BUREAUS = (
    "县发展和改革局", "县教育局", "县科学技术局", "县工业和信息化局", "县公安局", "县民政局", "县司法局", "县财政局",
    "县人力资源和社会保障局", "县自然资源和规划局", "县住房和城乡建设局（县人民防空办公室）", "县交通运输局",
    "县水利局", "县农业农村局", "县商务局", "县文化广电旅游和体育局", "县卫生健康局", "县退役军人事务局",
    "县应急管理局", "县审计局", "县市场监督管理局（县知识产权局）", "县统计局", "县医疗保障局", "县信访局",
    "县林业局", "县行政审批服务局", "县税务局", "县气象局", "县供销合作社联合社", "县公共资源交易中心",
    "城关镇人民政府", "东河镇人民政府", "南山镇人民政府", "西坪镇人民政府", "北川乡人民政府", "石桥乡人民政府",
    "白水乡人民政府", "青龙街道办事处", "新城街道办事处", "县经济技术开发区管理委员会综合行政执法大队",
)  # fmt: skip
HOSTILE = (
    "=1+1", "<script>alert(1)</script>", "{{ 7*7 }}{% raw %}", "甲\x00\x0b乙", "🎉👨‍👩‍👧办事大厅",
    "\u202eمكتب\u202c", "很长很长的单位名称" * 20, '#image("/etc/passwd")',
)  # fmt: skip
FONTS = {
    "Noto Serif CJK SC": ("仿宋", "仿宋_GB2312", "方正小标宋简体", "楷体", "楷体_GB2312", "宋体"),
    "Noto Sans CJK SC": ("黑体", "等线"),
    "Liberation Serif": ("Times New Roman",),
    "Liberation Sans": ("Calibri",),
}
"""What stands in for the fonts of GB/T 9704, which may not be given away."""


class Darkroom:
    """Turns files into pictures of their pages with LibreOffice and pdftoppm."""

    def __init__(self, scratch: Path, target: Path) -> None:
        self._scratch, self._target = scratch, target
        (scratch / "fonts.conf").write_text(_font_names(), "utf-8")

    def take(self, name: str, content: bytes) -> None:
        """Take a Word, Excel or PDF file; ``name`` bears its extension."""
        (self._scratch / name).write_bytes(content)

    def develop(self) -> None:
        """Picture the pages of everything that was taken, and keep them."""
        office = [str(path) for path in sorted(self._scratch.iterdir()) if path.suffix in {".docx", ".xlsx"}]
        self._run("soffice", f"-env:UserInstallation=file://{self._scratch}/office", "--headless",
                  "--convert-to", "pdf", "--outdir", str(self._scratch), *office)  # fmt: skip
        for path in sorted(self._scratch.glob("*.pdf")):
            self._run("pdftoppm", "-r", str(DPI), "-png", str(path), str(path.with_suffix("")) + "-page")
            pages = [Image.open(page).convert("RGB") for page in sorted(self._scratch.glob(f"{path.stem}-page*.png"))]
            for first in range(0, min(len(pages), MOST_PICTURES * PAGES), PAGES):
                self._keep(f"{path.stem}-{first // PAGES + 1}", pages[first : first + PAGES])

    def _run(self, *command: str) -> None:
        environment = {**os.environ, "FONTCONFIG_FILE": str(self._scratch / "fonts.conf")}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    def _keep(self, name: str, pages: list[Image.Image]) -> None:
        width, height = max(page.width for page in pages) + 8, max(page.height for page in pages) + 8
        columns = min(COLUMNS, len(pages))
        sheet = Image.new("RGB", (columns * width, -(-len(pages) // columns) * height), "#5d6b7a")
        for place, page in enumerate(pages):
            sheet.paste(page, (place % columns * width + 4, place // columns * height + 4))
        sheet.quantize(COLOURS).save(self._target / f"{name}.png", optimize=True)
        print(name)


def _font_names() -> str:
    aliases = "".join(
        f"<alias binding='same'><family>{name}</family><prefer><family>{ours}</family></prefer></alias>"
        for ours, names in FONTS.items()
        for name in names
    )
    return f"<fontconfig><include ignore_missing='yes'>/etc/fonts/fonts.conf</include>{aliases}</fontconfig>"


@contextmanager
def installation(folder: Path, fill: Callable[[Database, Path], str]) -> Iterator[tuple[TestClient, Database, str]]:
    """Yield a browser and the database of a fresh installation, and what ``fill`` returned."""
    folder.mkdir()
    settings = Settings(data=folder)
    engine = make_engine(settings.sqlalchemy_url)
    migrate.upgrade(engine)
    database = Database(engine, KeyFolder(folder / "keys"))
    filled = fill(database, folder)
    app = wrap(build_api(settings, lambda: MORNING), settings)
    with TestClient(app, base_url=settings.base_url, follow_redirects=False) as client:
        yield client, database, filled
    engine.dispose()


def results(room: Darkroom, client: TestClient, round_id: str, name: str) -> None:
    """Picture every report of a result, and the letters to its first two units."""
    base = f"/results/{round_id}"
    room.take(f"{name}-report.docx", _fetched(client, f"{base}/report.docx"))
    room.take(f"{name}-scrutiny.docx", _fetched(client, f"{base}/scrutiny.docx"))
    room.take(f"{name}-workbook.xlsx", _fetched(client, f"{base}/export.xlsx"))
    room.take(f"{name}-brief.pdf", _fetched(client, f"{base}/brief.pdf"))
    room.take(f"{name}-notice.pdf", _fetched(client, f"/notices/{round_id}/notice.pdf"))
    with zipfile.ZipFile(io.BytesIO(_fetched(client, f"{base}/letters.zip"))) as letters:
        for place, letter in enumerate(sorted(letters.namelist())[:2], start=1):
            room.take(f"{name}-letter-{place}.docx", letters.read(letter))


def _fetched(client: TestClient, path: str) -> bytes:
    return _made(client, client.get(path))


def _made(client: TestClient, answer: httpx.Response) -> bytes:
    """Return the file, waiting on the page of its job where it takes long."""
    deadline = time.monotonic() + MAKING_SECONDS
    while answer.status_code == 303 or "refresh" in answer.headers:  # noqa: PLR2004 - see other
        if time.monotonic() > deadline:
            sys.exit(f"{answer.url}: not made in time")
        time.sleep(0.1)
        _, _, path = answer.headers.get("refresh", "").partition("url=")
        answer = client.get(answer.headers.get("location") or path or answer.url)
    if answer.status_code != 200:  # noqa: PLR2004 - the one status of a download
        sys.exit(f"{answer.url}: {answer.status_code}")
    return bytes(answer.content)


def demo_round(database: Database, folder: Path) -> str:
    """Make the demo and return the published round of its campaign."""
    demo.make(database, KeyFolder(folder / "keys"), folder, MORNING)
    with database.reading() as session:
        published = sa.select(Round.id).where(Round.state == RoundState.PUBLISHED, Round.title == demo.FIRST_ROUND)
        return str(session.scalars(published).one())


def bureaus(database: Database, _: Path) -> str:
    """Publish a round over 40 units, with the range where rates may lie beside them."""
    paper = counted.make_paper(BUREAUS)
    paper = replace(paper, scheme=replace(paper.scheme, intervals=True))
    return counted.store_published(database, counted.make_votes(paper, 0.8), *demo.SCOPES)


def hostile(database: Database, _: Path) -> str:
    """Publish a round whose names try to be something else than names."""
    paper = counted.make_paper(HOSTILE, title=HOSTILE[0], campaign=HOSTILE[1], organisation=HOSTILE[2])
    return counted.store_published(database, counted.make_votes(paper), *demo.SCOPES)


def rectification(room: Darkroom, folder: Path) -> None:
    """Picture the Word files and the ledger of 补课."""
    actions = (make_action(), make_action(problem="下乡演出场次少", commitment="全年送戏下乡不少于六十场"))
    with installation(folder, lambda database, _: make_ledger(database, *actions)[0].campaign_id) as made:
        client, database, campaign_id = made
        make_retest(database)
        with database.reading() as session:
            order_id = session.scalars(sa.select(RemedialOrder.id)).one()
            plan = f"plans/{plan_id_of(session, order_id)}"
        desk, order = Desk(client, database, KeyFolder(folder / "keys"), "zhangsan"), f"orders/{order_id}"
        campaign = f"campaigns/{campaign_id}"
        for name, path in (
            ("order", f"{order}/notice.docx"), ("plan", f"{plan}/plan.docx"), ("summary", f"{order}/summary.docx"),
            ("campaign-summary", f"{campaign}/summary.docx"), ("ledger", "ledger.docx"),
            ("ledger-sheet", "ledger.xlsx"),
        ):  # fmt: skip
            room.take(f"remedial-{name}.{path[-4:]}", _fetched(client, f"/rectification/{path}"))
        for name, fields in (("newsletter", NEWS), ("bulletin", NOTICE)):
            made_later = desk.post(f"/rectification/{campaign}/bulletin", **fields)
            room.take(f"remedial-{name}.docx", _made(client, made_later))


def main() -> None:
    """Take all pictures anew."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET / "reports"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "room").mkdir()
        room = Darkroom(scratch / "room", target)
        for world, fill in (("demo", demo_round), ("bureaus", bureaus), ("hostile", hostile)):
            with installation(scratch / world, fill) as (client, database, round_id):
                results(room, counted.log_in(client, database, "organiser", "guest"), round_id, world)
        rectification(room, scratch / "rectification")
        room.develop()


if __name__ == "__main__":
    main()
