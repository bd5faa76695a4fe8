"""Wrong slip codes are counted for the installation, shown to staff, and change nothing for voters (SEC-55)."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from app.slips.codes import new_code
from tests.booth.phones import SAME_SITE, ballot
from tests.cast import MORNING, Desk, Desks, make_cast, make_ready, prepare
from tests.factories import make_open_round
from tests.security.access import ACCESS


@pytest.fixture
def ready(database: Database, settings: Settings) -> tuple[str, str]:
    """A round with slips, and one live code of it."""
    with database.writing() as session:
        people = make_cast(session)
        acting = Acting(session, MORNING, people["zhangsan"])
        round_id = make_ready(acting, two_person=False)
    with database.writing() as session:
        acting = Acting(session, MORNING, people["zhangsan"])
        _, codes = prepare(acting, KeyFolder(settings.data / "keys"), round_id)
    return round_id, next(iter(codes.values()))[0]


def test_it_works(
    new_client: Callable[[], TestClient], database: Database, settings: Settings, ready: tuple[str, str]
) -> None:
    round_id, live = ready
    phone, folder = new_client(), KeyFolder(settings.data / "keys")
    organiser, auditor = (Desk(new_client(), database, folder, login) for login in ("zhangsan", "sunqi"))
    assert "不认识的票码" not in organiser.get(f"/rounds/{round_id}").text
    tried = [new_code(token_bytes) for _ in range(21)]
    for code in tried:
        answer = phone.post("/v/paper", data={"code": code, "lang": "zh"}, headers=SAME_SITE)
        assert answer.status_code == 404
    pages = (
        organiser.get(f"/rounds/{round_id}"),
        auditor.get("/audit"),
        organiser.get("/inbox"),
        auditor.get("/inbox"),
    )
    assert "有人在试票码" not in Desk(new_client(), database, folder, "zhaoliu").get("/inbox").text
    for page in pages:
        assert "有人在试票码" in page.text
        assert "一分钟内最多 21 个" in page.text
        assert not any(code in page.text for code in tried)
    assert "21 in the worst minute, 21 in an hour" in phone.get("/healthz").text
    answer = phone.post("/v/paper", data={"code": live, "lang": "zh"}, headers=SAME_SITE)
    assert answer.status_code != 404


BOOTH = {route.removeprefix("POST ") for route in ACCESS if route.startswith("POST /v/")}
LOOKS_NOTHING_UP = {"/v/review"}
"""It seals what was filled in, whatever code stands on it."""


def test_wherever_a_code_is_tried_it_is_counted(client: TestClient, database: Database, settings: Settings) -> None:
    """A route that tells known codes from unknown ones without counting is the one at which somebody would guess."""
    place = make_open_round(database, KeyFolder(settings.data / "keys"))
    sent = ballot(place, new_code(token_bytes))
    tried = [*sorted(BOOTH - LOOKS_NOTHING_UP), "/v/document?rules"]
    assert len(tried) >= 4
    for count, path in enumerate(tried, start=1):
        fields = sent if path == "/v/cast" else {"code": sent["code"], "lang": "zh"}
        assert client.post(path, data=fields, headers=SAME_SITE).status_code == 404, path
        assert f" {count} in an hour" in client.get("/healthz").text, path


def test_what_is_malformed_or_of_a_round_is_no_guess(
    new_desk: Desks, new_client: Callable[[], TestClient], ready: tuple[str, str]
) -> None:
    round_id, live = ready
    phone = new_client()
    organiser = new_desk("zhangsan")
    for code in (live, "", "ABC", "x" * 40):
        phone.post("/v/paper", data={"code": code, "lang": "zh"}, headers=SAME_SITE)
    assert "不认识的票码" not in organiser.get(f"/rounds/{round_id}").text
    phone.post("/v/paper", data={"code": new_code(token_bytes), "lang": "zh"}, headers=SAME_SITE)
    page = organiser.get(f"/rounds/{round_id}").text
    assert "最近一小时有 1 个不认识的票码" in page
    assert "有人在试票码" not in page
