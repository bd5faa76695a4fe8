"""The demo: the county culture bureau of the product's source, one round published and one ready to vote in.

What a real installation never keeps (codes, the key share, passwords) is kept here in ``DATA/demo.json``, so that the
demo can print them again and ``manyidu hall --round demo`` can play the phones.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Role
from app.accounts.passwords import HASHER
from app.campaigns import reads as campaign_reads
from app.campaigns import scheme_service
from app.campaigns import service as campaigns
from app.campaigns.english_service import keep_english
from app.campaigns.rules import GroupRow
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.scope import ROOT
from app.core.secrets import new_id, shuffled
from app.operations.demo_kinds import hold_votes
from app.operations.demo_rectification import Cast, Story, before_the_vote
from app.operations.meeting import Meeting, close_and_open, vote
from app.operations.playing import Played, open_played, publish_played
from app.opinions import service as opinions
from app.rectification.board import service as board
from app.rectification.orders.days import table_of
from app.rectification.rules.board import Done
from app.rectification.rules.workdays import working_day_from
from app.rounds import service as rounds
from app.rounds.service import RoundDraft

UNITS = (
    "县文化馆", "县图书馆", "县博物馆", "县文工团", "电影发行放映公司", "文化市场稽查队", "文物管理所", "广播站",
)  # fmt: skip
GROUPS = {
    "党代表": 14, "人大代表": 16, "政协委员": 14, "有关部门": 16,
    "服务对象": 20, "下属单位": 14, "社区代表": 12, "农村基层干部代表": 14,
}  # fmt: skip
TITLE, ORGANISATION = "学习实践活动群众满意度测评", "××县文化局"
FIRST_ROUND, OPEN_ROUND = "群众满意度测评（第一次）", "群众满意度测评"
ENGLISH = {
    TITLE: "Public satisfaction with the study and practice campaign",
    ORGANISATION: "×× County Culture Bureau",
    FIRST_ROUND: "Public satisfaction (first round)",
    OPEN_ROUND: "Public satisfaction",
    **dict(zip(UNITS, (
        "County Culture Centre", "County Library", "County Museum", "County Performing Troupe",
        "Film Distribution Company", "Cultural Market Inspection", "Cultural Relics Office", "Broadcasting Station",
    ), strict=True)),
    **dict(zip(GROUPS, (
        "Party delegates", "People's Congress deputies", "Political Consultative members", "Related departments",
        "Users of services", "Subordinate units", "Community delegates", "Village officials",
    ), strict=True)),
}  # fmt: skip
SPARE = 6
LINKS_KEPT = 1
"""Codes of each group that are printed for people; the played phones leave them alone."""
STAFF = (
    ("zhangsan", "张三", Role.ORGANISER),
    ("lisi", "李四", Role.SCRUTINEER),
    ("wangwu", "王五", Role.SCRUTINEER),
    ("zhaoliu", "赵六", Role.LEADER),
    ("sunqi", "孙七", Role.AUDITOR),
    ("wujiu", "吴九", Role.LIAISON),
    ("zhengshi", "郑十", Role.SUPERVISOR),
)
LIAISON_OF = UNITS[3]
SCOPES = ("leaders", "unit", "public")
DAYS_AGO, HOURS_OPEN = 7, 2
STEPS_DONE = {
    "study": (60, "学习记录"),
    "opinions": (45, "征求意见汇总表"),
    "meeting": (30, "民主生活会记录"),
    "report": (21, "分析检查报告定稿"),
    "review": (14, "评议情况汇总"),
}
"""Steps of the campaign's board that were taken before the first round: how many days before it, and the proof."""
DAYS_TO_SPARE = 5
"""So long before its last day each step was done."""
STEP_LEFT_OUT = (UNITS[-1], "review")


@dataclass(frozen=True)
class Demo:
    """What the demo remembers. ``codes``: codes of the slips handed out, by the name of the voter group."""

    round_id: str
    passwords: dict[str, str]
    shares: list[str]
    codes: dict[str, list[str]]


def demo_file(data: Path) -> Path:
    """Return where the demo remembers."""
    return data / "demo.json"


def load(data: Path) -> Demo | None:
    """Return the demo of this DATA folder, or None."""
    file = demo_file(data)
    return Demo(**json.loads(file.read_text("utf-8"))) if file.exists() else None


def take_codes(data: Path, count: int) -> list[str]:
    """Return codes that no phone was given yet, from all groups alike, and strike them off."""
    found = load(data)
    if found is None:
        return []
    left = shuffled(code for codes in found.codes.values() for code in codes[LINKS_KEPT:])
    taken = set(left[:count])
    codes = {name: [code for code in codes if code not in taken] for name, codes in found.codes.items()}
    draft = demo_file(data).with_suffix(".draft")
    _write(draft, Demo(found.round_id, found.passwords, found.shares, codes))
    draft.replace(demo_file(data))
    return left[:count]


def _write(path: Path, demo: Demo) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(demo), file, ensure_ascii=False)


