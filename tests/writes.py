"""Acts of staff over many rows, each in one transaction that nobody else can write beside on an embedded database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Any

import sqlalchemy as sa

from app.accounts.domain import Role
from app.archive import service as archive
from app.campaigns import copying, import_service
from app.campaigns import service as campaigns
from app.campaigns.import_service import Plan
from app.campaigns.reads import get_campaign
from app.campaigns.rules import GroupRow
from app.campaigns.staff_import import save_staff
from app.campaigns.staff_listing import StaffPreview, StaffRow
from app.campaigns.workbook_import import Preview, UnitRow
from app.core.acting import Acting
from app.core.db import READ_ONLY, Database
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.opinions import service as opinions
from app.opinions.domain import Kind, Source
from app.opinions.reads import opinion_ids
from app.rounds import service as rounds
from app.rounds.reads import frozen_paper
from app.rounds.service import RoundDraft
from app.slips import service as slips
from tests.archive.packages import note
from tests.publication import counted
from tests.publication.counted import AT, ZHANG


@dataclass
class Held:
    """One writing transaction: how long it was held, and what was sent in it."""

    seconds: float
    worked: float
    """Seconds of the processor: what is left of the time on a machine that does nothing else, but for its disk."""
    statements: list[str]


class Watch:
    """Notes the writing transactions of a desk, or those that read, from the moment each holds it to its end."""

    def __init__(self, *, reads: bool) -> None:
        self.reads = reads
        self.found: list[Held] = []
        self._begun: dict[int, tuple[float, float, list[str]]] = {}

    def begin(self, connection: sa.Connection) -> None:
        """Note that one begins; on an embedded database it has the lock by now."""
        if bool(connection.get_execution_options().get(READ_ONLY)) is self.reads:
            self._begun[id(connection)] = (perf_counter(), thread_time(), [])

    def send(self, connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        """Note what is sent; one statement for many rows is one."""
        if (kept := self._begun.get(id(connection))) is not None:
            kept[2].append(statement)

    def end(self, connection: sa.Connection) -> None:
        """Note that one is over, but for what the disk takes."""
        if (kept := self._begun.pop(id(connection), None)) is not None:
            self.found.append(Held(perf_counter() - kept[0], thread_time() - kept[1], kept[2]))


@contextmanager
def held(database: Database, *, reads: bool = False) -> Iterator[list[Held]]:
    """Yield the writing transactions of the desk that end meanwhile, or those that read."""
    watch = Watch(reads=reads)
    noted: dict[str, Callable[..., Any]] = {
        "begin": watch.begin,
        "before_cursor_execute": watch.send,
        "commit": watch.end,
        "rollback": watch.end,
    }
    for name, note_it in noted.items():
        sa.event.listen(database.engine, name, note_it)
    try:
        yield watch.found
    finally:
        for name, note_it in noted.items():
            sa.event.remove(database.engine, name, note_it)


class Large:
    """An installation in which each act has so many rows before it."""

    def __init__(self, database: Database, folder: KeyFolder, rows: int, units: int, groups: int) -> None:
        self.database, self.folder, self.rows = database, folder, rows
        self.names = [f"被测评单位{place + 1}" for place in range(units)]
        self.groups = [GroupRow("", f"类别{place + 1}", 12) for place in range(groups)]
        with database.writing() as session:
            self.campaign_id = campaigns.create_campaign(session, AT, ZHANG, "作风建设年活动", "县文化局")
            campaigns.add_units(session, AT, ZHANG, self.campaign_id, self.names)
            campaigns.save_groups(session, AT, ZHANG, self.campaign_id, self.groups)
            typed = [opinions.TypedOpinion(Source.MEETING, f"已有{at}", "", f"第 {at} 条旧意见") for at in range(rows)]
            opinions.add_opinions(Acting(session, AT, ZHANG), self.campaign_id, typed, opinions.hiding(session))
        paper = counted.make_paper(tuple(self.names), {row.name: row.expected for row in self.groups})
        self.published = counted.store_published(database, counted.make_votes(paper, remarks=3))
        note(database, self.published, ZHANG)
        with database.writing() as session:
            draft = RoundDraft("第一轮", "t2", remarks=True)
            self.round_id = rounds.create_round(Acting(session, AT, ZHANG), self.campaign_id, draft)

    def acts(self) -> dict[str, Callable[[], object]]:
        """Return the acts by name, in the order in which they can be done; what is made before each is made here."""
        return {
            "opinions imported": self._opinions(),
            "opinions merged": self._merge(),
            "campaign copied": self._by(lambda acting: copying.copy_campaign(acting, self.campaign_id, "下一年")),
            "liaisons made": self._liaisons(),
            "round frozen": self._by(lambda acting: rounds.freeze(acting, self.round_id)),
            "slips printed": self._by(self._print),
            "slips voided": self._by(lambda acting: slips.void_all(acting, self.folder, self.round_id, "印错")),
            "units imported": self._units(),
            "result published": lambda: counted.release(self.database, self.published, "public"),
            "result corrected": lambda: counted.correct(self.database, self.published, {"g0": (1, 0)}),
            "round archived": self._archive,
        }

    def _by(self, act: Callable[[Acting], object]) -> Callable[[], object]:
        def done() -> object:
            with self.database.writing() as session:
                return act(Acting(session, AT, ZHANG))

        return done

    def _opinions(self) -> Callable[[], object]:
        typed = [opinions.TypedOpinion(Source.MEETING, str(at), "", f"第 {at} 条：等候久") for at in range(self.rows)]
        with self.database.reading() as session:
            hide = opinions.hiding(session)
        for each in typed:
            hide.mask(each.text)
        return self._by(lambda acting: opinions.add_opinions(acting, self.campaign_id, typed, hide))

    def _merge(self) -> Callable[[], object]:
        with self.database.reading() as session:
            some = tuple(opinion_ids(session, self.campaign_id))[: self.rows // 2]
        wish = opinions.Wish(Kind.NEW_ISSUE, some, words="办事等候时间长")
        return self._by(lambda acting: opinions.do(acting, self.campaign_id, wish))

    def _units(self) -> Callable[[], object]:
        names = [*self.names, *(f"新单位{at}" for at in range(self.rows // 3))]
        listed = tuple(UnitRow(place, name) for place, name in enumerate(names))
        plan = Plan(Preview(listed, None, ()), frozenset(), frozenset(), (), ())
        return self._by(
            lambda acting: import_service.save_plan(acting, _nothing_rests, self.campaign_id, plan, drop_missing=False)
        )

    def _liaisons(self) -> Callable[[], object]:
        liaison = frozenset({Role.LIAISON})
        rows = tuple(StaffRow(f"联络{at}", f"ll{at}", liaison, (name,)) for at, name in enumerate(self.names))

        def save(acting: Acting) -> object:
            campaign = get_campaign(acting.session, self.campaign_id)
            return save_staff(acting, campaign, StaffPreview(rows, ()), {}, three_roles=False)

        return self._by(save)

    def _print(self, acting: Acting) -> object:
        paper, _ = frozen_paper(acting.session, self.round_id)
        numbers = {
            group.id: max(group.expected, 714 * self.rows // 2_000 // len(paper.groups)) for group in paper.groups
        }
        return slips.issue(acting, self.folder, self.round_id, numbers)

    def _archive(self) -> object:
        version = 0
        with self.database.reading() as session:
            version = archive.version_to_pack(session, AT, self.published)
        assert version
        note(self.database, self.published, ZHANG)
        return self._by(lambda acting: archive.archive(acting, self.folder, PORTS, self.published))()


def _nothing_rests(*_place: object) -> list[Any]:
    return []
