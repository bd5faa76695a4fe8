"""The plaintext of a ballot: the same size for every ballot of a paper (SEC-12), and read back strictly (SEC-37).

Layout (format 2): version (1 byte), paper hash (32), place of the voter group (2), one byte per mark (section by
section, each of objects x items; points with tenths take two, app.rounds.marks), remarks (exactly
``Paper.remark_bytes``): their number (2), then per remark place of the object, counted over all sections (2), length
(2) and UTF-8, then zeros. Numbers are big-endian.
The phone's script (``booth-seal.js``) writes the same.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED, SELF, Paper, Section
from app.rounds.limits import check_limits
from app.rounds.marks import are_wrong, is_wrong

VERSION = 2
VOID = 0xFE
"""In the place of every mark of a section that was filled in as no booth does it: 无效 for that section alone."""
_HEAD = struct.Struct(">B32sH")
_COUNT = struct.Struct(">H")
_REMARK = struct.Struct(">HH")
_HAN_BYTES = 3


class BadEnvelope(DomainError):  # noqa: N818 - an envelope is what is bad, not the program
    """An envelope that is not what the booth of this paper puts into the box."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One voter's marks, section by section and unit-major, and his remarks as pairs of place of the unit and text."""

    group_id: str
    marks: bytes
    remarks: tuple[tuple[int, str], ...] = ()


def plaintext_size(paper: Paper) -> int:
    """Bytes of every plaintext of this paper."""
    return _HEAD.size + paper.cells + paper.remark_bytes


def check_marks(paper: Paper, ballot: Ballot) -> None:
    """Refuse a ballot that leaves an asked cell open, marks an unasked one or names no option of the scale.

    DomainError ``missing_marks`` (with ``unit`` and ``item``, places in the paper), ``marks_malformed``, or
    ``ballot_over_limit`` where more objects got a grade than may have it.
    """
    if len(ballot.marks) != paper.cells:
        raise DomainError("marks_malformed")
    left_out = paper.group(ballot.group_id).left_out
    for section in paper.sections:
        _check_section(section, left_out, ballot.marks[section.start : section.end])


def _check_section(section: Section, left_out: tuple[str, ...], marks: bytes) -> None:
    rated = marks
    if section.self_cell:
        left_out = (*left_out, *_own(section, left_out, marks))
        rated = marks.replace(bytes((SELF,)), bytes((NOT_ASKED,)))
    asked = _asked_marks(section, left_out, rated)
    if are_wrong(section, asked):
        _name_the_first_bad(section, left_out, rated)
    check_limits(section, marks)


def _own(section: Section, left_out: tuple[str, ...], marks: bytes) -> Iterator[str]:
    """Yield the ids of the units marked 本人; DomainError ``self_mixed`` where only some items of one are."""
    width = section.width
    for place, unit in enumerate(section.units):
        count = marks[place * width : (place + 1) * width].count(SELF)
        if count and unit.id in left_out:
            raise DomainError("marks_malformed", unit=section.first + place)
        if count == width:
            yield unit.id
        elif count:
            raise DomainError("self_mixed", unit=unit.name)


def _asked_marks(section: Section, left_out: tuple[str, ...], marks: bytes) -> bytes | bytearray:
    """Return the marks without the units that the group leaves out."""
    if not left_out:
        return marks
    width = section.width
    empty = bytes((NOT_ASKED,)) * width
    asked = bytearray(marks)
    for place in range(len(section.units) - 1, -1, -1):
        if section.units[place].id in left_out:
            start = place * width
            if asked[start : start + width] != empty:
                raise DomainError("marks_malformed", unit=section.first + place)
            del asked[start : start + width]
    return asked


def _name_the_first_bad(section: Section, left_out: tuple[str, ...], marks: bytes) -> None:
    width = section.width
    for place, unit in enumerate(section.units):
        row = marks[place * width : (place + 1) * width]
        for item in range(len(section.items) if unit.id not in left_out else 0):
            if is_wrong(section, item, row):
                code = "missing_marks" if row[section.place_of(item)] == NOT_ASKED else "marks_malformed"
                raise DomainError(code, unit=section.first + place, item=item)


def encode(paper: Paper, paper_hash: str, ballot: Ballot) -> bytes:
    """Return the checked ballot as ``plaintext_size(paper)`` bytes.

    DomainError as ``check_marks``, and ``group_unknown``, ``remark_malformed`` (with ``unit``),
    ``remark_too_long`` (``limit``: how many Han characters so many remarks may have together).
    """
    place = group_place(paper, ballot.group_id)
    check_marks(paper, ballot)
    _check_remark_units(paper, ballot)
    return pack((paper_hash, place), ballot.marks, ballot.remarks, paper.remark_bytes)


def pack(head: tuple[str, int], marks: bytes, remarks: Sequence[tuple[int, str]], remark_bytes: int) -> bytes:
    """Return a plaintext as a phone writes it: ``head`` is the paper's hash and the place of the voter group.

    DomainError ``remark_malformed`` or ``remark_too_long``; marks are taken as they are.
    """
    paper_hash, place = head
    return _HEAD.pack(VERSION, bytes.fromhex(paper_hash), place) + marks + _remark_area(remarks, remark_bytes)


