"""Results are signed when they are stored and when they are sent; what was changed in the database is never signed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.settings import Settings
from app.core.signing import public_half
from app.main import build_api, wrap
from app.office.workshop import Workshop
from app.operations import verify
from app.operations.checks import run_checks
from app.operations.verify import Wanted
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.earlier import sign_earlier
from app.publication.models import ResultSignature, ResultVersion
from app.publication.signing import check_stored, sign
from app.publication.stored import stored_document
from app.publication.verdicts import written
from app.rounds.models import BoxRoot
from tests.cast import MORNING
from tests.conftest import BASE_URL
from tests.found import some
from tests.publication import counted

NewClient = Callable[[], TestClient]
ROOT = bytes(range(32))


def store_root(database: Database, round_id: str) -> None:
    with database.writing() as session:
        session.add(BoxRoot(round_id=round_id, root=ROOT, receipts=b""))


def store_published(database: Database, *scopes: str, spare: int = 0) -> str:
    """Store a published round whose box has a root."""
    round_id = counted.store_sealed(database, counted.make_votes(spare=spare))
    store_root(database, round_id)
    counted.count(database, round_id)
    for scope in scopes or ("leaders",):
        counted.release(database, round_id, scope)
    return round_id


def key_of(database: Database) -> str:
    return public_half(database.keys.signing_key()).hex()


def verdict(content: bytes, key: str, tmp_path: Path, **wanted: str) -> tuple[int, list[str]]:
    """Return what ``manyidu verify`` ends with, and says in Chinese."""
    file = tmp_path / "result.json"
    file.write_bytes(content)
    try:
        found = verify.check([verify.read(file)], Wanted(key=key, **wanted))
    except verify.UnreadableError as error:
        return 1, [str(error.args[0])]
    return int(not all(one.right for one in some(found))), [one.zh for one in found]


def download(client: TestClient, round_id: str) -> bytes:
    answer = client.get(f"/results/{round_id}/result.json")
    assert answer.status_code == 200
    content: bytes = answer.content
    return content


def test_it_works(new_client: NewClient, database: Database, tmp_path: Path) -> None:
    round_id = store_published(database)
    browser = counted.log_in(new_client(), database, "leader")
    assert f"/results/{round_id}/result.json" in browser.get(f"/results/{round_id}").text
    content = download(browser, round_id)
    ends, told = verdict(content, key_of(database), tmp_path, root=ROOT.hex())
    assert ends == 0
    assert any("群众满意度测评" in line for line in told)
    sent = json.loads(content)
    with database.reading() as session:
        assert sent["document"] == told_to_leaders(stored_document(session, round_id, 1))
        assert sent["digest"] == session.get_one(ResultVersion, (round_id, 1)).digest
    assert sent["root"] == ROOT.hex()


def told_to_leaders(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document without the hints that only organisers read; by hand, beside the product's own way."""
    kept = json.loads(json.dumps(document))
    for section in kept["sections"]:
        for target in section["targets"]:
            target["notes"] = [note for note in target["notes"] if note["code"] not in {"uniform", "identical_sheets"}]
    return kept  # type: ignore[no-any-return]


