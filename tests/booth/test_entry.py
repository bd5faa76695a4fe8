"""The page that asks for the code: rendered once per language, the same for everybody."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from app.booth import pages


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the languages in which pages were rendered, as it goes on."""
    seen: list[str] = []
    render = pages.entry_markup

    def noted(request: Request) -> Response:
        seen.append(request.state.language)
        return render(request)

    monkeypatch.setattr(pages, "entry_markup", noted)
    return seen


def test_it_works(client: TestClient, rendered: list[str]) -> None:
    first = client.get("/v", headers={"accept-language": "zh-CN"})
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["vary"] == "accept-encoding"
    assert "请输入测评票上的票码" in first.text
    plain = client.get("/v", headers={"accept-language": "zh", "accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text
    assert rendered == ["zh"]


def test_each_language_is_rendered_once(client: TestClient, rendered: list[str]) -> None:
    texts = [client.get(f"/v?lang={language}").text for language in ("en", "zh", "en", "zh", "xx")]
    assert (texts[0], texts[1]) == (texts[2], texts[3])
    assert '<html lang="en"' in texts[0]
    assert rendered == ["en", "zh"]


def test_what_one_phone_typed_is_on_no_other_page(client: TestClient) -> None:
    untouched = client.get("/v").text
    refused = client.post("/v/paper", data={"code": "QQQQ"}, headers={"sec-fetch-site": "same-origin"})
    assert "QQQQ" in refused.text
    assert client.get("/v").text == untouched


def test_a_shared_machine_has_pages_of_its_own(client: TestClient, rendered: list[str]) -> None:
    """Whatever it is asked for, and whatever it is answered, it stays one."""
    shared, own = client.get("/v?kiosk").text, client.get("/v").text
    assert "data-kiosk" in shared
    assert "kiosk" not in own
    assert 'href="/v?kiosk&amp;lang=en"' in shared
    assert client.get("/v?kiosk").text == shared
    assert rendered == ["zh", "zh"]
    fields = {"code": "QQQQ", "kiosk": "1"}
    refused = client.post("/v/paper", data=fields, headers={"sec-fetch-site": "same-origin"})
    assert "data-kiosk" in refused.text
    assert "no-store" in refused.headers["cache-control"]
