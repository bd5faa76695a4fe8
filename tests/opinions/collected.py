"""A campaign with opinions that were typed in, and published rounds whose remarks can be taken over."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.campaigns.models import Unit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.opinions import reads, service
from app.opinions.domain import Kind
from app.opinions.service import TypedOpinion, Wish
from app.publication import service as publication
from app.rounds.models import Round
from tests.cast import MORNING, make_campaign, make_cast
from tests.publication import counted

ZHANG = Principal("idzhangsan", "张三", "organiser")
QIAN = Principal("idqianer", "钱二", "organiser")
TEXTS = ("窗口态度生硬，不耐烦。", "审批拖了两个月。", "接待群众要热情。", "盖章跑了三趟。", "天气不错。")


def acting(session: Session, who: Principal = ZHANG) -> Acting:
    """Return who acts in the cast's morning."""
    return Acting(session, MORNING, who)


def typed(text: str, number: str = "1", source: str = "sheet", unit_id: str = "") -> TypedOpinion:
    """Return an opinion as it is typed in."""
    return TypedOpinion(source, number, unit_id, text)


def add(acting: Acting, campaign_id: str, rows: Sequence[TypedOpinion], names: Sequence[str] = ()) -> None:
    """Store opinions; ``names`` are hidden in them."""
    service.add_opinions(acting, campaign_id, rows, service.hiding(acting.session, names))


def take(acting: Acting, campaign_id: str, round_id: str, names: Sequence[str] = ()) -> int:
    """Read the remarks of a published result and take them over, all in one transaction."""
    remarks = service.read_remarks(acting.session, acting.now, campaign_id, round_id, names)
    return service.take_remarks(acting, campaign_id, remarks)


def make_opinions(database: Database, texts: Sequence[str] = TEXTS, *, two_person: bool = True) -> str:
    """Make the cast and a campaign whose opinions are numbered from 1; return its id."""
    with database.writing() as session:
        make_cast(session)
        campaign_id = make_campaign(session, ZHANG, two_person=two_person)
        rows = [typed(text, str(number)) for number, text in enumerate(texts, 1)]
        if rows:
            add(acting(session), campaign_id, rows)
    return campaign_id


def ids(session: Session, campaign_id: str) -> list[str]:
    """Return the ids of the opinions in the order of their numbers."""
    return [opinion.id for opinion in reads.collection(session, campaign_id).opinions]


def merged(database: Database, campaign_id: str, title: str, *places: int) -> str:
    """Merge the opinions at these places of the list into a new issue; return its id."""
    with database.writing() as session:
        chosen = tuple(ids(session, campaign_id)[place] for place in places)
        return service.do(acting(session), campaign_id, Wish(Kind.NEW_ISSUE, chosen, words=title))


def make_published(database: Database, remarks: int = 12) -> tuple[str, str]:
    """Store the cast and a published round with so many remarks to each unit; return campaign and round."""
    round_id = counted.store_counted(database, counted.make_votes(remarks=remarks))
    with database.writing() as session:
        make_cast(session)
        campaign_id = session.get_one(Round, round_id).campaign_id
        for place, name in enumerate(counted.UNITS):
            session.add(Unit(id=f"u{place}", campaign_id=campaign_id, position=place + 1, name=name))
        session.flush()
        publication.publish(acting(session), round_id, {"scope": "leaders"})
    return campaign_id, round_id