def test_every_changed_byte_is_found(new_client: NewClient, database: Database, tmp_path: Path) -> None:
    round_id = store_published(database)
    content = download(counted.log_in(new_client(), database, "leader"), round_id)
    key = key_of(database)
    for place in range(0, len(content), len(content) // 97):
        if content[place : place + 1].isspace():
            continue
        changed = bytearray(content)
        changed[place] ^= 1
        ends, told = verdict(bytes(changed), key, tmp_path)
        assert ends == 1, content[place - 20 : place + 20]
        assert any("下载" in line or "核验" in line for line in told), told


def test_another_installation_and_another_file_are_told(
    new_client: NewClient, database: Database, tmp_path: Path
) -> None:
    round_id = store_published(database)
    content = download(counted.log_in(new_client(), database, "leader"), round_id)
    ends, told = verdict(content, public_half(bytes(range(32))).hex(), tmp_path)
    assert (ends, len([line for line in told if "另一套系统" in line])) == (1, 1)
    with database.reading() as session:
        stored = session.get_one(ResultVersion, (round_id, 1)).document
    for wrong in (stored.encode(), b"PK\x03\x04", b"[]"):
        ends, [line] = verdict(wrong, key_of(database), tmp_path)
        assert ends == 1
        assert "下载" in line


def test_every_reader_gets_his_own_cut_signed(new_client: NewClient, database: Database, tmp_path: Path) -> None:
    round_id = store_published(database, "leaders", "public")
    with database.writing() as session:
        wanted = tokens.WantedToken("办公系统", Scope.PUBLIC, 30)
        secret = tokens.create(Acting(session, counted.AT, counted.ZHANG), wanted)
    browser = new_client()
    notice = browser.get(f"/notices/{round_id}/result.json")
    api = browser.get(f"/api/v2/results/{round_id}/signed", headers={"authorization": f"Bearer {secret}"})
    assert (notice.status_code, api.status_code) == (200, 200)
    for content in (notice.content, api.content):
        assert verdict(content, key_of(database), tmp_path)[0] == 0
        sent = json.loads(content)
        assert (sent["whole"], sent["digest"], sent["scope"]) == (False, None, "public")
        assert "band" in sent["document"]["sections"][0]["targets"][0]
        assert "overall" not in sent["document"]["sections"][0]["targets"][0]


def test_it_refuses_who_may_not_read(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    browser = new_client()
    assert browser.get(f"/notices/{round_id}/result.json").status_code == 404
    reader = counted.log_in(browser, database, "leader")
    assert reader.get(f"/results/{round_id}/result.json").status_code == 404
    counted.release(database, round_id, "leaders")
    assert browser.get(f"/notices/{round_id}/result.json").status_code == 404


def change_result(database: Database, round_id: str) -> None:
    """Do what somebody can who has the database alone: another result with its right digest."""
    with database.writing() as session:
        row = session.get_one(ResultVersion, (round_id, 1))
        document = json.loads(row.document)
        document["round"]["title"] = "改过的结果"
        changed = written(document)
        row.document, row.digest = changed.text, changed.digest


def drop_signature(database: Database, _round_id: str) -> None:
    with database.writing() as session:
        session.execute(sa.delete(ResultSignature))


def change_root(database: Database, round_id: str) -> None:
    with database.writing() as session:
        session.get_one(ResultSignature, (round_id, 1)).root = "ab" * 32


@pytest.mark.parametrize("fault", [change_result, drop_signature, change_root])
def test_it_signs_nothing_that_was_changed_in_the_database(
    new_client: NewClient, database: Database, settings: Settings, fault: Callable[[Database, str], None]
) -> None:
    round_id = store_published(database)
    browser = counted.log_in(new_client(), database, "leader")
    download(browser, round_id)
    fault(database, round_id)
    assert browser.get(f"/results/{round_id}/result.json").status_code == 409
    told: list[str] = []
    with pytest.raises(DomainError, match="results_tampered"):
        told += list(run_checks(settings, MORNING))
    sign_earlier(database, MORNING)
    assert browser.get(f"/results/{round_id}/result.json").status_code == 409


@pytest.mark.parametrize("fault", [change_result, drop_signature, change_root])
def test_no_correction_rests_on_what_was_changed_in_the_database(
    database: Database, fault: Callable[[Database, str], None]
) -> None:
    round_id = store_published(database, spare=4)
    fault(database, round_id)
    with pytest.raises(DomainError, match=r"result_unsigned|result_signature_wrong"):
        counted.correct(database, round_id, {"g4": (1, 0)})


def test_a_correction_is_signed_too(new_client: NewClient, database: Database, tmp_path: Path) -> None:
    round_id = store_published(database, spare=4)
    assert counted.correct(database, round_id, {"g4": (1, 0)})
    content = download(counted.log_in(new_client(), database, "leader"), round_id)
    assert json.loads(content)["version"] == 2
    assert verdict(content, key_of(database), tmp_path)[0] == 0
    for version in (1, 2):
        check_stored(database, round_id, version)


def test_results_from_before_are_signed_once_at_a_start(
    settings: Settings, workshop: Workshop, database: Database, tmp_path: Path
) -> None:
    round_id, damaged = store_published(database), store_published(database)
    drop_signature(database, round_id)
    with database.writing() as session:
        before = session.get_one(ResultVersion, (round_id, 1)).document
        session.get_one(ResultVersion, (damaged, 1)).document = "{}"
    assert not database.keys.has_signed_earlier()
    check_stored(database, round_id, 1)
    api = build_api(settings, lambda: counted.AT, workshop=workshop)
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as client:
        counted.log_in(client, database, "leader")
        assert verdict(download(client, round_id), key_of(database), tmp_path)[0] == 0
    with database.reading() as session:
        assert session.get_one(ResultVersion, (round_id, 1)).document == before
        assert session.get(ResultSignature, (damaged, 1)) is None
    drop_signature(database, round_id)
    sign_earlier(database, MORNING)
    with pytest.raises(DomainError, match="result_unsigned"):
        check_stored(database, round_id, 1)


def test_nothing_is_signed_while_a_transaction_is_held(database: Database) -> None:
    round_id = store_published(database)
    with database.reading() as session:
        document = stored_document(session, round_id, 1)
        session.connection()  # begins another transaction
        with pytest.raises(RuntimeError, match="signing a result while a transaction is held"):
            sign(bytes(range(32)), written(document), (round_id, 2, ""))
