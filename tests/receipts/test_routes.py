"""The public receipts of a closed round: found by everybody, before and after the opening, checked offline."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ballots import reads as ballots
from app.ballots import service as boxes
from app.box.seal import receipt_text
from app.core.audiences import Audience
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.merkle import root_by, tree_of
from app.core.settings import Settings
from app.core.signing import public_half
from app.core.signs import signs_of
from app.main import build_api, wrap
from app.office.workshop import Workshop
from app.operations import verify
from app.operations.verify import Wanted
from app.receipts import listing
from tests.box.boxes import Box, hall_paper, make_box, make_staff
from tests.conftest import BASE_URL, TestClock
from tests.found import some

HERE = "/receipts/r1"
COUNTS = {"residents": 30, "staff": 12}


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def box(database: Database, folder: KeyFolder) -> Box:
    with database.writing() as session:
        actor = make_staff(session)
    return make_box(database, folder, actor, hall_paper(), COUNTS)


@pytest.fixture
def ids(database: Database, box: Box) -> list[bytes]:
    return ballots.ids(database, box.paper.round_id)


def look_up(client: TestClient, typed: str, path: str = HERE) -> tuple[int, str]:
    answer = client.post(path, data={"receipt": typed}, headers={"sec-fetch-site": "same-origin"})
    return answer.status_code, answer.text


def test_it_works(client: TestClient, ids: list[bytes]) -> None:
    page = client.get(HERE)
    tree = tree_of(ids)
    assert page.status_code == 200
    assert tree.root.hex() in page.text
    assert signs_of(tree.root) in page.text
    places = [page.text.index(receipt_text(receipt)) for receipt in ids]
    assert places == sorted(places)


def test_a_receipt_is_found_with_its_path(client: TestClient, ids: list[bytes]) -> None:
    tree = tree_of(ids)
    for place in (0, 20, 41):
        for typed in (receipt_text(ids[place]), receipt_text(ids[place]).lower().replace("-", " "), ids[place].hex()):
            status, text = look_up(client, typed)
            assert status == 200
            assert all(step.hex() in text for step in some(tree.path(place)))
            assert f"第 {place + 1} 个" in text
        assert root_by(ids[place], place, len(ids), tree.path(place)) == tree.root


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ABCD-EFGH", "回执码由 16 位字母和数字组成"),
        ("U" * 16, "回执码由 16 位字母和数字组成"),
        ("<b>\\x", "回执码由 16 位字母和数字组成"),
        ("0000-0000-0000-0000", "这一轮的名单里没有这个回执码"),
        ("0" * 32, "这一轮的名单里没有这个回执码"),
    ],
)
def test_it_says_what_is_wrong_with_a_receipt(client: TestClient, ids: list[bytes], typed: str, said: str) -> None:
    status, text = look_up(client, typed)
    assert (status in {404, 422}, said in text) == (True, True)
    assert receipt_text(ids[0]) in text
    english = client.post(f"{HERE}?lang=en", data={"receipt": typed}, headers={"sec-fetch-site": "same-origin"})
    assert said not in english.text


def test_a_receipt_of_another_round_is_said_to_be_none_of_this(
    client: TestClient, database: Database, ids: list[bytes]
) -> None:
    with database.reading() as session:
        assert listing.listing_of(session, "r1").root.envelopes == len(ids)
    status, text = look_up(client, receipt_text(bytes(reversed(ids[0]))))
    assert (status, "若投过别的轮次" in text) == (404, True)


@pytest.mark.parametrize("path", [HERE, f"{HERE}/receipts.json"])
def test_nothing_is_public_before_the_close(client: TestClient, database: Database, box: Box, path: str) -> None:
    assert client.get(path).status_code == 200
    with database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM box_root")
    answer = client.get(path)
    assert (answer.status_code, "名单在投票截止后公布" in answer.text) == (404, True)
    assert box.paper.title not in answer.text


def test_there_is_no_such_round(client: TestClient) -> None:
    assert client.get("/receipts/nosuchround").status_code == 404
    assert client.get("/receipts/nosuchround/receipts.json").status_code == 404


def test_the_file_is_checked_offline(
    client: TestClient, folder: KeyFolder, ids: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get(f"{HERE}/receipts.json")
    assert answer.headers["content-type"] == "application/json"
    file = tmp_path / "receipts.json"
    file.write_bytes(answer.content)
    told, root = json.loads(answer.content), tree_of(ids).root
    assert told["receipts"] == [receipt.hex() for receipt in ids]
    assert set(told) == {
        "format", "round_id", "organisation", "campaign", "title", "rehearsal", "paper", "root", "signs", "count",
        "receipts", "signature",
    }  # fmt: skip
    key = public_half(folder.signing_key()).hex()
    assert key in client.get("/verify").text
    assert verify.report([file], Wanted(signs_of(root), receipt_text(ids[3]), key), "zh") == 0
    assert verify.report([file], Wanted(receipt=receipt_text(bytes(reversed(ids[3])))), "zh") == 1
    assert verify.report([file], Wanted(root="00" * 32), "zh") == 1
    file.write_bytes(answer.content.replace(ids[3].hex().encode(), bytes(16).hex().encode()))
    assert verify.report([file], Wanted(), "zh") == 1
    assert "[!!]" in capsys.readouterr().out


def test_the_program_comes_along(client: TestClient) -> None:
    assert client.get("/verify/verify.py").content == Path(verify.__file__).read_bytes()


def test_a_long_list_has_pages(client: TestClient, ids: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 20)
    pages = [client.get(f"{HERE}?page_number={number}").text for number in (1, 2, 3)]
    for place, receipt in enumerate(ids):
        assert [receipt_text(receipt) in page for page in pages] == [at == place // 20 for at in range(3)]
    assert receipt_text(ids[-1]) in client.get(f"{HERE}?page_number=99").text


def test_a_form_from_elsewhere_is_refused(client: TestClient, ids: list[bytes]) -> None:
    foreign = client.post(HERE, data={"receipt": ids[0].hex()}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403


def test_the_booth_alone_shows_it(
    settings: Settings, clock: TestClock, workshop: Workshop, ids: list[bytes], new_client: Callable[[], TestClient]
) -> None:
    api = build_api(settings, clock, {Audience.BOOTH}, workshop)
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as booth:
        assert receipt_text(ids[0]) in booth.get(HERE).text
        assert look_up(booth, ids[0].hex())[0] == 200
        assert booth.get(f"{HERE}/receipts.json").content == new_client().get(f"{HERE}/receipts.json").content


def test_it_stays_when_the_box_is_gone(client: TestClient, database: Database, ids: list[bytes]) -> None:
    before = client.get(f"{HERE}/receipts.json").content
    boxes.destroy(database, "r1")
    assert client.get(f"{HERE}/receipts.json").content == before
    assert look_up(client, ids[0].hex())[0] == 200
