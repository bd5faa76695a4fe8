"""``manyidu hall``: a meeting hall of played phones against a running server, and the proof that it counted right."""

import asyncio
import re
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import typer
import uvloop
from sqlalchemy.orm import Session

from app.audit.service import SYSTEM
from app.box import reads as box_reads
from app.campaigns import service as campaigns
from app.campaigns.builtin import DEFAULT_SCALE
from app.campaigns.domain import SECTIONS, Item, Objects
from app.campaigns.reads import get_campaign
from app.campaigns.rules import GroupRow
from app.campaigns.scheme_service import FormEdit, copy_form, save_form
from app.campaigns.score import Score
from app.campaigns.section_service import SectionEdit, add_section, edit_section
from app.core.acting import Acting
from app.core.clock import utc_now
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder, SettingsError
from app.core.secrets import shuffled
from app.core.settings import Settings
from app.main import PORTS
from app.operations import demo
from app.operations.listening import memory_of_listeners
from app.operations.meeting import Meeting, close_and_open, opinion
from app.operations.open_files import raise_open_files
from app.operations.phone import Diary, Opinion, Phone, RefusedError, SlipRefusedError
from app.operations.phone_line import LineError, PhoneLine
from app.operations.playing import Played, open_played
from app.operations.printed import printed_codes
from app.operations.server import open_database
from app.rounds import service as rounds
from app.rounds.domain import NOT_ASKED, Paper, Section
from app.rounds.reads import frozen_paper
from app.rounds.service import RoundDraft

GROUPS = 8
OWN_UNITS = 8
THINKING_SECONDS = 12.0
GIVE_UP_SECONDS = 600.0
_POINTS: Final = (Item("", "工作实绩", score=Score(decimals=1)), Item("", "群众口碑", score=Score(10)))


async def _play(url: str, codes: list[str], think: Opinion, seconds: float) -> Diary:
    """Let every phone vote over a socket of its own, as real ones do."""
    diary, trust, thinks = Diary(), ssl.create_default_context(), min(THINKING_SECONDS, seconds)

    async def visit(code: str) -> None:
        line = PhoneLine(url, trust)
        try:
            await Phone(line, code, think, diary).vote(seconds, thinks)
        except SlipRefusedError as refused:
            diary.refused_slips[refused.status] += 1
        finally:
            line.close()

    started, before = time.monotonic(), time.process_time()
    async with asyncio.timeout(GIVE_UP_SECONDS):
        await asyncio.gather(*(visit(code) for code in codes))
    diary.client_share = (time.process_time() - before) / (time.monotonic() - started)
    diary.server_mb = memory_of_listeners(port_of(url))
    return diary


