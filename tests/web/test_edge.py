"""The outermost layer: known hosts, bounded bodies, same-site writes, and headers on every answer."""

import warnings
from collections.abc import Iterator

import pytest
from httpx import Response
from starlette.testclient import TestClient

from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from app.web.edge import MAX_BODY, PERMISSIONS_OFF, security_headers
from app.web.forms import TOKEN_FIELD, form_token
from tests.conftest import BASE_URL, TestClock

ORIGIN = {"origin": BASE_URL}
CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
}


def crash() -> None:
    """Fail as only a fault of ours does."""
    message = "the secret of this exception"
    raise RuntimeError(message)


@pytest.fixture
def browser(settings: Settings, clock: TestClock) -> Iterator[TestClient]:
    """A browser of an application that has one broken page."""
    with warnings.catch_warnings():
        api = build_api(settings, clock)
    api.add_api_route("/crash", crash)
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as client:
        yield client


@pytest.fixture
def token(settings: Settings) -> str:
    """What a form of a browser without a log-in carries."""
    return form_token(KeyFolder(settings.data / "keys").form_secret(), "anyone")


def assert_headers(answer: Response) -> None:
    """Check everything that SEC-52 asks of one answer."""
    headers = answer.headers
    assert set(headers["content-security-policy"].split("; ")) == CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"].split(",") == [f"{name}=()" for name in PERMISSIONS_OFF]
    assert "server" not in headers
    assert "x-powered-by" not in headers


def log_in(browser: TestClient, token: str, **headers: str) -> int:
    """Try to log in as nobody; 401 means that the request reached the page."""
    data = {"login": "nobody", "password": "wrong", TOKEN_FIELD: token}
    return int(browser.post("/login", data=data, headers=headers).status_code)


def test_it_works(browser: TestClient, token: str) -> None:
    answer = browser.get("/login")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert_headers(answer)
    assert log_in(browser, token, **ORIGIN) == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [("/login", 200), ("/nothing", 404), ("/welcome/nothing", 410), ("/crash", 500), ("/staff", 303)],
)
def test_every_answer_carries_the_headers(browser: TestClient, path: str, status: int) -> None:
    answer = browser.get(path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert_headers(answer)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"])
def test_other_methods_carry_them_too(browser: TestClient, method: str) -> None:
    answer = browser.request(method, "/login", headers=ORIGIN)
    assert answer.status_code in {200, 405}
    assert_headers(answer)


def test_static_files_carry_them_and_may_be_kept(browser: TestClient) -> None:
    page = browser.get("/login").text
    path = page.split('href="/static/css/')[1].split('"')[0]
    answer = browser.get(f"/static/css/{path}")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert_headers(answer)
    assert_headers(browser.get("/static/nothing.css"))


def test_a_crash_tells_nothing(browser: TestClient) -> None:
    text = browser.get("/crash").text
    assert "secret" not in text
    assert "Traceback" not in text
    assert "系统出现意外错误" in text


def test_over_tls_browsers_are_told_to_stay() -> None:
    assert (b"strict-transport-security", b"max-age=63072000; includeSubDomains") in security_headers(https=True)
    assert not [name for name, _ in security_headers(https=False) if name == b"strict-transport-security"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:8001", "127.0.0.1:8000.evil.example", ""])
def test_it_refuses_an_unknown_host(browser: TestClient, host: str) -> None:
    answer = browser.get("/login", headers={"host": host, "x-forwarded-host": "127.0.0.1:8000"})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert_headers(answer)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "rubbish"])
def test_it_refuses_a_post_that_another_site_sent(browser: TestClient, token: str, site: str) -> None:
    assert log_in(browser, token, **{"sec-fetch-site": site}) == 403
    assert log_in(browser, token, **{"sec-fetch-site": site}, **ORIGIN) == 403
    assert log_in(browser, token, **{"sec-fetch-site": "same-origin"}) == 401


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:8001", "https://127.0.0.1:8000", "http://"]
)
def test_it_refuses_a_post_from_another_origin(browser: TestClient, token: str, origin: str) -> None:
    assert log_in(browser, token, origin=origin) == 403
    assert log_in(browser, token, origin=origin, **{"sec-fetch-site": "same-origin"}) == 403


def test_a_null_origin_needs_the_token(browser: TestClient, token: str) -> None:
    assert log_in(browser, token, origin="null") == 401
    for wrong in ("", "0" * 32, "é"):
        assert log_in(browser, wrong, origin="null") == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/json", ""])
def test_it_refuses_a_form_of_a_simple_kind(browser: TestClient, token: str, kind: str) -> None:
    body = f"login=a&password=b&{TOKEN_FIELD}={token}"
    answer = browser.post("/login", content=body, headers={"content-type": kind, **ORIGIN})
    assert answer.status_code == 415


def test_it_refuses_a_body_that_is_too_large(browser: TestClient) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded", **ORIGIN}
    for length in (str(MAX_BODY + 1), "9" * 30, "-1", "x"):
        answer = browser.post("/login", content=b"", headers={**kind, "content-length": length})
        assert answer.status_code == 413
        assert_headers(answer)


def test_it_refuses_a_body_that_grows_too_large(browser: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b"a" * 100_000

    kind = {"content-type": "application/x-www-form-urlencoded", **ORIGIN}
    answer = browser.post("/login", content=chunks(), headers=kind)
    assert answer.status_code == 413
    assert_headers(answer)


@pytest.mark.parametrize(
    "path", ["/login%00", "/login?a=%00", "/welcome/%ff%fe", "/" + "a" * 5000, "/..%2f..%2fetc/passwd"]
)
def test_odd_addresses_are_answered(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert 400 <= answer.status_code < 500
    assert_headers(answer)


def test_a_redirect_stays_here(browser: TestClient) -> None:
    answer = browser.get("/staff", headers={"x-forwarded-host": "evil.example", "referer": "https://evil.example/"})
    assert answer.headers["location"] == "/login"
