"""A round with a key and a box full of envelopes, made by the real parts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box import reads, service, unlocking
from app.box.drop import Vote, drop
from app.box.envelope import Ballot, encode
from app.box.holder_secret import read_secret
from app.box.played import play_holders
from app.box.seal import envelope_info, seal
from app.campaigns.models import Campaign
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED, Paper, RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.papers import paper_text
from app.rounds.ports import Ports
from app.rounds.service import close_round, open_round
from app.slips import service as slips
from app.slips.codes import code_hash
from app.slips.redeem import Claim
from tests.box.papers import make_paper
from tests.cast import make_cast

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOLDERS = ("张三", "李四", "王五")
PORTS = Ports(
    before_opening=(service.before_opening, slips.before_opening),
    purge=(service.purge, slips.purge),
    public_key=service.public_key,
)
LISI = Principal("idlisi", "李四", "scrutineer")
LEFT_OUT: dict[str, tuple[str, ...]] = {"staff": ("u1",)}


@dataclass(frozen=True, slots=True)
class Box:
    """A sealed box, what was cast into it, and the words of its key-holders' secrets."""

    paper: Paper
    shares: list[str]
    ballots: list[Ballot]


def laid_out(session: Session, shares: Sequence[str], round_id: str = "r1") -> unlocking.Table:
    """Return the table with the secrets of these words on it."""
    return unlocking.lay_out(session, round_id, [read_secret(share) for share in shares])


def unlocked(database: Database, folder: KeyFolder, shares: Sequence[str], round_id: str = "r1") -> X25519PrivateKey:
    """Return the round's private key."""
    with database.reading() as session:
        return unlocking.unlock(laid_out(session, shares, round_id), folder)


def make_staff(session: Session, login: str = "zhangsan") -> Principal:
    """Add the fixed cast and return one of them: 张三, unless another is named."""
    return make_cast(session)[login]


def make_round(session: Session, paper: Paper, needed: int = 2, holders: int = 3) -> None:
    """Add a frozen round, ready for its slips and its key."""
    session.add(
        Campaign(id=f"c-{paper.round_id}", title=paper.campaign, organisation="局", scheme="{}", created_at=NOON)
    )
    session.flush()
    text = paper_text(paper)
    session.add(
        Round(
            id=paper.round_id,
            campaign_id=f"c-{paper.round_id}",
            title=paper.title,
            state=RoundState.READY,
            form_key="t2",
            key_needed=needed,
            key_holders=holders,
            paper=text,
            paper_hash=paper_digest(text),
            created_at=NOON,
        )
    )
    audit.record(session, NOON, audit.SYSTEM, "round.freeze", paper.round_id)


def make_ballots(paper: Paper, counts: Mapping[str, int], words: str = "意见") -> list[Ballot]:
    """Return ballots with random marks; every third one has a remark."""
    return [_ballot(paper, group, at, words) for group, count in counts.items() for at in range(count)]


def _ballot(paper: Paper, group: str, at: int, words: str) -> Ballot:
    rated, marks = paper.rated_by(group), bytearray((NOT_ASKED,)) * paper.cells
    for section in paper.sections:
        options = len(section.scheme.scale.options)
        for unit in section.rated_by(group):
            start, end = section.mark_of(unit, 0), section.mark_of(unit + 1, 0)
            marks[start:end] = bytes(drawn % options for drawn in token_bytes(end - start))
    remark = ((rated[at % len(rated)], f"{words}{at}"),) if paper.remarks and at % 3 == 0 else ()
    return Ballot(group, bytes(marks), remark)


def make_box(
    database: Database,
    folder: KeyFolder,
    actor: Principal,
    paper: Paper,
    counts: Mapping[str, int],
    words: str = "意见",
) -> Box:
    """Run a round up to its close; ``words`` begin every remark."""
    with database.writing() as session:
        acting = Acting(session, NOON, actor)
        make_round(session, paper)
        codes = slips.issue(acting, folder, paper.round_id, {group.id: group.expected for group in paper.groups})
        shares = play_holders(acting, folder, paper.round_id, HOLDERS)
        open_round(acting, folder, PORTS, paper.round_id)
    ballots = make_ballots(paper, counts, words)
    votes = list(seal_votes(database, folder, paper, ballots, codes))
    assert drop(database, folder, votes, NOON) == [""] * len(votes)
    with database.writing() as session:
        close_round(Acting(session, NOON, actor), paper.round_id, {})
        for one in (actor, LISI):
            slips.set_counts(Acting(session, NOON, one), paper.round_id, {group.id: (0, 0) for group in paper.groups})
    return Box(paper, shares, ballots)


def seal_votes(
    database: Database,
    folder: KeyFolder,
    paper: Paper,
    ballots: Sequence[Ballot],
    codes: Mapping[str, Sequence[str]],
) -> Iterator[Vote]:
    """Seal each ballot under a code of its own."""
    with database.reading() as session:
        key = reads.key_of(session, paper.round_id)
        assert key is not None
        digest = session.get_one(Round, paper.round_id).paper_hash
        assert digest is not None
    unused = {group: iter(some) for group, some in codes.items()}
    for ballot in ballots:
        hashed = code_hash(folder.pepper(), next(unused[ballot.group_id]))
        info = envelope_info(paper.round_id, digest, ballot.group_id)
        sealed = seal(key.public_key, info, encode(paper, digest, ballot))
        yield Vote(Claim(paper.round_id, ballot.group_id, hashed), sealed)


Contents = tuple[dict[tuple[str, str], Counter[bytes]], Counter[tuple[str, str]]]


def cast_contents(box: Box) -> Contents:
    """Return what the stacks must hold, without their order."""
    paper = box.paper
    stacks: dict[tuple[str, str], Counter[bytes]] = {
        (paper.units[place].id, group.id): Counter() for group in paper.groups for place in paper.rated_by(group.id)
    }
    remarks: Counter[tuple[str, str]] = Counter()
    for ballot in box.ballots:
        for section in paper.sections:
            for place in section.rated_by(ballot.group_id):
                sheet = ballot.marks[section.mark_of(place, 0) : section.mark_of(place + 1, 0)]
                stacks[section.units[place].id, ballot.group_id][sheet] += 1
        remarks.update((paper.units[place].id, text) for place, text in ballot.remarks)
    return stacks, remarks


def counted_contents(session: Session, paper: Paper) -> Contents:
    """Return what the stacks do hold, without their order."""
    widths = {unit.id: len(section.items) for section in paper.sections for unit in section.units}
    stacks = {
        key: Counter(marks[at : at + widths[key[0]]] for at in range(0, len(marks), widths[key[0]]))
        for key, marks in reads.stacks(session, paper.round_id).items()
    }
    return stacks, Counter((remark.unit_id, remark.text) for remark in reads.remarks(session, paper.round_id))


def hall_paper() -> Paper:
    """Return a paper of four units with remarks, on which the staff do not rate their own unit."""
    return make_paper(4, 3, LEFT_OUT, remark_bytes=120)
