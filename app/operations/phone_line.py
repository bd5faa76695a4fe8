"""The line of one played phone: HTTP/1.1 over connections of its own, as light as ten thousand in one process need."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from gzip import decompress
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

ANSWER_SECONDS: Final = 30.0
_OK: Final = range(200, 300)
_END: Final = b"\r\n\r\n"


class LineError(Exception):
    """The server could not be reached, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it did what was asked."""
        return self.status_code in _OK

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.content.decode()

    def json(self) -> Any:  # noqa: ANN401 - whatever the server says
        """Return the body as JSON."""
        return json.loads(self.content)


class PhoneLine:
    """Asks one server; what is asked at the same time goes over connections of its own, which are kept."""

    def __init__(self, base_url: str, trust: ssl.SSLContext | None = None) -> None:
        url = urlsplit(base_url)
        self.base_url = base_url
        self._place = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
        self._trust = trust if url.scheme == "https" else None
        self._path = url.path.rstrip("/")
        self._head = f"host: {url.netloc}\r\naccept-encoding: gzip\r\n"
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def get(self, path: str) -> Answer:
        """Ask for a page; LineError."""
        return await self._ask("GET", path, b"", {})

    async def post(
        self,
        path: str,
        *,
        data: Mapping[str, str] | None = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post a form (``data``) or bytes; LineError."""
        kind = {"content-type": "application/x-www-form-urlencoded"} if data is not None else {}
        body = urlencode(data).encode() if data is not None else content
        return await self._ask("POST", path, body, {**kind, **(headers or {})})

    def close(self) -> None:
        """Hang up."""
        while self._free:
            self._free.pop()[1].close()

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"content-length: {len(body)}\r\n" if method == "POST" else ""
        message = f"{method} {self._path}{path} HTTP/1.1\r\n{self._head}{own}{length}\r\n".encode() + body
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._exchange(message)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            raise LineError(type(error).__name__) from error

    async def _exchange(self, message: bytes) -> Answer:
        line = self._free.pop() if self._free else await asyncio.open_connection(*self._place, ssl=self._trust)
        reader, writer = line
        try:
            writer.write(message)
            answer = await _read(reader)
        except BaseException:
            writer.close()  # whatever comes over it now is the answer to something else
            raise
        if answer.headers.get("connection") == "close":
            writer.close()
        else:
            self._free.append(line)
        return answer


async def _read(reader: asyncio.StreamReader) -> Answer:
    first, *lines = (await reader.readuntil(_END)).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    content = await reader.readexactly(int(headers["content-length"]))
    packed = headers.get("content-encoding") == "gzip"
    return Answer(int(first.split(" ")[1]), headers, decompress(content) if packed else content)
