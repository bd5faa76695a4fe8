"""Ready-made rounds, put into the tables directly: what a test of casting or counting starts from."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from app.ballots import reads, service, store
from app.ballots.domain import CodeState, GateState
from app.ballots.models import CODE
from app.ballots.tags import tags_of
from app.box.models import RoundKey
from app.box.shares import create_key
from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.domain import Item, Scheme
from app.campaigns.models import Campaign
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, token_bytes
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit, RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.papers import paper_text
from app.slips.codes import code_hash, new_code
from app.slips.models import Batch
from tests.ballots.stores import change_counts, set_gate

LONG_AGO = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
UNIT_NAMES = ("县文化馆", "县图书馆", "县博物馆", "县剧团", "文化市场稽查队", "电影公司", "新华书店", "文物管理所")


@dataclass(frozen=True)
class OpenRound:
    """A round in which the booth can work at once: codes by voter group, and the shares that open its box."""

    id: str
    paper: Paper
    paper_hash: str
    public_key: bytes
    codes: dict[str, list[str]]
    shares: list[str] = field(repr=False)

    @property
    def all_codes(self) -> list[tuple[str, str]]:
        """Every code with its group."""
        return [(group, code) for group, codes in self.codes.items() for code in codes]


def make_paper(units: int = 3, items: int = 3, **changes: Any) -> Paper:  # noqa: ANN401
    """Return a paper of form T2 with the groups ``residents`` and ``staff``, who leave out the first unit."""
    form = FORMS["t2"]
    paper = Paper(
        round_id=new_id(),
        organisation="某县文化局",
        campaign="县文化局学习实践活动群众满意度测评",
        title="第一轮",
        parts=(
            PaperSection(
                form.title,
                tuple(
                    form.items[at] if at < len(form.items) else Item(f"i{at}", f"指标{at + 1}") for at in range(items)
                ),
                tuple(
                    PaperUnit(f"u{at}", UNIT_NAMES[at] if at < len(UNIT_NAMES) else f"单位{at + 1}")
                    for at in range(units)
                ),
            ),
        ),
        groups=(PaperGroup("residents", "人大代表", 60), PaperGroup("staff", "下属单位", 20, ("u0",))),
        scheme=Scheme(SCALES[form.scale]),
        promise="slips",
        remarks=True,
        remark_bytes=1_200,
    )
    return replace(paper, **changes)


def make_open_round(
    database: Database,
    key_folder: KeyFolder,
    paper: Paper | None = None,
    codes_each: int = 5,
    shares: tuple[int, int] = (2, 3),
    **columns: Any,  # noqa: ANN401
) -> OpenRound:
    """Store a campaign and an open round with a key and so many live codes per group; ``columns`` of the round."""
    paper = paper or make_paper()
    text = paper_text(paper)
    values = {
        "id": paper.round_id, "campaign_id": new_id(), "title": paper.title, "state": RoundState.OPEN, "form_key": "t2",
        "remarks": paper.remarks, "shuffle_units": paper.shuffle_units, "paper": text,
        "paper_hash": paper_digest(text), "key_needed": shares[0], "key_holders": shares[1],
        "created_at": LONG_AGO, "opened_at": LONG_AGO, **columns,
    }  # fmt: skip
    key = create_key(*shares, paper.round_id, key_folder.create_part(paper.round_id), token_bytes(16))
    with database.writing() as session:
        session.add(
            Campaign(
                id=values["campaign_id"], title=paper.campaign, organisation=paper.organisation, scheme="{}",
                created_at=LONG_AGO,
            )
        )  # fmt: skip
        session.flush()
        session.add(Round(**values))
        session.flush()
        session.add(RoundKey(round_id=paper.round_id, public_key=key.public_key, needed=shares[0], created_at=LONG_AGO))
    service.create(
        database, key_folder, paper.round_id, (text, str(values["paper_hash"])), [group.id for group in paper.groups]
    )
    closes_at = columns.get("closes_at")
    act = service.Change("opened", "", GATES[RoundState(values["state"])], closes_at, key.public_key)
    assert service.change(database, key_folder, paper.round_id, act)
    size = paper.cells + paper.remark_bytes
    codes = {
        group.id: add_codes(database, key_folder, (paper.round_id, group.id), codes_each, ballot_bytes=size)
        for group in paper.groups
    }
    return OpenRound(paper.round_id, paper, str(values["paper_hash"]), key.public_key, codes, key.shares)


def add_codes(
    database: Database,
    key_folder: KeyFolder,
    place: tuple[str, str],
    count: int,
    state: CodeState = CodeState.LIVE,
    ballot_bytes: int = 0,
) -> list[str]:
    """Issue codes to ``place`` = (round id, group id) and return them."""
    round_id, group_id = place
    codes = [new_code(token_bytes) for _ in range(count)]
    batch, pepper = new_id(), key_folder.pepper()
    with database.writing() as session:
        session.add(Batch(id=batch, round_id=round_id, group_id=group_id, printed=count, created_at=LONG_AGO))
    hashes = [code_hash(pepper, code) for code in codes]
    service.issue(database, key_folder, round_id, [service.Batch(batch, group_id, hashes)], ballot_bytes)
    if state is CodeState.VOIDED:
        service.void(database, key_folder, round_id, [batch])
    elif state is CodeState.SPENT:
        for code in codes:
            set_code_state(database, key_folder, code, state)
    return codes


GATES = {
    RoundState.DRAFT: GateState.NOT_YET,
    RoundState.READY: GateState.NOT_YET,
    RoundState.OPEN: GateState.OPEN,
    RoundState.SEALED: GateState.CLOSED,
}


def set_round(database: Database, round_id: str, **columns: Any) -> None:  # noqa: ANN401
    """Change columns of a round, and what its gate says of them, behind the back of its service."""
    with database.writing() as session:
        session.execute(sa.update(Round).where(Round.id == round_id).values(**columns))
    gate: dict[str, object] = {}
    if "state" in columns:
        gate["state"] = int(GATES.get(RoundState(columns["state"]), GateState.CLOSED))
    if "closes_at" in columns:
        gate["closes_at"] = reads.when(columns["closes_at"])
    if gate and round_id in store.round_ids(database):
        set_gate(database, round_id, **gate)


def set_code_state(database: Database, key_folder: KeyFolder, code: str, state: CodeState) -> None:
    """Void or spend a code behind the back of its service."""
    digest = code_hash(key_folder.pepper(), code)
    for round_id in store.round_ids(database):
        with store.writing(database, round_id) as connection:
            found = connection.execute(sa.select(CODE).where(CODE.c.hash == digest)).one_or_none()
            if found is None:
                continue
            tag = tags_of(key_folder, round_id).code(digest, found.group_id, found.batch_id, state)
            connection.execute(sa.update(CODE).where(CODE.c.hash == digest).values(state=int(state), tag=tag))
        more = {"spent": 1} if state is CodeState.SPENT else {"voided": 1}
        change_counts(database, round_id, found.group_id, proved=True, **more)


def count_box(database: Database, round_id: str) -> tuple[int, int]:
    """Return how many codes are spent and how many envelopes lie in the box, by its gate, which must be right."""
    with store.reading(database, round_id) as connection:
        spent = sa.select(sa.func.count()).where(CODE.c.state == int(CodeState.SPENT))
        found = connection.scalar(spent) or 0, sum(len(rows) for rows in reads.envelopes(database, round_id))
    counts = reads.counts(database, round_id).values()
    assert found == (sum(count.spent for count in counts), sum(count.envelopes for count in counts))
    return found
