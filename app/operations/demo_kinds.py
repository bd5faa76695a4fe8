"""The demo's votes of other kinds: last week's 人大 round, its counts announced, and 民主测评 of a leadership."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from app.campaigns import scheme_service
from app.campaigns.domain import Scheme
from app.campaigns.kinds import KINDS
from app.campaigns.reads import get_campaign
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.operations.playing import play_then, publish_played
from app.rounds import service as rounds
from app.rounds.reads import rounds_of
from app.rounds.starting import Beginning, begin

VOTES: Final = {
    "congress": Beginning(
        title="民生实事项目办理情况满意度测评",
        organisation="××县人大常委会",
        objects="城乡供水一体化工程\n农村公路提质改造\n县第二小学扩建\n社区养老服务站\n老旧小区改造\n基层医疗设备更新",
        voters="县人大常委会组成人员 33",
        alone=True,
    ),
    "leaders": Beginning(
        title="年度领导班子和领导干部民主测评",
        organisation="××县文化局",
        objects="张甲一\n李乙二\n王丙三\n赵丁四\n钱戊五",
        body="××县文化局领导班子",
        voters="中层以上干部 24\n下属单位负责人 16",
        alone=True,
    ),
}
"""By kind; every name is made up."""
HALL: Final = "participants"
"""Whom a result is published for that the hall's screen announces."""


def hold_votes(database: Database, folder: KeyFolder, then: datetime, organiser: Principal) -> None:
    """Hold each vote to its published result; one person may act alone, as in the rest of the demo."""
    for key in VOTES:
        round_id, scheme = database.acted(partial(_frozen, key, (then, organiser)))
        play_then(database, folder, round_id, organiser, then)
        if scheme.disclosure.announced:
            publish_played(database, (then + timedelta(minutes=2), organiser), round_id, HALL)


def _frozen(key: str, by: tuple[datetime, Principal], session: Session) -> tuple[str, Scheme]:
    """Make a vote of a kind and freeze it; return its round's id and its rules."""
    acting = Acting(session, *by)
    campaign_id = begin(acting, KINDS[key], VOTES[key])
    scheme = get_campaign(session, campaign_id).scheme
    scheme_service.set_scheme(session, acting.now, acting.actor, campaign_id, scheme, two_person=False)
    round_id = rounds_of(session, campaign_id)[0].id
    rounds.freeze(acting, round_id)
    return round_id, scheme
