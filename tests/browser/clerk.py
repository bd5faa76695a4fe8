"""Somebody at work whose pages nobody looks at: he asks for them and sends their forms as a browser would, without one.

To show a page and press a button on it takes a browser twenty times as long. Where a page is the subject of a test, or
differs from what other tests look at, it is shown.
"""

import re
from html import unescape
from typing import Any

import httpx

from app.web.forms import TOKEN_FIELD
from tests import cast
from tests.browser.steps import TOKEN
from tests.form_fields import sent

FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)".*?</form>', re.DOTALL)


class Clerk:
    """One of the staff, logged in; ``page`` is what he was shown last."""

    def __init__(self, address: str, login: str) -> None:
        plain = httpx.HTTPTransport(verify=False)  # there is no TLS, and its roots take long to read
        self._line = httpx.Client(base_url=address, transport=plain, follow_redirects=True, timeout=60)
        self.page = ""
        self.go("/login")
        self.press("登录", login=login, password=cast.PASSWORD)

    def close(self) -> None:
        """Go."""
        self._line.close()

    def go(self, path: str) -> str:
        """Return the page at an address, or what else is there."""
        answer = self._line.get(path)
        assert answer.status_code == httpx.codes.OK, (path, answer.status_code)
        self.page = answer.text
        return self.page

    def follow(self, link: str) -> str:
        """Return the page that a link leads to."""
        found = re.search(rf'<a\b[^>]*\bhref="([^"]*)"[^>]*>\s*{re.escape(link)}', self.page)
        assert found, link
        return self.go(unescape(found[1]))

    def can(self, button: str) -> bool:
        """Whether there is a button that says so, and it is not disabled."""
        return any(not re.search(r"\bdisabled\b", attributes) for attributes in self._buttons(button, self.page))

    def press(self, button: str, **changes: str) -> None:
        """Send the first form that has a button that says so."""
        assert self.can(button), button
        form = next(found for found in FORM.finditer(self.page) if self._buttons(button, found[0]))
        named = dict(re.findall(r'\b(name|value)="([^"]*)"', self._buttons(button, form[0])[0]))
        own = {named["name"]: named["value"]} if "name" in named else {}
        path = unescape(form[1])
        fields: dict[str, Any] = {TOKEN_FIELD: TOKEN.findall(form[0])[0], **sent(form[0], path, **own, **changes)}
        answer = self._line.post(path, data=fields)
        if cast.asks_for_proof(answer):
            answer = self._line.post(path, data={**fields, "proof_password": cast.PASSWORD})
        assert answer.status_code == httpx.codes.OK, (button, answer.status_code)
        self.page = answer.text

    @staticmethod
    def _buttons(says: str, html: str) -> list[str]:
        """Return the attributes of the buttons that say so."""
        return re.findall(rf"<button\b([^>]*)>\s*{re.escape(says)}", html)
