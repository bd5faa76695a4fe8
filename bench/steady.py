"""Casts at a steady rate, whatever the server does: a phone does not wait for the phones before it.

``python -m bench.steady PORT BODIES RATE SECONDS`` prints one JSON line: milliseconds from the moment each cast was due
to its receipt. A busy server is asked again, which takes time; any other refusal ends it.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

HEAD = (
    "POST /v/cast HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\nx-manyidu: 1\r\n"
    "accept: application/json\r\nsec-fetch-site: same-origin\r\ncontent-length: {length}\r\n\r\n"
)
ACCEPTED, BUSY, RETRY_SECONDS = b"200", b"503", 0.2
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Phones:
    """Phones that share kept connections; one that is busy is never waited for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Line] = []
        self.milliseconds: list[float] = []

    async def cast(self, body: bytes, due: float) -> None:
        """Cast, again where the server is busy, and note how long after ``due`` the receipt was there."""
        line = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        status, answer = await self._ask(line, body)
        while status == BUSY:
            await asyncio.sleep(RETRY_SECONDS)
            status, answer = await self._ask(line, body)
        self.milliseconds.append((time.perf_counter() - due) * 1000)
        if status != ACCEPTED:
            message = f"a cast was refused: {answer!r}"
            raise RuntimeError(message)
        self._free.append(line)

    async def _ask(self, line: Line, body: bytes) -> tuple[bytes, bytes]:
        reader, writer = line
        writer.write(HEAD.format(port=self._port, length=len(body)).encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        return head.split(b" ")[1], await reader.readexactly(int(length))


async def run(port: int, bodies: list[bytes], rate: float, seconds: float) -> list[float]:
    """Cast ``rate`` bodies a second; return how long each took."""
    phones, start = Phones(port), time.perf_counter() + 0.2
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(phones.cast(bodies[number], due))
    return phones.milliseconds


def main() -> None:
    """Read what to do from the command line."""
    port, bodies, rate, seconds = sys.argv[1:]
    lines = Path(bodies).read_bytes().splitlines()
    print(json.dumps(asyncio.run(run(int(port), lines, float(rate), float(seconds)))))


if __name__ == "__main__":
    main()
