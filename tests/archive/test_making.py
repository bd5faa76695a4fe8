"""A package holds what an organiser may see and no more, reads without the product, and is the same made twice."""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import docx
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.archive import contents
from app.archive.making import text_of
from app.audit import service
from app.box.models import Remark
from app.core.acting import Principal
from app.core.db import Database, pause
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.core.signing import public_half
from app.publication.models import ResultVersion
from tests.archive.packages import is_right, make_package, make_published, note, opened
from tests.publication import counted


def test_it_works(database: Database, settings: Settings, tmp_path: Path) -> None:
    round_id, organiser = make_published(database, settings)
    note(database, round_id, organiser)
    content = make_package(settings, round_id, organiser)
    files = opened(content)
    assert set(files) >= {
        "MANIFEST.json", "SHA256SUMS", "audit.json", "index.html", "minutes.json", "paper/paper.html",
        "paper/paper.json", "receipts.json", "reports/brief.pdf", "reports/report.docx", "reports/result.xlsx",
        "reports/scrutiny.docx", "results/result.json", "results/version-1.json", "results/version-1.signed.json",
        "verify.py",
    }  # fmt: skip
    key = public_half(KeyFolder(settings.data / "keys").signing_key()).hex()
    assert is_right(tmp_path, content, key=key)
    actions = [entry["action"] for entry in json.loads(files["audit.json"])["entries"]]
    assert actions[-1] == "round.package"
    assert {"round.create", "round.root", "round.count", "result.publish"} <= set(actions)


def test_it_holds_a_letter_to_every_unit(database: Database, settings: Settings) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    files = opened(make_package(settings, round_id, counted.ZHANG))
    page = files["index.html"].decode()
    letters = sorted(name for name in files if name.startswith("letters/"))
    assert len(letters) == len(counted.UNITS)
    for name, unit in zip(letters, counted.UNITS, strict=True):
        text = "".join(paragraph.text for paragraph in docx.Document(BytesIO(files[name])).paragraphs)
        assert [other for other in counted.UNITS if other in text] == [unit]
        assert f"给“{unit}”的反馈函" in page
    with zipfile.ZipFile(BytesIO(files[letters[0]])) as written:
        assert {entry.date_time[0] for entry in written.infolist()} == {1980}


