"""What stands on slips, and how it goes to the one who typesets it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

HOW_TO: Final = ("扫左侧二维码", "逐项选择后提交", "一码一票，不记名")


@dataclass(frozen=True, slots=True)
class Wifi:
    """The hall's own wireless network; an open network has an empty password."""

    ssid: str
    password: str


@dataclass(frozen=True, slots=True)
class SlipEnglish:
    """What an English reader needs of a slip, beside the Chinese: of which vote and group it is, and what to do."""

    title: str
    more: str
    group: str = ""
    how_to: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """What all slips of one voter group show."""

    title: str
    group: str
    people: int
    """How many are expected of the group: a voter sees how many he is one of (SEC-84)."""
    round_name: str
    address: str
    """Where a voter types the code, such as ``http://192.168.1.5:8000/v``."""
    qr_prefix: str
    """The QR holds this and the code: ``http://192.168.1.5:8000/v#``."""
    promise: str
    """What of the result is shown and what may follow from it, in one line."""
    how_to: tuple[str, ...] = HOW_TO
    wifi: Wifi | None = None
    english: SlipEnglish | None = None


@dataclass(frozen=True, slots=True)
class SlipBack:
    """The back of every slip: where participants read the result once it is released to them."""

    title: str
    round_name: str
    link: str
    english: SlipEnglish | None = None


Sheets = Sequence[tuple[SlipSheet, Sequence[str]]]
"""What the slips of each voter group show, with its codes."""


def packed(sheets: Sheets, back: SlipBack | None) -> bytes:
    """Return the sheets as bytes for a pipe, and for nothing else: the codes stand in them."""
    told = [[asdict(sheet), list(codes)] for sheet, codes in sheets]
    return json.dumps([told, asdict(back) if back else None], ensure_ascii=False).encode()


def unpacked(body: bytes) -> tuple[Sheets, SlipBack | None]:
    """Return what was packed."""
    told, back = json.loads(body)
    sheets = []
    for fields, codes in told:
        wifi = Wifi(**fields["wifi"]) if fields["wifi"] else None
        more = {"how_to": tuple(fields["how_to"]), "wifi": wifi, "english": _english(fields["english"])}
        sheets.append((SlipSheet(**{**fields, **more}), codes))
    return sheets, SlipBack(**{**back, "english": _english(back["english"])}) if back else None


def _english(told: dict[str, Any] | None) -> SlipEnglish | None:
    if told is None:
        return None
    return SlipEnglish(**{**told, "how_to": tuple(told["how_to"]), "lines": tuple(told["lines"])})
