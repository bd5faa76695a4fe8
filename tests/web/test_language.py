"""The switch between the languages: kept in the browser, going before the browser's own, leading back to the page."""

import pytest
from starlette.testclient import TestClient

from app.web.i18n import COOKIE
from app.web.language import without_language

SWITCH = '<button class="btn btn-link btn-sm" type="submit" lang="en">English</button>'


def test_it_works(client: TestClient) -> None:
    assert SWITCH in client.get("/login").text
    answer = client.get("/language", params={"to": "en", "back": "/verify?x=1&lang=zh"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/verify?x=1")
    assert '<html lang="en">' in client.get("/verify", headers={"accept-language": "zh-CN"}).text
    client.get("/language?to=zh")
    assert '<html lang="zh-CN">' in client.get("/verify", headers={"accept-language": "en"}).text


@pytest.mark.parametrize("path", ["/login", "/verify", "/notices", "/receipts/nothing", "/nothing"])
def test_every_page_outside_of_the_booth_has_it(client: TestClient, path: str) -> None:
    text = client.get(path, params={"a": "1"}).text
    assert (SWITCH in text, f'name="back" value="{path}?a=1"' in text) == (True, True)


def test_after_a_form_it_leads_to_the_page_that_the_form_stood_on(client: TestClient) -> None:
    host = {"sec-fetch-site": "same-origin", "referer": str(client.base_url.join("/login?again=1"))}
    refused = client.post("/login", data={"login": "nobody", "password": "wrong"}, headers=host)
    assert 'name="back" value="/login?again=1"' in refused.text
    elsewhere = client.post("/login", data={"login": "x"}, headers={**host, "referer": "https://example.org/x"})
    assert 'name="back" value="/"' in elsewhere.text


def test_a_phone_keeps_no_language(client: TestClient) -> None:
    client.cookies.set(COOKIE, "en")
    assert '<html lang="zh-CN">' in client.get("/v", headers={"accept-language": "zh-CN"}).text
    assert "set-cookie" not in client.get("/v?lang=en").headers


@pytest.mark.parametrize("way", ["https://example.org/", "//example.org", "/\\example.org", "login", "/a b"])
def test_it_leads_to_no_other_host(way: str) -> None:
    assert without_language(way) == "/"


def test_another_language_changes_nothing(client: TestClient) -> None:
    answer = client.get("/language?to=fr&back=/verify")
    assert (answer.status_code, answer.headers["location"], "set-cookie" in answer.headers) == (303, "/verify", False)
