"""The stand-alone verifier on archive packages: whatever was changed, added, dropped, moved or signed anew is said."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.archive.domain import MANIFEST, SUMS, Member, sums_of
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.core.signing import public_half, signed
from app.operations import verify
from app.operations.verify import UnreadableError, Wanted, report
from tests.archive.packages import is_right, make_package, make_published, note, opened, said, stored
from tests.conftest import BASE_URL, fresh_database
from tests.found import some
from tests.publication import counted

OTHER = bytes(range(1, 33))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The installation that all packages are made in: whoever checks one asks it for nothing."""
    data = tmp_path_factory.mktemp("archived")
    with fresh_database(request, data) as url:
        yield Settings(data=data, MANYIDU_DATABASE_URL=url, base_url=BASE_URL, pool_size=5)


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    database = Database(make_engine(settings.sqlalchemy_url, settings.pool_size), KeyFolder(settings.data / "keys"))
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def content(database: Database, settings: Settings) -> bytes:
    round_id, organiser = make_published(database, settings)
    note(database, round_id, organiser)
    return make_package(settings, round_id, organiser)


def key_of(settings: Settings) -> str:
    return public_half(KeyFolder(settings.data / "keys").signing_key()).hex()


def wrongs(folder: Path, content: bytes, **wanted: str) -> str:
    found = [finding for finding in said(folder, content, **wanted) if not finding.right]
    assert all(finding.zh and finding.en for finding in some(found))
    return " ".join(finding.zh for finding in found)


def test_it_works(settings: Settings, tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(content)
    assert report([path], Wanted(key=key_of(settings)), "zh") == 0
    assert "全部正确" in capsys.readouterr().out
    files = opened(content)
    receipts = json.loads(files["receipts.json"])
    assert is_right(tmp_path, content, root=receipts["root"], receipt=receipts["receipts"][0])
    (tmp_path / "receipts.json").write_bytes(files["receipts.json"])
    assert report([path, tmp_path / "receipts.json"], Wanted(), "en") == 0


def test_it_finds_every_file_that_was_changed(tmp_path: Path, content: bytes) -> None:
    files = opened(content)
    for name in files:
        changed = {**files, name: files[name][:-2] + bytes([files[name][-2] ^ 1]) + files[name][-1:]}
        try:
            told = wrongs(tmp_path, stored(list(changed.items())))
        except UnreadableError:
            told = "unreadable" if name == MANIFEST else ""
        assert told, name


def test_it_finds_every_file_that_was_dropped(tmp_path: Path, content: bytes) -> None:
    files = opened(content)
    for name in set(files) - {MANIFEST}:
        left = [(each, body) for each, body in files.items() if each != name]
        assert ("缺少文件" if name != SUMS else "校验值表") in wrongs(tmp_path, stored(left)), name


def test_it_finds_what_was_added_or_moved(tmp_path: Path, content: bytes) -> None:
    members = list(opened(content).items())
    assert "多出一个文件：notes.txt" in wrongs(tmp_path, stored([*members, ("notes.txt", b"x")]))
    assert "顺序不对" in wrongs(tmp_path, stored([*members[:2], members[3], members[2], *members[4:]]))


def resigned(files: dict[str, bytes], seed: bytes, **changes: object) -> bytes:
    """Sign the manifest anew over the files as they are."""
    rest = [Member(name, body) for name, body in files.items() if name not in {MANIFEST, SUMS}]
    sums = sums_of(rest)
    told = {**json.loads(files[MANIFEST]), "sums": Member("", sums).digest, "files": len(rest), **changes}
    manifest = json.dumps(signed(seed, {key: value for key, value in told.items() if key != "signature"})).encode()
    ordered = sorted(rest, key=lambda member: member.name)
    return stored([(MANIFEST, manifest), (SUMS, sums), *((member.name, member.content) for member in ordered)])


def test_it_finds_what_was_signed_by_another_key(settings: Settings, tmp_path: Path, content: bytes) -> None:
    forged = resigned(opened(content), OTHER)
    told = wrongs(tmp_path, forged)
    assert "结果第 1 版与生成时的签名不符" in told
    assert "回执名单不是本轮的" in told
    assert "不是您给出的公钥" in wrongs(tmp_path, forged, key=key_of(settings))


def _other_paper(files: dict[str, bytes]) -> None:
    files["paper/paper.json"] = files["paper/paper.json"].replace("第一".encode(), "第二".encode())


def _other_figures(files: dict[str, bytes]) -> None:
    files["results/version-1.json"] = files["results/version-1.json"].replace(b'"count":', b'"Count":', 1)


def _no_receipt(files: dict[str, bytes]) -> None:
    told = json.loads(files["receipts.json"])
    files["receipts.json"] = json.dumps({**told, "receipts": told["receipts"][1:]}).encode()


def _entry_changed(files: dict[str, bytes]) -> None:
    told = json.loads(files["audit.json"])
    told["entries"][1]["actor_name"] = "别人"
    files["audit.json"] = json.dumps(told).encode()


def _detail_moved(files: dict[str, bytes]) -> None:
    told = json.loads(files["audit.json"])
    told["entries"][2]["detail"] = told["entries"][1]["detail"]
    files["audit.json"] = json.dumps(told).encode()


def _entries_moved(files: dict[str, bytes]) -> None:
    told = json.loads(files["audit.json"])
    told["entries"].reverse()
    files["audit.json"] = json.dumps(told).encode()


def _other_head(files: dict[str, bytes]) -> None:
    told = json.loads(files["audit.json"])
    told["log"]["head"] = "0" * 64
    files["audit.json"] = json.dumps(told).encode()


def _no_letter(files: dict[str, bytes]) -> None:
    del files["letters/letter-001.docx"]


def _letter_more(files: dict[str, bytes]) -> None:
    files["letters/letter-999.docx"] = files["letters/letter-001.docx"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_other_paper, "测评表不是本轮冻结的"),
        (_other_figures, "结果第 1 版与生成时的签名不符"),
        (_no_receipt, "回执名单不是本轮的"),
        (_no_letter, "与结果中的"),
        (_letter_more, "与结果中的"),
        (_entry_changed, "操作日志第"),
        (_detail_moved, "操作日志第"),
        (_entries_moved, "操作日志第"),
        (_other_head, "最后一条"),
    ],
)
def test_it_finds_what_was_changed_by_whoever_has_the_key(
    settings: Settings, tmp_path: Path, content: bytes, change: Callable[[dict[str, bytes]], None], words: str
) -> None:
    files = opened(content)
    change(files)
    seed = KeyFolder(settings.data / "keys").signing_key()
    assert words in wrongs(tmp_path, resigned(files, seed), key=key_of(settings))


