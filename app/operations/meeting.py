"""A meeting this process runs alone: it holds the codes and the shares, has an opinion, votes and opens the box."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from time import monotonic

from sqlalchemy.orm import Session

from app.audit.service import SYSTEM
from app.ballots.finder import Finder
from app.booth import service as booth
from app.booth.domain import Answers, Sheet, asked_cells, blank, options
from app.box import jobs
from app.box.drop import drop
from app.box.openings import Openings, Place
from app.core.acting import Acting, Principal
from app.core.clock import utc_now
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import chance, choose
from app.rounds import service as rounds
from app.rounds.domain import Section
from app.rounds.marks import mark_bytes, special_bytes

QUALITIES = (0.88, 0.78, 0.84, 0.42, 0.76, 0.41, 0.82, 0.77)
"""How well each unit is thought of; the fourth and the sixth need to do better, and chance changes nothing of that."""
REMARKING = 0.5
_SHADES = 10
"""So many parts of the points are told apart by what is thought of a unit."""
START_SECONDS, LOOK_SECONDS = 60.0, 0.05
SUBJECTS = (
    "多到基层走一走，听听群众的想法", "公共文化设施延长开放时间", "多办一些广场文化活动", "加强与有关部门的沟通协调",
    "改进服务窗口的态度", "加快文化信息资源共享工程建设", "多组织送戏下乡", "加强对文化市场的日常巡查",
    "为干部职工多安排学习培训", "把办事流程公开得更清楚些",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """A round in which this process holds the codes and the shares; ``needed`` of these open its box."""

    campaign_id: str
    round_id: str
    codes: list[str]
    shares: list[str]
    needed: int = 2
    actor: Principal = SYSTEM
    present: tuple[str, ...] = ("模拟会场",)


def opinion(unit: int, item: int, options: int) -> list[float]:
    """Return how the hall thinks of a unit: uneven between units, a little uneven between items."""
    quality = QUALITIES[unit % len(QUALITIES)] - 0.03 * (item % 3)
    graded = [quality**2, quality * (1 - quality) * 1.6, (1 - quality) * 0.9 * quality, (1 - quality) ** 2 + 0.02]
    graded = (graded + [0.01] * options)[: min(options, 4)]
    return graded + [0.04] * (options - len(graded))


def remark() -> str:
    """Return what somebody in the hall writes down."""
    return f"建议{SUBJECTS[choose([1] * len(SUBJECTS))]}。"


def vote(database: Database, folder: KeyFolder, now: datetime, codes: Iterable[str]) -> None:
    """Cast a ballot with each code as a phone does, by the booth's own service and the box's own door."""
    pepper = folder.pepper()
    votes, finder = [], Finder(database, folder.tag_secret())
    door = booth.Door(finder, pepper, lambda: None)  # it knows its codes
    for code in codes:
        sheet = booth.open_paper(database, door, now, code)
        counter = booth.open_counter(database, sheet.paper.round_id)
        votes.append(booth.check_envelope(counter, pepper, booth.seal_sheet(_filled_in(sheet))))
    finder.close()
    for refusal in filter(None, drop(database, folder, votes, now)):
        raise DomainError(refusal)


def _filled_in(sheet: Sheet) -> Sheet:
    paper, asked = sheet.paper, sheet.paper.rated_by(sheet.group_id)
    marks = bytearray(blank(paper).marks)
    for unit, item, at in asked_cells(paper, sheet.group_id):
        section = paper.section_at(unit)
        marks[at : at + section.items[item].width] = _answer(section, unit, item)
    unit = asked[choose([1] * len(asked))]
    remarks = {unit: remark()} if paper.remarks and chance(REMARKING) else {}
    return replace(sheet, answers=Answers(bytes(marks), remarks))


def _answer(section: Section, unit: int, item: int) -> bytes:
    """Return the bytes of a mark: a choice, or points by what is thought of the unit."""
    asked = section.items[item]
    if asked.score:
        worst = opinion(unit, item, _SHADES)
        steps = asked.score.steps
        return mark_bytes(asked.score, steps - steps * choose(worst) // _SHADES)
    offered = options(section.scheme.scale, asked)
    return special_bytes(asked, offered[choose(opinion(unit, item, len(offered)))].mark)


def close_and_open(
    database: Database, folder: KeyFolder, meeting: Meeting, clock: Callable[[], datetime] = utc_now
) -> None:
    """Close the round and have its box opened with as many shares as it needs."""
    database.acted(lambda session: rounds.close_round(Acting(session, clock(), meeting.actor), meeting.round_id, {}))
    open_box(Place(database, folder, clock, None if clock is utc_now else clock()), meeting)


def open_box(place: Place, meeting: Meeting) -> None:
    """Lead an opening in a process of its own, as the people around a box do; DomainError as it ended."""
    openings = Openings(place)
    try:
        database, round_id = place.database, meeting.round_id
        job_id = database.acted(lambda session: jobs.start_over(_acting(place, meeting, session), round_id))
        if job_id is None:
            raise DomainError("opening_not_waiting")
        openings.start(meeting.round_id, job_id)
        _wait_for_its_key(place, meeting)
        database.acted(lambda session: _give_shares(_acting(place, meeting, session), meeting))
        database.acted(lambda session: jobs.give_word(_acting(place, meeting, session), round_id, meeting.present))
        openings.join(meeting.round_id)
        if error := _job(place, meeting).error:
            raise error
    finally:
        openings.close()


def _give_shares(acting: Acting, meeting: Meeting) -> None:
    for share in meeting.shares[: meeting.needed]:
        jobs.give_share(acting, meeting.round_id, share)
        acting.session.flush()


def _acting(place: Place, meeting: Meeting, session: Session) -> Acting:
    return Acting(session, place.clock(), meeting.actor)


def _job(place: Place, meeting: Meeting) -> jobs.JobView:
    with place.database.reading() as session:
        job = jobs.job_of(session, meeting.round_id, place.clock())
    return job or jobs.JobView("", jobs.FAILED, error=DomainError("opening_ended"))


def _wait_for_its_key(place: Place, meeting: Meeting) -> None:
    """Return once the process takes shares; DomainError ``opening_ended``."""
    pause, deadline = Event(), monotonic() + START_SECONDS
    while not (job := _job(place, meeting)).is_waiting:
        if job.error:
            raise job.error
        if monotonic() > deadline:
            raise DomainError("opening_ended")
        pause.wait(LOOK_SECONDS)