def make(database: Database, folder: KeyFolder, data: Path, now: datetime, *, under_way: bool = True) -> Demo:
    """Set up staff, a campaign with opinions, published rounds of three kinds and an open one, in an empty database.

    ``under_way``: the opinions are merged, all units are asked for plans, and the units below the line are ordered.
    """
    then = now - timedelta(days=DAYS_AGO)
    passwords = {login: f"Demo-{new_id()[:6]}-9" for login, _, _ in STAFF}
    hashes = {login: HASHER.hash(password) for login, password in passwords.items()}
    with database.writing() as session:
        people = {
            login: accounts.create_with_password(session, then, (login, name, role), hashes[login])
            for login, name, role in STAFF
        }
        zhang = people["zhangsan"]
        campaign_id = set_up_campaign(session, then, zhang, TITLE)
        units = campaign_reads.get_campaign(session, campaign_id).units
        unit = next(unit for unit in units if unit.name == LIAISON_OF)
        accounts.set_liaisons(session, then, zhang, unit.id, [people["wujiu"].id])
        opinions.add_demo_opinions(Acting(session, then, zhang), campaign_id)
        _enter_steps(Acting(session, then, zhang), campaign_id)
        cast = Cast(zhang, people["zhengshi"], people["wujiu"], LIAISON_OF)
        if under_way:
            before_the_vote(Story(session, then, cast, campaign_id), [unit.id for unit in units])
    first = _hold_first_round(database, folder, then, (zhang, campaign_id))
    if under_way:
        database.acted(lambda session: Story(session, then, cast, campaign_id).order(first))
    hold_votes(database, folder, then - timedelta(days=DAYS_AGO), zhang)
    round_id, shares, codes = _open_round(database, folder, now, (zhang, campaign_id), OPEN_ROUND)
    demo = Demo(round_id, passwords, shares, codes)
    _write(demo_file(data), demo)
    return demo


def _enter_steps(acting: Acting, campaign_id: str) -> None:
    """Set the seed's stages with days, and enter what the units did before the vote; one of them left a step out."""
    board.choose(acting, campaign_id, "seed")
    stages = board.stages_of(acting.session, campaign_id)
    years = {acting.now.year - 1, acting.now.year, acting.now.year + 1}
    table = table_of(acting.session, ROOT, years)
    due = {
        step: working_day_from((acting.now - timedelta(days=days - DAYS_TO_SPARE)).date(), table)
        for step, (days, _) in STEPS_DONE.items()
    }
    dated = tuple(
        replace(stage, steps=tuple(replace(step, due=due.get(step.key)) for step in stage.steps)) for stage in stages
    )
    board.save_stages(acting, campaign_id, dated, board.mark_of(stages))
    for unit in campaign_reads.get_campaign(acting.session, campaign_id).units:
        for step, (days, proof) in STEPS_DONE.items():
            if (unit.name, step) != STEP_LEFT_OUT:
                done = Done((acting.now - timedelta(days=days)).date(), proof)
                board.tick(acting, campaign_id, (unit.id, step), done)


def set_up_campaign(session: Session, now: datetime, organiser: Principal, title: str) -> str:
    """Make the bureau's campaign; one person may act alone, so that the demo can be walked through by one."""
    campaign_id = campaigns.create_campaign(session, now, organiser, title, ORGANISATION)
    campaigns.add_units(session, now, organiser, campaign_id, UNITS)
    rows = [GroupRow("", name, expected) for name, expected in GROUPS.items()]
    campaigns.save_groups(session, now, organiser, campaign_id, rows)
    session.flush()
    keep_english(session, campaign_id, ENGLISH)
    scheme = campaign_reads.get_campaign(session, campaign_id).scheme
    scheme_service.set_scheme(session, now, organiser, campaign_id, scheme, two_person=False)
    return campaign_id


def _open_round(
    database: Database, folder: KeyFolder, now: datetime, place: tuple[Principal, str], title: str
) -> tuple[str, list[str], dict[str, list[str]]]:
    """Make a round of ``place`` = (organiser, campaign id) and open it; it is there before its box is."""
    organiser, campaign_id = place
    with database.writing() as session:
        acting = Acting(session, now, organiser)
        stage = campaign_reads.get_campaign(session, campaign_id).stages[-1].id
        draft = RoundDraft(title, "t2", stage, remarks=True, key_needed=1, key_holders=1)
        round_id = rounds.create_round(acting, campaign_id, draft)
        rounds.freeze(acting, round_id)
        groups = campaign_reads.get_campaign(session, campaign_id).groups
    printed, spare = {group.id: group.expected + SPARE for group in groups}, {group.id: (SPARE, 0) for group in groups}
    played = Played(round_id, printed, [organiser.name], spare)
    codes, shares = open_played(database, folder, (now, organiser), played)
    return round_id, shares, {group.name: codes[group.id][:-SPARE] for group in groups}


def _hold_first_round(database: Database, folder: KeyFolder, then: datetime, place: tuple[Principal, str]) -> str:
    """Vote, count and publish a round, so that there are results to read and units to order 补课 of; return its id."""
    organiser, campaign_id = place
    end = then + timedelta(hours=HOURS_OPEN)
    round_id, shares, codes = _open_round(database, folder, then, place, FIRST_ROUND)
    vote(database, folder, then, (code for group in codes.values() for code in group))
    meeting = Meeting(campaign_id, round_id, [], shares, 1, organiser, (organiser.name,))
    close_and_open(database, folder, meeting, lambda: end)
    for scope in SCOPES:
        publish_played(database, (end, organiser), round_id, scope)
    return round_id