def test_it_finds_files_of_another_round(
    database: Database, settings: Settings, tmp_path: Path, content: bytes
) -> None:
    other = opened(make_package(settings, counted.store_published(database, counted.make_votes()), counted.ZHANG))
    files, seed = opened(content), KeyFolder(settings.data / "keys").signing_key()
    root = json.loads(files["receipts.json"])["root"]
    for name in ("paper/paper.json", "results/version-1.signed.json", "results/result.json", "audit.json"):
        assert wrongs(tmp_path, resigned({**files, name: other[name]}, seed)), name
    whole = stored(list(other.items()))
    assert is_right(tmp_path, whole)
    assert not is_right(tmp_path, whole, root=root)
    (tmp_path / "one.zip").write_bytes(content)
    (tmp_path / "two.zip").write_bytes(whole)
    assert report([tmp_path / "one.zip", tmp_path / "two.zip"], Wanted(), "zh") == 1


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(MANIFEST, bytes(64 * 1024**2))
    return out.getvalue()


def _twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(MANIFEST, b"{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr(MANIFEST, b"{}")
    return out.getvalue()


@pytest.mark.parametrize("name", ["../out.txt", "/etc/passwd", "a/../../b", "c:\\x", "a\\b", "é.txt", "a//b", "dir/"])
def test_it_refuses_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableError):
        said(tmp_path, stored([(MANIFEST, b"{}"), (name, b"x")]))


def test_it_refuses_bombs_and_what_is_packed_otherwise(tmp_path: Path, content: bytes) -> None:
    members = list(opened(content).items())
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in members:
            file.writestr(name, body)
    many = stored([(f"f{at}", b"") for at in range(verify.MOST_FILES + 1)])
    about = [b"x" + content, content + b"x", content[:-1], content[:4000], b"PK"]
    for each in [_bomb(), _twice(), squeezed.getvalue(), many, *about]:
        with pytest.raises(UnreadableError):
            said(tmp_path, each)
    with pytest.raises(UnreadableError):
        said(tmp_path, stored([("other.txt", b"x")]))


def test_what_cannot_be_opened_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "archive.zip"
    path.write_bytes(_bomb())
    assert report([path], Wanted(), "en") == 1
    assert "no archive package" in capsys.readouterr().out


ODD: tuple[object, ...] = (None, 10**30, "\ud800", [None], {"x": []})
JSONS = {
    MANIFEST: 2, "results/version-1.json": 3, "results/version-1.signed.json": 1, "results/result.json": 1,
    "receipts.json": 2, "audit.json": 3, "paper/paper.json": 1,
}  # fmt: skip
"""The documents of a package, and how deep what is read of them lies."""


def changed_at_one_place(told: object, depth: int) -> Iterator[object]:
    """Yield a document with every part of it, down to a depth, turned into each odd thing; of lists the first part."""
    yield from ODD
    if depth and isinstance(told, dict):
        for key, value in told.items():
            yield from ({**told, key: other} for other in changed_at_one_place(value, depth - 1))
            yield {name: each for name, each in told.items() if name != key}
    elif depth and isinstance(told, list) and told:
        yield from ([other, *told[1:]] for other in changed_at_one_place(told[0], depth - 1))


@pytest.mark.parametrize("name", JSONS)
def test_whatever_a_forged_package_says_is_a_finding(tmp_path: Path, content: bytes, name: str) -> None:
    files = opened(content)
    assert name in files
    for told in changed_at_one_place(json.loads(files[name]), JSONS[name]):
        body = json.dumps(told).encode()
        if name == MANIFEST:
            forged = stored([(each, body if each == MANIFEST else other) for each, other in files.items()])
        else:
            forged = resigned({**files, name: body}, OTHER)
        path = tmp_path / "forged.zip"
        path.write_bytes(forged)
        assert report([path], Wanted(), "zh") in {0, 1}
