"""The played hall finds what the box counted, says so, and leaves nothing behind."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.db import Base, Database
from app.core.key_folder import SettingsError
from app.operations import demo, hall
from app.operations.printed import printed_codes
from app.slips.printing import slips_pdf
from app.slips.sheets import SlipSheet
from tests.cast import refuses
from tests.factories import count_box
from tests.operations.conftest import Running

KEPT = {"audit_entry", "unknown_code_count"}
"""What happened stays written down: acts, and how many unknown codes a minute had."""


def rows(database: Database) -> dict[str, int]:
    with database.reading() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


@pytest.mark.parametrize("kind", ["own", "points"])
def test_it_works(running: Running, database: Database, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """A paper of three sections, and one on which all is answered in points."""
    before = rows(database)
    assert hall.play(running.settings, running.url, (kind, 24, 0.3)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "counted = cast"
    after = rows(database)
    assert {name: count for name, count in after.items() if name not in KEPT} == {
        name: count for name, count in before.items() if name not in KEPT
    }


def test_it_plays_phones_into_the_demo(running: Running, database: Database) -> None:
    handed_out = sum(len(codes) for codes in running.demo.codes.values())
    assert hall.play(running.settings, running.url, ("demo", 25, 0.2)) == 0
    assert count_box(database, running.demo.round_id) == (25, 25)
    left = demo.load(running.settings.data)
    assert left is not None
    assert sum(len(codes) for codes in left.codes.values()) == handed_out - 25


def test_it_plays_phones_with_printed_slips(
    running: Running, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A round of which nobody has the codes but who printed them."""
    slips = tmp_path / "测评票.pdf"
    sheet = SlipSheet("群众满意度测评", "服务对象", 40, "第一轮", "http://a/v", "http://a/v#", "")
    codes = [code for group in running.demo.codes.values() for code in group][:20]
    slips.write_bytes(slips_pdf([(sheet, codes)]))
    assert printed_codes(slips) == codes
    assert hall.play(running.settings, running.url, ("own", 12, 0.2), slips) == 0
    assert count_box(database, running.demo.round_id) == (12, 12)
    capsys.readouterr()
    assert hall.play(running.settings, running.url, ("own", 20, 0.2), slips) == 1
    said = capsys.readouterr().out
    assert "8 of the slips were used" in said
    assert "12 more were not taken: they were used before" in said
    assert "print more" in said
    assert count_box(database, running.demo.round_id) == (20, 20)
    with refuses("slips_all_refused") as refused:
        hall.play(running.settings, running.url, ("own", 20, 0.2), slips)
    assert refused.value.params == {"count": 20}
    assert count_box(database, running.demo.round_id) == (20, 20)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing", b"9AK6-19V7-ZT47-F"])
def test_it_refuses_a_file_without_codes(tmp_path: Path, content: bytes) -> None:
    slips = tmp_path / "slips.pdf"
    slips.write_bytes(content)
    with refuses("slips_without_codes"):
        printed_codes(slips)
    with refuses("slips_without_codes"):
        printed_codes(tmp_path / "nowhere.pdf")


def test_it_says_so_when_nobody_answers(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    first = hall.first_difference(Counter({("u", "i", "g", "0"): 2}), Counter({("u", "i", "g", "0"): 3}))
    assert first == "u / i / g / 0: counted 2, cast 3"
    assert hall.first_difference(Counter(), Counter()) is None
    other = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # answers everything by 501
    with other, ThreadPoolExecutor() as beside:
        beside.submit(other.serve_forever, 0.05)
        try:
            assert hall.play(running.settings, f"http://127.0.0.1:{other.server_port}", ("own", 5, 0.0)) == 1
        finally:
            other.shutdown()
    assert "counted = cast" not in capsys.readouterr().out
    with pytest.raises(SettingsError, match="no plain address"):
        hall.play(running.settings, running.url + "/nowhere", ("own", 5, 0.0))
