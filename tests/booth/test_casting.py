"""Casting over HTTP: once per code, sealed before anything is written, and nothing about the voter anywhere."""

import logging
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.ballots.domain import CodeState
from app.ballots.slot import Slot
from app.booth import wire
from app.box.envelope import decode
from app.box.seal import envelope_info, receipt_text, unseal
from app.box.shares import combine
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import create_app
from app.rounds.domain import RoundState
from tests import postgresql
from tests.ballots.stores import sealed_in
from tests.booth.phones import SCRIPT, ballot, cast, packed, sealed
from tests.conftest import TestClock
from tests.factories import OpenRound, add_codes, count_box, make_open_round, make_paper, set_code_state, set_round

USED = "这张票已经用过。若是您刚才投的，选票已在票箱里；若不是您投的，请马上告诉监票人。"


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def place(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder)


def open_box(database: Database, folder: KeyFolder, place: OpenRound) -> dict[bytes, Any]:
    """Return the ballots in the box by envelope id, as the key-holders would see them."""
    key = combine(place.shares[:2], folder.read_part(place.id), place.id)
    rows = sealed_in(database, place.id)
    return {
        row.id: decode(
            place.paper,
            place.paper_hash,
            unseal(key, envelope_info(place.id, place.paper_hash, row.group_id), row.sealed),
        )
        for row in rows
    }


def test_it_works(client: TestClient, database: Database, folder: KeyFolder, place: OpenRound) -> None:
    code = place.codes["staff"][0]
    status, answer = cast(client, ballot(place, code, "staff", remarks={2: "加油 \r\n再来"}))
    assert status == 200
    ((envelope_id, found),) = open_box(database, folder, place).items()
    assert answer == {"receipt": receipt_text(envelope_id)}
    assert found.group_id == "staff"
    assert found.marks == bytes([255] * 3 + [1] * 3 + [2] * 3)
    assert found.remarks == ((2, "加油 \r\n再来"),)
    assert count_box(database, place.id) == (1, 1)


def test_a_retry_is_the_same_success_and_another_ballot_is_refused(
    client: TestClient, database: Database, place: OpenRound
) -> None:
    fields = ballot(place, place.codes["residents"][0])
    first = cast(client, fields)
    assert first[0] == 200
    assert cast(client, fields) == first
    again = cast(client, ballot(place, place.codes["residents"][0]))
    assert again == (409, {"error": "code_used", "message": USED})
    other = ballot(place, place.codes["residents"][1])
    assert cast(client, {**other, "code": place.codes["residents"][0]})[1]["error"] == "code_used"
    assert count_box(database, place.id) == (1, 1)


def test_a_retry_after_the_close_is_still_the_same_success(
    client: TestClient, database: Database, place: OpenRound
) -> None:
    fields = ballot(place, place.codes["residents"][0])
    first = cast(client, fields)
    set_round(database, place.id, state=RoundState.SEALED)
    assert cast(client, fields) == first
    assert cast(client, ballot(place, place.codes["residents"][1]))[1]["error"] == "round_closed"


def test_it_refuses_by_the_state_of_code_and_round(
    client: TestClient, database: Database, folder: KeyFolder, place: OpenRound
) -> None:
    voided, live = place.codes["residents"][:2]
    set_code_state(database, folder, voided, CodeState.VOIDED)
    expected = {
        "code_voided": ballot(place, voided),
        "code_unknown": ballot(place, "0" * 13),
        "code_check_sign": ballot(place, "0" * 12 + "1"),
        "code_malformed": ballot(place, "?"),
        "code_foreign": ballot(place, place.codes["staff"][0]),
        "group_unknown": ballot(place, live) | {"group": "nobody"},
        "paper_changed": ballot(place, live, paper="f" * 64),
        "envelope_wrong_size": ballot(place, live, sealed=sealed(place, "residents", b"short")),
    }
    for code, fields in expected.items():
        status, answer = cast(client, fields)
        assert (answer["error"], 400 <= status < 500) == (code, True)
    assert cast(client, ballot(place, live, round="nowhere"))[1]["error"] == "round_closed"
    assert count_box(database, place.id) == (0, 0)
    assert cast(client, ballot(place, live))[0] == 200