def group_place(paper: Paper, group_id: str) -> int:
    """Return the place of a voter group in the paper; DomainError ``group_unknown``."""
    for place, group in enumerate(paper.groups):
        if group.id == group_id:
            return place
    raise DomainError("group_unknown")


def _remark_area(remarks: Sequence[tuple[int, str]], size: int) -> bytes:
    if not remarks:
        return bytes(size)
    area = _COUNT.pack(len(remarks))
    for unit, text in remarks:
        raw = _remark_text(unit, text)
        if len(area) + _REMARK.size + len(raw) > size:
            overhead = _COUNT.size + _REMARK.size * len(remarks)
            raise DomainError("remark_too_long", limit=max(0, (size - overhead) // _HAN_BYTES))
        area += _REMARK.pack(unit, len(raw)) + raw
    return area.ljust(size, b"\0")


def _check_remark_units(paper: Paper, ballot: Ballot) -> None:
    """One remark per unit at most, in the order of the units, none to a unit that the group leaves out."""
    rated = paper.rated_by(ballot.group_id)
    last = -1
    for unit, _text in ballot.remarks:
        if unit <= last or unit not in rated:
            raise DomainError("remark_malformed", unit=unit)
        last = unit


def _remark_text(unit: int, text: str) -> bytes:
    # NUL does not fit into a text column of PostgreSQL: it must be refused here, not at the opening of the box.
    if not text or "\0" in text:
        raise DomainError("remark_malformed", unit=unit)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise DomainError("remark_malformed", unit=unit) from None


def decode(paper: Paper, paper_hash: str, plaintext: bytes) -> Ballot:
    """Return the ballot, with ``VOID`` marks in a section whose own are wrong, if those of another are not.

    BadEnvelope ``envelope_malformed`` or ``envelope_of_other_paper`` if ``encode`` cannot have made the plaintext.
    """
    if len(plaintext) != plaintext_size(paper):
        raise BadEnvelope("envelope_malformed")
    version, digest, place = _HEAD.unpack_from(plaintext)
    if version != VERSION or place >= len(paper.groups):
        raise BadEnvelope("envelope_malformed")
    if digest != bytes.fromhex(paper_hash):
        raise BadEnvelope("envelope_of_other_paper")
    cut = len(plaintext) - paper.remark_bytes
    remarks = _read_remarks(plaintext[cut:])
    ballot = Ballot(paper.groups[place].id, plaintext[_HEAD.size : cut], remarks)
    try:
        _check_remark_units(paper, ballot)
    except DomainError:
        raise BadEnvelope("envelope_malformed") from None
    return _with_void(paper, ballot)


def _with_void(paper: Paper, ballot: Ballot) -> Ballot:
    """Return what counts of a ballot: the sections that are right. BadEnvelope where there is none."""
    left_out = paper.group(ballot.group_id).left_out
    sections = paper.sections
    void = [section for section in sections if _is_void(section, left_out, ballot.marks)]
    if not void:
        return ballot
    if not any(section.rated_by(ballot.group_id) for section in sections if section not in void):
        raise BadEnvelope("envelope_malformed")
    marks = bytearray(ballot.marks)
    for section in void:
        marks[section.start : section.end] = bytes((VOID,)) * (section.end - section.start)
    places = {section.first + place for section in void for place in range(len(section.units))}
    remarks = tuple((unit, text) for unit, text in ballot.remarks if unit not in places)
    return Ballot(ballot.group_id, bytes(marks), remarks)


def _is_void(section: Section, left_out: tuple[str, ...], marks: bytes) -> bool:
    """Whether a section's marks are wrong; one that the group rates nothing of is not."""
    try:
        _check_section(section, left_out, marks[section.start : section.end])
    except DomainError:
        return True
    return False


def _read_remarks(area: bytes) -> tuple[tuple[int, str], ...]:
    if not area.strip(b"\0"):
        return ()
    try:
        remarks, end = _parse_remarks(area)
    except (struct.error, UnicodeDecodeError):
        raise BadEnvelope("envelope_malformed") from None
    if not remarks or area[end:].strip(b"\0"):
        raise BadEnvelope("envelope_malformed")
    return tuple(remarks)


def _parse_remarks(area: bytes) -> tuple[Sequence[tuple[int, str]], int]:
    """Return the remarks and where the padding begins."""
    (count,) = _COUNT.unpack_from(area)
    remarks: list[tuple[int, str]] = []
    at = _COUNT.size
    for _ in range(count):
        unit, length = _REMARK.unpack_from(area, at)
        at += _REMARK.size
        raw = area[at : at + length]
        if len(raw) != length or not raw or b"\0" in raw:
            raise BadEnvelope("envelope_malformed")
        remarks.append((unit, raw.decode()))
        at += length
    return remarks, at