def port_of(url: str) -> int:
    """Return the port that an address leads to."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _played(url: str, codes: list[str], seconds: float) -> Diary:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        diary = runner.run(_play(url, codes, opinion, seconds))
    _report(diary)
    return diary


Asked = Callable[[Acting, str], str]
"""Makes what a campaign is asked, and returns the key of its form."""


def _set_up(database: Database, folder: KeyFolder, phones: int, asked: Asked) -> Meeting:
    with database.writing() as session:
        acting = Acting(session, utc_now(), SYSTEM)
        name = f"模拟会场 {acting.now:%Y%m%d%H%M%S}"
        campaign_id = campaigns.create_campaign(session, acting.now, SYSTEM, name, "模拟会场")
        units = [f"第 {number} 单位" for number in range(1, OWN_UNITS + 1)]
        campaigns.add_units(session, acting.now, SYSTEM, campaign_id, units)
        count = max(1, min(GROUPS, phones // 10))
        rows = [GroupRow("", f"第 {number} 类", max(5, -(-phones // count))) for number in range(1, count + 1)]
        campaigns.save_groups(session, acting.now, SYSTEM, campaign_id, rows)
        session.flush()
        groups = get_campaign(session, campaign_id).groups
        campaigns.set_left_out(
            session, acting.now, SYSTEM, campaign_id, groups[0].id, [get_campaign(session, campaign_id).units[0].id]
        )
        draft = RoundDraft(name, asked(acting, campaign_id), remarks=True, key_needed=2, key_holders=3)
        round_id = rounds.create_round(acting, campaign_id, draft)
        rounds.freeze(acting, round_id)
    played = Played(round_id, {group.id: group.expected for group in groups}, ["甲", "乙", "丙"])
    codes, shares = open_played(database, folder, (utc_now(), SYSTEM), played)  # the round is there before its box is
    handed_out = shuffled(code for group in codes.values() for code in group)[:phones]
    return Meeting(campaign_id, round_id, handed_out, shares)


def _sections(acting: Acting, campaign_id: str) -> str:
    """Let the first be rated by itself, the last as a document, all others as people: each by a form of its own."""
    mixed = _form(acting, campaign_id, [Item("", "总体评价"), *_POINTS])
    units = [unit.id for unit in get_campaign(acting.session, campaign_id).units]
    parts = (("班子", Objects.UNIT, "t2", units[:1]), ("成员", Objects.PERSON, "t4", units[1:-1]))
    for noun, objects, form_key, chosen in (*parts, ("报告", Objects.DOCUMENT, mixed, units[-1:])):
        edit = SectionEdit(noun, objects, form_key)
        section_id = add_section(acting, campaign_id, edit)
        edit_section(acting, campaign_id, section_id, edit, {}, chosen)
    return SECTIONS


def _points(acting: Acting, campaign_id: str) -> str:
    """Let all be answered in points, with tenths and whole."""
    return _form(acting, campaign_id, _POINTS)


def _form(acting: Acting, campaign_id: str, items: Sequence[Item]) -> str:
    key = copy_form(acting.session, acting.now, SYSTEM, campaign_id, "t1")
    edit = FormEdit("打分表", DEFAULT_SCALE, list(items), remarks=True)
    save_form(acting.session, acting.now, SYSTEM, campaign_id, key, edit)
    return key


Counted = Counter[tuple[str, ...]]


def _byte_names(section: Section) -> list[str]:
    """Return a name for each byte that the marks of an object take: points with tenths take two."""
    return [f"{item.key} {place}" for item in section.items for place in range(item.width)]


def _counted(database: Database, paper: Paper) -> Counted:
    """Return every count of the opened box: (unit, byte of an item, group, mark) and (remark, unit, text)."""
    found: Counted = Counter()
    names = {unit.id: _byte_names(section) for section in paper.sections for unit in section.units}
    with database.reading() as session:
        for (unit_id, group_id), marks in box_reads.stacks(session, paper.round_id).items():
            for place, mark in enumerate(marks):
                if mark != NOT_ASKED:
                    found[unit_id, names[unit_id][place % len(names[unit_id])], group_id, str(mark)] += 1
        for remark in box_reads.remarks(session, paper.round_id):
            found["remark", remark.unit_id, remark.text] += 1
    return found


def _expected(paper: Paper, diary: Diary) -> Counted:
    """Return the same counts as the phones remember them."""
    cast: Counted = Counter()
    for ballot in diary.cast:
        for (unit, place), mark in ballot.marks.items():
            name = _byte_names(paper.section_at(unit))[place]
            cast[paper.units[unit].id, name, ballot.group_id, str(mark)] += 1
        for unit, text in ballot.remarks.items():
            cast["remark", paper.units[unit].id, text] += 1
    return cast


def first_difference(counted: Mapping[tuple[str, ...], int], cast: Mapping[tuple[str, ...], int]) -> str | None:
    """Return the first count that is not what was cast, or None."""
    for key in sorted({*counted, *cast}):
        if counted.get(key, 0) != cast.get(key, 0):
            return f"{' / '.join(key)}: counted {counted.get(key, 0)}, cast {cast.get(key, 0)}"
    return None


def _tidy_up(database: Database, folder: KeyFolder, meeting: Meeting) -> None:
    def tidy(session: Session) -> None:
        acting = Acting(session, utc_now(), SYSTEM)
        rounds.purge_round(acting, folder, PORTS, meeting.round_id)
        campaigns.delete_campaign(session, acting.now, SYSTEM, meeting.campaign_id)

    database.acted(tidy)


def _percentiles(waits: list[float]) -> str:
    ordered = sorted(waits) or [0.0]
    at = {share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.95, 0.99)}
    found = ", ".join(f"p{share * 100:.0f} {milliseconds:.0f}" for share, milliseconds in at.items())
    return f"{found}, longest {ordered[-1] * 1000:.0f} ms"


def _report(diary: Diary) -> None:
    memory = "unknown" if diary.server_mb is None else f"{diary.server_mb:.0f} MB"
    typer.echo(
        f"{len(diary.cast)} phones voted; paper: {_percentiles(diary.pages)}; cast to receipt: "
        f"{_percentiles(diary.waits)}; {diary.retries} retries, {diary.doubles} double submits, "
        f"{diary.refused_codes} foreign codes and {diary.refused_slips.total()} slips refused; "
        f"the phones took {diary.client_share:.0%} of a core; "
        f"the server's memory: {memory}"
    )


def _own_round(settings: Settings, url: str, phones: int, seconds: float, asked: Asked = _sections) -> str | None:
    """Play the throw-away round; return the first difference, or None."""
    with open_database(settings) as database:
        folder = KeyFolder(settings.data / "keys")
        return _play_own_round(database, folder, url, _set_up(database, folder, phones, asked), (phones, seconds))


def _play_own_round(
    database: Database, folder: KeyFolder, url: str, meeting: Meeting, what: tuple[int, float]
) -> str | None:
    phones, seconds = what
    try:
        diary = _played(url, meeting.codes, seconds)
        close_and_open(database, folder, meeting)
        with database.reading() as session:
            paper, _ = frozen_paper(session, meeting.round_id)
        if len(diary.cast) != phones:
            return f"{phones} phones, but {len(diary.cast)} ballots cast"
        return first_difference(_counted(database, paper), _expected(paper, diary))
    finally:
        _tidy_up(database, folder, meeting)


def _demo_round(settings: Settings, url: str, phones: int, seconds: float) -> str | None:
    """Play phones into the demo's open round; its codes are used up as they go."""
    found = demo.load(settings.data)
    if found is None:
        raise DomainError("demo_missing")
    played = demo.take_codes(settings.data, phones)
    if len(played) < phones:
        typer.echo(f"only {len(played)} of the demo's codes are left")
    diary = _played(url, played, seconds)
    return None if len(diary.cast) == len(played) else "not every phone could vote"