def test_it_refuses_what_a_foreign_page_could_send(client: TestClient, place: OpenRound) -> None:
    body = packed(ballot(place, place.codes["residents"][0]))
    plain = {"content-type": "application/json"}
    assert client.post("/v/cast", content=body, headers=plain).status_code == 403
    assert client.post("/v/cast", content=body, headers={**SCRIPT, "origin": "http://evil.test"}).status_code == 403
    assert client.post("/v/cast", content=body, headers={**SCRIPT, "sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/v/cast", content=body, headers={"content-type": "text/plain"}).status_code == 415
    assert client.post("/v/cast", data={"code": "x"}).status_code == 403
    assert client.get("/v/cast").status_code == 405
    assert client.head("/v/cast").status_code == 405


RAW = (
    b"", b"{", b"\x00", b"\xff" * 50, b"[" * 50_000, b'{"code":' * 20_000, b"null", b'{"code":"a","code":"a"}',
    b"{}" * 10, b"1e999", b'"\\ud800"',
)  # fmt: skip
FORMS = (
    b"", b"=", b"&&&", b"a=%ff", b"code=%00", b"%00=1", b"code=1&code=2", b"\xff\xfe", b"m0-0=\xe4", b"a" * 200_000,
    b"&".join(b"x%d=1" % number for number in range(7_000)),
)  # fmt: skip


def test_it_refuses_raw_forms_with_a_sentence(client: TestClient) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    for path in ("/v/cast", "/v/paper", "/v/review"):
        for body in FORMS:
            response = client.post(path, content=body, headers=headers)
            assert (400 <= response.status_code < 500, path, body[:20]) == (True, path, body[:20])
            assert 'role="alert"' in response.text


def test_it_refuses_raw_json_with_a_sentence(client: TestClient) -> None:
    for body in RAW:
        response = client.post("/v/cast", content=body, headers=SCRIPT)
        assert (response.status_code, response.json()["error"], body[:20]) == (400, "cast_malformed", body[:20])


def test_it_refuses_what_is_too_large(client: TestClient) -> None:
    response = client.post("/v/cast", content=b"x" * (wire.MAX_BODY + 1), headers=SCRIPT)
    assert (response.status_code, response.json()["error"]) == (413, "body_too_large")
    lying = client.post("/v/cast", content=b"x", headers={**SCRIPT, "content-length": "9" * 30})
    assert lying.status_code == 413


def test_answers_of_a_cast_have_one_length(client: TestClient, database: Database, place: OpenRound) -> None:
    ballots = [
        ballot(place, code, marks=str(at) * 9, remarks={1: "长" * at * 90} if at else {})
        for at, code in enumerate(place.codes["residents"][:4])
    ]
    assert len({len(packed(fields)) for fields in ballots}) == 1
    answers = [client.post("/v/cast", content=packed(fields), headers=SCRIPT) for fields in ballots]
    assert {answer.status_code for answer in answers} == {200}
    assert len({len(answer.content) + len(str(sorted(answer.headers))) for answer in answers}) == 1
    assert "content-encoding" not in answers[0].headers
    assert len({len(envelope.sealed) for envelope in sealed_in(database, place.id)}) == 1


def test_a_full_disk_is_told_and_the_envelope_kept(
    client: TestClient, database: Database, place: OpenRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_anything: object) -> list[str]:
        raise sa.exc.OperationalError("COMMIT", {}, OSError("database or disk is full"))

    fields = ballot(place, place.codes["residents"][0])
    with monkeypatch.context() as patched:
        patched.setattr(Slot, "drop", full)
        response = client.post("/v/cast", content=packed(fields), headers=SCRIPT)
        assert (response.status_code, response.headers["retry-after"]) == (503, "2")
        page = client.post("/v/cast", data=fields, headers={"sec-fetch-site": "same-origin"})
    assert page.status_code == 503
    assert "系统正忙" in page.text
    assert f'value="{fields["sealed"]}"' in page.text
    assert count_box(database, place.id) == (0, 0)
    assert cast(client, fields)[0] == 200


@given(marks=st.lists(st.integers(0, 4), min_size=9, max_size=9), remark=st.text(max_size=60))
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_marked_is_what_lies_in_the_box(
    marks: list[int], remark: str, client: TestClient, database: Database, folder: KeyFolder, place: OpenRound
) -> None:
    (code,) = add_codes(database, folder, (place.id, "residents"), 1)
    before = open_box(database, folder, place)
    written = remark.encode("utf-8", "replace").decode().replace("\0", "").strip()
    fields = ballot(place, code, marks="".join(map(str, marks)), remarks={1: written} if written else {})
    status, answer = cast(client, fields)
    assert status == 200
    box = open_box(database, folder, place)
    (new,) = box.keys() - before.keys()
    assert answer["receipt"] == receipt_text(new)
    assert box[new].marks == bytes(marks)
    assert box[new].remarks == (((1, written),) if written else ())


@pytest.fixture
def server(settings: Settings, clock: TestClock) -> Iterator[str]:
    """The address of the application behind a real server on loopback."""
    port = postgresql.free_port()
    real = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    config = uvicorn.Config(create_app(real, clock), port=port, log_level="critical", access_log=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    with httpx.Client(base_url=real.base_url) as probe:
        while not running.started:
            thread.join(0.02)
        probe.get("/v")
    yield real.base_url
    running.should_exit = True
    thread.join()


def test_forty_codes_sixteen_times_at_once_are_forty_envelopes(
    server: str, database: Database, folder: KeyFolder
) -> None:
    place = make_open_round(database, folder, make_paper(2, 2), codes_each=20)
    outcomes: list[tuple[str, int]] = []
    together = threading.Barrier(16)

    bodies = [[(code, packed(ballot(place, code, group))) for group, code in place.all_codes] for _ in range(8)]

    def phone(number: int) -> None:
        # No certificates are loaded for plain HTTP: it would take each phone as long as all its votes.
        with httpx.Client(base_url=server, headers=SCRIPT, timeout=60, verify=False) as client:  # noqa: S501
            together.wait(30)
            for code, body in bodies[number // 2]:
                answer = client.post("/v/cast", content=body)
                outcomes.append((code, answer.status_code))

    phones = [threading.Thread(target=phone, args=(number,)) for number in range(16)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    assert len(outcomes) == 640
    assert count_box(database, place.id) == (40, 40)
    assert Counter(status for _, status in outcomes) == {200: 80, 409: 560}
    assert Counter(code for code, status in outcomes if status == 200) == dict.fromkeys(
        (code for _, code in place.all_codes), 2
    )


CANARY_ADDRESS = "203.0.113.77"
CANARY_AGENT = "CanaryPhone-5d1f0c"
CANARY_REMARK = "金丝雀意见九七三"


def everything_written(settings: Settings, caplog: pytest.LogCaptureFixture, cluster: Path | None) -> bytes:
    """Return all bytes of data folder, database server and log."""
    files = [*settings.data.rglob("*"), *(cluster.rglob("*") if cluster else ())]
    return b"".join(file.read_bytes() for file in files if file.is_file()) + caplog.text.encode()


def test_nothing_of_a_voter_is_written_anywhere(
    new_client: Callable[[], TestClient],
    database: Database,
    folder: KeyFolder,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    caplog.set_level(logging.DEBUG)
    place = make_open_round(database, folder, make_paper(8, 6))
    client = new_client()
    client.headers.update(
        {"x-forwarded-for": CANARY_ADDRESS, "user-agent": CANARY_AGENT, "accept-language": "zh-CA-na"}
    )
    code = place.codes["residents"][0]
    marks = "012340213403142" * 3 + "012"
    fields = ballot(place, code, marks=marks, remarks={1: CANARY_REMARK})
    client.post("/v/paper", data={"code": code}, headers={"sec-fetch-site": "same-origin"})
    for change in ({}, {}, {"sealed": "AAAA"}, {"sealed": "?"}, {"marks": marks}, {"paper": "0" * 64}):
        answer = client.post("/v/cast", content=packed({**fields, **change}), headers=SCRIPT)
        assert "set-cookie" not in answer.headers
    assert count_box(database, place.id) == (1, 1)
    cluster = None if database.is_sqlite else request.getfixturevalue("postgresql_server")[1]
    if cluster:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
    written = everything_written(settings, caplog, cluster)
    assert place.id.encode() in written
    canaries = [
        CANARY_ADDRESS.encode(), CANARY_AGENT.encode(), b"zh-CA-na", code.encode(), CANARY_REMARK.encode(),
        CANARY_REMARK.encode("unicode_escape"), marks.encode(), bytes(map(int, marks)),
    ]  # fmt: skip
    assert [canary for canary in canaries if canary in written] == []


def test_over_tls_the_phone_is_told_to_forget(settings: Settings, database: Database, folder: KeyFolder) -> None:
    place = make_open_round(database, folder)
    secure = settings.model_copy(update={"base_url": "https://vote.example.cn"})
    with TestClient(create_app(secure), base_url=secure.base_url) as client:
        answer = client.post("/v/cast", content=packed(ballot(place, place.codes["residents"][0])), headers=SCRIPT)
    assert answer.headers["clear-site-data"] == '"cache", "storage"'


def test_the_booth_cannot_reach_staff_pages() -> None:
    """Importing the booth alone must bring in nothing of accounts or audit."""
    code = "import sys, app.booth.routes, app.booth.casting; print([m for m in sys.modules if m.startswith('app.')])"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "app.booth.casting" in output
    assert not [name for name in ("app.accounts", "app.audit", "app.web.auth") if name in output]
