"""The line of a played phone, against a server that does what it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from gzip import compress

import pytest

from app.operations import phone_line
from app.operations.phone_line import LineError, PhoneLine

CUT_OFF = b"HTTP/1.1 200 OK\r\n"
Act = Callable[[PhoneLine], Awaitable[None]]


def answered(body: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}content-length: {len(body)}\r\n\r\n".encode() + body


def against(answers: list[bytes], act: Act) -> list[str]:
    """Act against a server that gives these answers, then hangs up; return the heads and bodies of what came in."""
    seen: list[str] = []
    busy: list[asyncio.Task[object] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append("(a connection)")
        busy.append(asyncio.current_task())
        while answers:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            except EOFError:
                break
            length = int(head.partition("content-length: ")[2].partition("\r")[0] or 0)
            seen.append(head + (await reader.readexactly(length)).decode())
            writer.write(answer := answers.pop(0))
            if answer == CUT_OFF:
                break
        writer.close()
        await writer.wait_closed()

    async def play() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        line = PhoneLine(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in/")
        try:
            await act(line)
        finally:
            line.close()
            server.close()
            await asyncio.wait([task for task in busy if task])

    asyncio.run(play())
    return seen


def test_it_works() -> None:
    async def act(line: PhoneLine) -> None:
        page = await line.get("/v?lang=zh")
        assert (page.status_code, page.is_success, page.text) == (200, True, "你好")
        refused = await line.post("/v/cast", content=b"{}", headers={"x-manyidu": "1"})
        assert (refused.status_code, refused.is_success, refused.json()) == (409, False, {"error": "x"})
        await line.post("/v/paper", data={"code": "A B"})

    packed = answered(compress("你好".encode()), more="Content-Encoding: gzip\r\n")
    seen = against([packed, answered(b'{"error":"x"}', status="409 Conflict"), answered(b"")], act)
    assert seen.count("(a connection)") == 1
    assert seen[1].startswith("GET /in/v?lang=zh HTTP/1.1\r\nhost: 127.0.0.1:")
    assert "x-manyidu: 1\r\n" in seen[2]
    assert seen[3].endswith("\r\n\r\ncode=A+B")


def test_a_lost_line_is_told_and_the_next_question_takes_another() -> None:
    async def act(line: PhoneLine) -> None:
        with pytest.raises(LineError):
            await line.get("/")
        assert (await line.get("/")).text == "here"

    assert against([CUT_OFF, answered(b"here")], act).count("(a connection)") == 2


def test_what_is_asked_at_once_goes_over_lines_of_its_own() -> None:
    async def act(line: PhoneLine) -> None:
        both = await asyncio.gather(line.get("/"), line.get("/"))
        assert {answer.text for answer in both} == {"one", "two"}

    assert against([answered(b"one"), answered(b"two")], act).count("(a connection)") == 2


def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(line: PhoneLine) -> None:
        monkeypatch.setattr(phone_line, "ANSWER_SECONDS", 0.05)
        with pytest.raises(LineError, match="TimeoutError"):
            await line.get("/")

    against([b"", b""], act)
