"""One played phone: it loads the pages like a browser, thinks, casts, and behaves as badly as phones in a hall do."""

import asyncio
import json
import re
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

from app.box.envelope import pack
from app.box.seal import envelope_info, seal
from app.core.secrets import chance, choose, jitter, token_bytes
from app.operations.meeting import REMARKING, remark
from app.operations.phone_line import Answer, LineError, PhoneLine
from app.rounds.domain import NOT_ASKED
from app.slips.codes import new_code

FIELD = re.compile(r"([mp])(\d+)-(\d+)")
TAG = re.compile(r"<(input|form|link|script|fieldset)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
SIZES = ("place", "remark-bytes")
OUT_OF_PATIENCE = 40
BUSY = frozenset({429, 500, 502, 503, 504})
FLAKY, DOUBLE, FOREIGN = 0.15, 0.10, 0.05
NO_POINTS = 0.1
Opinion = Callable[[int, int, int], Sequence[float]]
"""(unit, item, number of options) → weight of each option."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a phone cast: the group's id, the bytes of marks by (unit, place among its own), and remarks by unit."""

    group_id: str
    marks: dict[tuple[int, int], int]
    remarks: dict[int, str]


@dataclass(slots=True)
class Diary:
    """What the phones saw. ``pages``, ``waits``: seconds to the paper, and from the first attempt to the receipt.

    ``client_share``: how much of one core the phones took; near 1 the figures tell of the phones, not of the server.
    ``server_mb``: the server's memory after them, where it can be seen. ``refused_slips``: how many, by the status.
    """

    cast: list[Ballot] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    client_share: float = 0.0
    server_mb: float | None = None
    retries: int = 0
    doubles: int = 0
    refused_codes: int = 0
    refused_slips: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class PointsField:
    """Points of an item up to ``most``; ``others``: the marks that may stand in their place."""

    most: int
    tenths: bool
    others: list[int] = field(default_factory=list)

    def answer(self) -> bytes:
        """Return the bytes of a mark: points, or now and then what may stand in their place."""
        if self.others and chance(NO_POINTS):
            return bytes((self.others[choose([1] * len(self.others))], 0)[: 1 + self.tenths])
        whole = choose([1] * (self.most + 1))
        tenth = choose([1] * 10) if whole < self.most else 0
        return bytes((whole, tenth)[: 1 + self.tenths])


@dataclass(slots=True)
class PaperPage:
    """The hidden fields, the choices and the assets of a page."""

    hidden: dict[str, str] = field(default_factory=dict)
    choices: dict[tuple[int, int], int] = field(default_factory=dict)
    """By (unit, place among its marks) how many can be chosen."""
    points: dict[tuple[int, int], PointsField] = field(default_factory=dict)
    shape: list[int] = field(default_factory=list)
    """Of each object how many bytes its marks take."""
    size: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIZES, 0))
    key: bytes = b""
    assets: list[str] = field(default_factory=list)
    _most: str = ""

    def take(self, tag: str, found: Mapping[str, str]) -> None:
        """Take what matters from a tag."""
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found.get("value", "")
        elif tag == "input" and (known := FIELD.fullmatch(found.get("name", ""))):
            self._take_field(known[1], (int(known[2]), int(known[3])), found)
        elif tag == "fieldset":
            self._most = found.get("data-most", "")
        elif tag == "form" and "data-ballot" in found:
            self.size = {name: int(found[f"data-{name}"]) for name in self.size}
            self.shape = [int(items) for items in found["data-shape"].split()]
            self.key = bytes.fromhex(found["data-key"])
        elif tag in {"link", "script"} and (asset := found.get("href") or found.get("src", "")).startswith("/"):
            self.assets.append(asset)

    def _take_field(self, kind: str, cell: tuple[int, int], found: Mapping[str, str]) -> None:
        if kind == "p":
            self.points[cell] = PointsField(int(self._most), "data-tenths" in found)
        elif cell not in self.points:
            self.choices[cell] = max(self.choices.get(cell, 0), int(found["value"]) + 1)
        elif found["value"]:
            self.points[cell].others.append(int(found["value"]))

    def cells(self) -> Iterator[tuple[int, int]]:
        """Yield unit and place of every byte of a ballot's marks, in its order."""
        yield from ((unit, place) for unit, width in enumerate(self.shape) for place in range(width))


def read_page(text: str) -> PaperPage:
    """Return what a phone needs of a page; an HTML parser would cost more than serving it did."""
    page = PaperPage()
    for tag in TAG.finditer(text):
        page.take(tag[1], {name: unescape(value) for name, value in ATTRIBUTE.findall(tag[2])})
    return page


class RefusedError(Exception):
    """The server did not take what it had to take."""