def test_it_is_checked_without_the_product(database: Database, settings: Settings, tmp_path: Path) -> None:
    round_id, organiser = make_published(database, settings)
    content = make_package(settings, round_id, organiser)
    (tmp_path / "kept.zip").write_bytes(content)
    (tmp_path / "verify.py").write_bytes(opened(content)["verify.py"])
    command = [sys.executable, "-I", "verify.py", "kept.zip", "--lang", "zh"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert "全部正确" in done.stdout
    assert "供组织单位存档" in done.stdout


def test_it_is_the_same_made_twice(database: Database, settings: Settings) -> None:
    round_id, organiser = make_published(database, settings)
    first = make_package(settings, round_id, organiser)
    assert first == make_package(settings, round_id, organiser)
    words = [content for name, content in opened(first).items() if name.endswith(".docx")]
    dates = {entry.date_time[0] for one in words for entry in zipfile.ZipFile(io.BytesIO(one)).infolist()}
    assert dates == {1980}, "a second later it is the same too"


def test_its_page_needs_nothing_from_elsewhere(database: Database, settings: Settings) -> None:
    round_id, organiser = make_published(database, settings)
    files = opened(make_package(settings, round_id, organiser))
    for name in ("index.html", "paper/paper.html"):
        text = files[name].decode()
        assert "<script" not in text
        assert not re.search(r"(src|href)=\"(https?:)?//", text)
        assert 'lang="en"' in text
    linked = set(re.findall(r'href="([^"]+)"', files["index.html"].decode()))
    assert linked == set(files)
    assert "供组织单位存档" in files["index.html"].decode()


def _everything(content: bytes) -> bytes:
    """Return all that is in a package, office files unpacked."""
    found = b""
    for name, body in opened(content).items():
        if name.endswith((".docx", ".xlsx")):
            with zipfile.ZipFile(BytesIO(body)) as inner:
                found += b"".join(inner.read(each) for each in inner.namelist())
        found += body
    return found


def test_it_holds_no_remark_that_was_kept_back(database: Database, settings: Settings) -> None:
    few = counted.store_published(database, counted.make_votes(remarks=0))
    with database.writing() as session:
        unit = session.scalars(sa.select(Remark.unit_id)).first()
        assert unit is None
        session.add(Remark(round_id=few, id=b"1" * 16, unit_id="u0", text="金丝雀意见一条"))
    assert "金丝雀".encode() not in _everything(make_package(settings, few, counted.ZHANG))
    many = counted.store_published(database, counted.make_votes(remarks=12))
    assert counted.WORDS[0].encode() in _everything(make_package(settings, many, counted.ZHANG))


def test_it_leaves_out_what_was_never_released(database: Database, settings: Settings, tmp_path: Path) -> None:
    round_id = counted.store_published(database, counted.make_votes(spare=6), "leaders", "public")
    assert counted.correct(database, round_id, {"g0": (4, 2)})
    files = opened(make_package(settings, round_id, counted.ZHANG))
    assert json.loads(files["MANIFEST.json"])["versions"] == [1, 2]
    assert "漏数剩余票" in files["index.html"].decode()
    with database.writing() as session:
        row = session.get_one(ResultVersion, (round_id, 2))
        kept = {column: getattr(row, column) for column in ("document", "digest", "reason", "created_at")}
        session.add(ResultVersion(round_id=round_id, version=3, code="UNRELEASED", **kept))
    content = make_package(settings, round_id, counted.ZHANG)
    files = opened(content)
    assert "results/version-3.json" not in files
    assert json.loads(files["MANIFEST.json"])["held_back"] == 1
    assert is_right(tmp_path, content)


def meanwhile(monkeypatch: pytest.MonkeyPatch, acts: Iterable[Callable[[], object]]) -> None:
    """Have something happen in the midst of each reading of a package, where its session pauses."""
    left = iter(acts)

    def entries_about(session: Session, round_id: str) -> Sequence[service.Entry]:
        pause(session, "reading a result")
        next(left, lambda: None)()
        return service.entries_about(session, round_id)

    monkeypatch.setattr(contents, "entries_about", entries_about)


def read_all(database: Database, settings: Settings, round_id: str) -> contents.Contents:
    with database.reading() as session:
        return contents.contents_of(session, KeyFolder(settings.data / "keys"), round_id, counted.AT)


def test_what_is_corrected_or_withdrawn_while_it_is_read_leaves_no_parts_that_contradict_each_other(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result and its reports were of version 1 beside figures of version 2, which was nowhere in the package."""
    round_id = counted.store_published(database, counted.make_votes(spare=6), "leaders", "public")
    with monkeypatch.context() as patched:
        meanwhile(patched, [partial(counted.withdraw, database, round_id)])
        found = read_all(database, settings, round_id)
    assert any(release.withdrawn_at for release in found.releases)
    with monkeypatch.context() as patched:
        meanwhile(patched, [partial(counted.correct, database, round_id, {"g0": (4, 2)})])
        found = read_all(database, settings, round_id)
    assert found.result.version == 2
    assert [version.line.version for version in found.versions] == [1, 2]
    assert {release.version for release in found.releases} == {1, 2}


def test_it_refuses_what_does_not_settle(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    round_id = counted.store_published(database, counted.make_votes())
    acts = [partial(counted.release, database, round_id, scope) for scope in ("unit", "public", "participants")]
    with monkeypatch.context() as patched:
        meanwhile(patched, acts)
        with pytest.raises(DomainError, match="package_unsettled"):
            make_package(settings, round_id, counted.ZHANG)
    assert opened(make_package(settings, round_id, counted.ZHANG))


@pytest.mark.parametrize("role", ["leader", "liaison", "auditor", "sysadmin", "scrutineer"])
def test_it_refuses_whoever_sees_less(database: Database, settings: Settings, role: str) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    with pytest.raises(DomainError, match="role_refused"):
        make_package(settings, round_id, Principal("other", "李四", role))


def test_it_refuses_what_is_not_published(database: Database, settings: Settings) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with pytest.raises(DomainError, match="result_not_published"):
        make_package(settings, round_id, counted.ZHANG)


def test_documents_are_json_that_people_can_read() -> None:
    told = {"题": '中\u2028\x01\x7f"\\</', "none": None, "list": [1, 2.5, True, [], {}, ("甲",)], "big": 10**20}
    assert text_of(told) == (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    for bad in (float("nan"), float("inf"), {1}, b"x"):
        with pytest.raises((ValueError, TypeError)):
            text_of({"bad": bad})