def _printed(slips: Path, url: str, phones: int, seconds: float) -> str | None:
    """Play phones with printed slips, dealt out at random, into the round that these are of."""
    diary = _played(url, shuffled(printed_codes(slips))[:phones], seconds)
    refused = diary.refused_slips.total()
    if not diary.cast:
        raise DomainError("slips_all_refused", count=refused)
    typer.echo(f"{len(diary.cast)} of the slips were used")
    return f"{refused} {_NOT_TAKEN}" if refused else None


_NOT_TAKEN: Final = (
    "more were not taken: they were used before, voided, or are of a round that is not open. What was cast is in the "
    "box. Take a PDF of slips that nobody used, or print more on the page of slips."
)


_ROUNDS: Final[Mapping[str, Callable[[Settings, str, int, float], str | None]]] = {
    "own": _own_round,
    "points": partial(_own_round, asked=_points),
    "demo": _demo_round,
}


def play(settings: Settings, url: str, what: tuple[str, int, float], slips: Path | None = None) -> int:
    """Play ``what`` = (``own``, ``points`` or ``demo``, phones, seconds of arriving); return the exit status.

    ``slips``: a printed PDF whose round is played instead.
    """
    kind, phones, seconds = what
    raise_open_files()
    run = _ROUNDS.get(kind)
    if run is None:
        raise DomainError("field_not_a_choice", field="--round")
    if not re.fullmatch(r"https?://[^\s/]+/?", url):
        message = f"--url={url}: is no plain address with http:// or https:// and a host; for example --url=http://127.0.0.1:8000"
        raise SettingsError(message)
    try:
        address = url.rstrip("/")
        difference = _printed(slips, address, phones, seconds) if slips else run(settings, address, phones, seconds)
    except (RefusedError, LineError, TimeoutError) as error:
        difference = f"{type(error).__name__}: {error}"
    typer.echo(difference or ("done" if slips or kind == "demo" else "counted = cast"), file=sys.stdout)
    return 1 if difference else 0