class SlipRefusedError(RefusedError):
    """A slip was not taken, with the status of the answer: it was used, voided, or its round is not open."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the paper was refused with status {status}")
        self.status = status


class Phone:
    """A phone in the hall, with its slip's code and an opinion."""

    def __init__(self, client: PhoneLine, code: str, opinion: Opinion, diary: Diary) -> None:
        self._client = client
        self._code = code
        self._opinion = opinion
        self._diary = diary
        self._headers = {"Origin": client.base_url, "X-Manyidu": "1", "Accept": "application/json"}

    async def vote(self, arrives_within: float, thinks: float) -> None:
        """Arrive, scan, fill in, cast."""
        await asyncio.sleep(jitter(arrives_within))
        entry = read_page((await self._patiently(lambda: self._client.get("/v"))).text)
        for asset in entry.assets:
            await self._patiently(lambda path=asset: self._client.get(path))  # type: ignore[misc]
        if chance(FOREIGN):
            await self._try_a_foreign_code(entry)
        started = time.monotonic()
        page = await self._paper(entry, self._code)
        self._diary.pages.append(time.monotonic() - started)
        await asyncio.sleep(thinks / 4 + jitter(thinks * 3 / 4))
        ballot = self._fill_in(page)
        await self._cast(page, ballot)
        self._diary.cast.append(ballot)

    async def _patiently(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        for attempt in range(OUT_OF_PATIENCE):
            try:
                response = await ask()
            except LineError:
                response = None
            if response is not None and response.status_code not in BUSY:
                return response
            self._diary.retries += 1
            await asyncio.sleep(0.2 + jitter(min(8.0, 0.4 * 2**attempt)))
        message = "the server stayed busy or out of reach"
        raise RefusedError(message)

    async def _enter(self, entry: PaperPage, code: str) -> Answer:
        form = {**entry.hidden, "code": code}
        return await self._patiently(lambda: self._client.post("/v/paper", data=form))

    async def _try_a_foreign_code(self, entry: PaperPage) -> None:
        response = await self._enter(entry, new_code(token_bytes))
        if response.is_success:
            message = "a code of another installation was let in"
            raise RefusedError(message)
        self._diary.refused_codes += 1

    async def _paper(self, entry: PaperPage, code: str) -> PaperPage:
        response = await self._enter(entry, code)
        page = read_page(response.text)
        if not response.is_success or not (page.choices or page.points):
            raise SlipRefusedError(response.status_code)
        return page

    def _fill_in(self, page: PaperPage) -> Ballot:
        marks = {cell: choose(self._opinion(*cell, count)) for cell, count in page.choices.items()}
        for (unit, place), asked in page.points.items():
            marks.update({(unit, place + at): byte for at, byte in enumerate(asked.answer())})
        remarks = {}
        if page.size["remark-bytes"] and chance(REMARKING):
            units = sorted({unit for unit, _ in marks})
            unit = units[choose([1] * len(units))]
            remarks[unit] = remark()
        return Ballot(page.hidden["group"], marks, remarks)

    async def _cast(self, page: PaperPage, ballot: Ballot) -> None:
        body = self._body(page, ballot)
        started = time.monotonic()
        if chance(FLAKY):
            await self._hang_up_early(body)
        if chance(DOUBLE):
            self._diary.doubles += 1
            first, second = await asyncio.gather(self._send(body), self._send(body))
            receipts = {first, second}
        else:
            receipts = {await self._send(body)}
        if len(receipts) != 1:
            message = "the same ballot got two receipts"
            raise RefusedError(message)
        self._diary.waits.append(time.monotonic() - started)

    def _body(self, page: PaperPage, ballot: Ballot) -> bytes:
        """Seal the ballot as the script on a phone does; every time it is sent, it is sent in these bytes."""
        kept = {name: page.hidden[name] for name in ("code", "round", "paper", "group")}
        marks = bytes(ballot.marks.get(cell, NOT_ASKED) for cell in page.cells())
        head = kept["paper"], page.size["place"]
        plaintext = pack(head, marks, sorted(ballot.remarks.items()), page.size["remark-bytes"])
        sealed = seal(page.key, envelope_info(kept["round"], kept["paper"], kept["group"]), plaintext)
        return json.dumps({**kept, "sealed": urlsafe_b64encode(sealed).decode()}, separators=(",", ":")).encode()

    async def _hang_up_early(self, body: bytes) -> None:
        """Send and lose the connection before the answer: the ballot may or may not be in the box."""
        self._diary.retries += 1
        try:
            await asyncio.wait_for(self._post(body), timeout=0.005 + jitter(0.05))
        except (TimeoutError, LineError):
            return

    async def _post(self, body: bytes) -> Answer:
        headers = {**self._headers, "Content-Type": "application/json"}
        return await self._client.post("/v/cast", content=body, headers=headers)

    async def _send(self, body: bytes) -> str:
        response = await self._patiently(lambda: self._post(body))
        answer = response.json()
        if not response.is_success:
            message = f"a ballot was refused: {answer.get('error')}"
            raise RefusedError(message)
        return str(answer["receipt"])
