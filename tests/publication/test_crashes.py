"""``kill -9`` while a result is signed, published, corrected, withdrawn, announced or scored (SEC-63, SEC-65).

What is there afterwards is all of the act or nothing of it, to the last row; after a new start every version carries
the signature that fits it, what readers download is proved by the verifier, and the act can be done, or is refused
because it is done. The first version is stored with the stacks: ``box/test_openings.py``.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.campaigns.composite import Composite, Part, Source
from app.consents import service as consents
from app.consents.models import Consent
from app.core.acting import Acting, Principal
from app.core.db import Base, Database
from app.core.key_folder import EARLIER_SIGNED, KeyFolder
from app.core.settings import Settings
from app.core.signing import public_half
from app.main import PORTS
from app.office.workshop import Workshop
from app.operations import verify
from app.publication import announcing, composites, correction, earlier, reads, service
from app.publication.comparing import examine
from app.publication.composites import AWARD
from app.publication.domain import Scope, Wanted
from app.publication.models import NamedEntry, ResultSignature, ResultVerdict
from app.publication.signing import check_stored, versions_in
from app.publication.stored import stored_document
from app.publication.verdicts import written
from app.rounds.approvals import ask_or_act, decide, made_ready
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper, get_round, waiting_approvals
from app.slips.reads import slip_accounts
from tests.box.halting import BEFORE
from tests.cast import Desk, make_cast, refuses
from tests.crashing import Row, Step, crash, left_of_keys, started_anew
from tests.found import some
from tests.publication import counted
from tests.publication.counted import AT, ZHANG

HERE: Final = __name__
HERE_TOO: Final = sys.modules[__name__]
QIAN = Principal("qian", "钱二", "organiser")
GROUPS = {"服务对象": 30, "下属单位": 24}
CHANGED = {"g0": (1, 0), "g1": (3, 0)}
SCORES = {("u1", "p2"): "92.5", ("u2", "p2"): "81"}
Do = Callable[[Acting], object]


def decided() -> None:
    """Stand for the moment at which all of an act is written and nothing of it committed."""


def answered() -> None:
    """Stand for the moment at which an act is committed and nobody was told."""


def write(database: Database, act: Do, by: Principal = ZHANG) -> None:
    with database.writing() as session:
        act(Acting(session, AT, by))
        session.flush()
        decided()
    answered()


def asked(database: Database, round_id: str) -> Consent:
    """Return the one act that waits for a second person."""
    with database.reading() as session:
        [waiting] = waiting_approvals(session, round_id)
    return waiting


def publish(database: Database, _folder: KeyFolder, round_id: str) -> None:
    known = examine(database, round_id, Scope.LEADERS)
    write(database, lambda by: service.ask_to_publish(by, PORTS, round_id, Wanted(Scope.LEADERS), known))


def agree(database: Database, _folder: KeyFolder, round_id: str) -> None:
    waiting = asked(database, round_id)
    ports = made_ready(database, PORTS, waiting.id)
    write(database, lambda by: decide(by, ports, waiting.id, granted=True), QIAN)


def correct(database: Database, _folder: KeyFolder, round_id: str) -> None:
    with database.reading() as session:
        request = correction.request_of(session, round_id, CHANGED, "漏数剩余票", ZHANG.name)
    ports = PORTS.made_ready(database, round_id, "correct", request)
    write(database, lambda by: ask_or_act(by, ports, round_id, "correct", request))


def withdraw(database: Database, _folder: KeyFolder, round_id: str) -> None:
    with database.reading() as session:
        release = reads.ledger_of(session, round_id)[0].id
    write(database, lambda by: service.withdraw(by, round_id, release, "范围有误"))


def announce(database: Database, _folder: KeyFolder, round_id: str) -> None:
    write(database, lambda by: announcing.show_slide(by, round_id, 0))


def enter_scores(database: Database, _folder: KeyFolder, round_id: str) -> None:
    write(database, lambda by: composites.enter(by, round_id, {**SCORES, ("u1", AWARD): "优秀"}))


def sign_earlier(database: Database, _folder: KeyFolder, _round_id: str) -> None:
    earlier.sign_earlier(database, AT)


ENDS = {"before the commit": Step(HERE_TOO, "decided"), "before the answer": Step(HERE_TOO, "answered")}
ROWS = {
    "publish": Row(
        publish,
        {
            "round moved on": Step(service, "publish_round"),
            "ledger written": Step(service, "enter_release"),
            **ENDS,
        },
    ),
    "agree": Row(
        agree, {"consent written": Step(consents, "decide"), "round moved on": Step(service, "publish_round"), **ENDS}
    ),
    "correct": Row(
        correct,
        {
            "signed": Step(correction, "sign"),
            "version written": Step(correction, "store_version"),
            "one release ended": Step(correction, "end_release"),
            "one released again": Step(correction, "enter_release"),
            "slips corrected": Step(correction, "correct_counts"),
            **ENDS,
        },
    ),
    "withdraw": Row(withdraw, {"release ended": Step(service, "end_release"), **ENDS}),
    "announce": Row(announce, {"logged": Step(audit, "record_each"), **ENDS}),
    "enter scores": Row(enter_scores, {"one written": Step(composites, "_write"), **ENDS}),
    "sign earlier results": Row(
        sign_earlier,
        {
            "key drafted": Step(KeyFolder, "_draft"),
            "key linked": Step(Path, "hardlink_to"),
            "one signed": Step(earlier, "_signed"),
            "one written": Step(earlier, "_write"),
            "before it is noted": Step(KeyFolder, "note_signed_earlier", BEFORE),
            "noted": Step(KeyFolder, "note_signed_earlier"),
        },
    ),
}  # fmt: skip
DONE = "before the answer"


def all_rows(database: Database) -> dict[str, list[Any]]:
    """Return every row of every table."""
    with database.reading() as session:
        found = {table.name: session.execute(sa.select(table)).all() for table in Base.metadata.sorted_tables}
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


@dataclass
class Result:
    """A result, the installation that it lies in, and what there was before the crash."""

    settings: Settings
    database: Database
    workshop: Workshop
    tmp: Path
    id: str = ""

    def crash(self, name: str, step: str) -> bool:
        """Be killed in an act and start anew; return whether it was done. What was not left every row as it was."""
        before = all_rows(self.database)
        crash(self.database, self.id, HERE, (name, step))
        is_same = all_rows(self.database) == before
        assert is_same is (step != DONE)
        self.start_anew()
        return not is_same

    def start_anew(self) -> None:
        with started_anew(self.settings, self.database, self.workshop) as desk:
            self._see_pages(desk)
        assert left_of_keys(self.database.keys) == set()
        with self.database.reading() as session:
            assert audit.check_chain(session).broken_at is None
        for round_id, version in versions_in(self.database):
            check_stored(self.database, round_id, version)
        self._see_that_all_fits()

    def _see_pages(self, desk: Desk) -> None:
        places = ("publish", "composite", "announce", "announce/screen")
        for page in ("/rounds", *(f"/rounds/{self.id}/{place}" for place in places), f"/results/{self.id}", "/notices"):
            assert desk.get(page).status_code < 500, page
        sent = desk.get(f"/results/{self.id}/result.json")
        assert (sent.status_code == 200) is (self.state is RoundState.PUBLISHED)
        if sent.status_code == 200:
            file = self.tmp / "result.json"
            file.write_bytes(sent.content)
            key = public_half(self.database.keys.signing_key()).hex()
            assert all(found.right for found in some(verify.check([verify.read(file)], verify.Wanted(key=key))))
            with self.database.reading() as session:
                assert json.loads(sent.content)["version"] == len(reads.versions_of(session, self.id))

    def _see_that_all_fits(self) -> None:
        """Check that verdicts, ledger and slip counts are those of the newest version."""
        with self.database.reading() as session:
            versions = [line.version for line in reads.versions_of(session, self.id)]
            assert versions == list(range(1, len(versions) + 1))
            for version in versions:
                said = written(stored_document(session, self.id, version)).verdicts
                kept = session.execute(
                    sa.select(ResultVerdict.target_id, ResultVerdict.verdict)
                    .where(ResultVerdict.round_id == self.id, ResultVerdict.version == version)
                    .order_by(ResultVerdict.place)
                ).all()
                assert kept == [(each.target_id, each.verdict.value) for each in said]
            ledger = reads.ledger_of(session, self.id)
            assert {one.version for one in ledger if one.withdrawn_at is None} <= {versions[-1]}
            assert bool(ledger) is (get_round(session, self.id).state is RoundState.PUBLISHED)
            groups = stored_document(session, self.id, versions[-1])["chain"]["groups"]
            paper, _ = frozen_paper(session, self.id)
            accounts = slip_accounts(session, paper, self.id)
            assert [group["spare"] for group in groups] == [account.spare for account in accounts]

    @property
    def state(self) -> RoundState:
        with self.database.reading() as session:
            return get_round(session, self.id).state

    def logged(self, action: str) -> int:
        with self.database.reading() as session:
            query = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
            return session.scalar(query) or 0

    def in_force(self) -> list[tuple[Scope, int]]:
        with self.database.reading() as session:
            ledger = reads.ledger_of(session, self.id)
        return sorted((one.scope, one.version) for one in ledger if one.withdrawn_at is None)

    def do(self, name: str) -> None:
        ROWS[name].act(self.database, self.database.keys, self.id)


@pytest.fixture
def result(settings: Settings, database: Database, workshop: Workshop, tmp_path: Path) -> Result:
    with database.writing() as session:
        make_cast(session)
    database.keys.note_signed_earlier()
    for secret in (database.keys.pepper, database.keys.form_secret, database.keys.tag_secret):
        secret()
    return Result(settings, database, workshop, tmp_path)


def votes() -> counted.Votes:
    paper = counted.make_paper(counted.UNITS[:3], GROUPS)
    composite = Composite(
        (Part("p1", "测评", Source.VOTE, Fraction(60)), Part("p2", "督查评分", Source.SCORE, Fraction(40)))
    )
    return counted.make_votes(replace(paper, scheme=replace(paper.scheme, composite=composite)), spare=4, remarks=0)


@ROWS["publish"].at_each_step
def test_publishing(result: Result, step: str) -> None:
    result.id = counted.store_counted(result.database, votes())
    if result.crash("publish", step):
        with refuses("result_already_published"):
            result.do("publish")
    else:
        assert result.state is RoundState.COUNTED
        result.do("publish")
    result.start_anew()
    assert result.in_force() == [(Scope.LEADERS, 1)]
    assert result.logged("result.publish") == 1


@ROWS["agree"].at_each_step
def test_agreeing_to_publish(result: Result, step: str) -> None:
    """The consent is never given for what is not done, nor anything done to which nobody agreed."""
    result.id = counted.store_counted(result.database, votes(), two_person=True)
    for who in (ZHANG, QIAN):
        counted.store_account(result.database, who)
    result.do("publish")
    assert result.in_force() == []
    if not result.crash("agree", step):
        result.do("agree")
    with result.database.reading() as session:
        assert not waiting_approvals(session, result.id)
        [entry] = reads.ledger_of(session, result.id)
    assert entry.released_by == "张三、钱二"
    assert (result.logged("round.publish.grant"), result.logged("result.publish")) == (1, 1)


@ROWS["correct"].at_each_step
def test_correcting(result: Result, step: str) -> None:
    result.id = counted.store_published(result.database, votes(), "leaders", "public")
    is_done = result.crash("correct", step)
    assert result.in_force() == [(scope, 2 if is_done else 1) for scope in (Scope.LEADERS, Scope.PUBLIC)]
    if is_done:
        with refuses("correction_empty"):
            result.do("correct")
    else:
        result.do("correct")
    result.start_anew()
    assert result.in_force() == [(Scope.LEADERS, 2), (Scope.PUBLIC, 2)]
    assert result.logged("result.correct") == 1


@ROWS["withdraw"].at_each_step
def test_withdrawing(result: Result, step: str) -> None:
    result.id = counted.store_published(result.database, votes(), "public")
    if result.crash("withdraw", step):
        with refuses("release_withdrawn"):
            result.do("withdraw")
    else:
        assert result.in_force() == [(Scope.PUBLIC, 1)]
        result.do("withdraw")
    assert result.in_force() == []
    assert result.logged("result.withdraw") == 1


@ROWS["announce"].at_each_step
def test_announcing(result: Result, step: str) -> None:
    result.id = counted.store_published(result.database, votes(), "public")
    is_done = result.crash("announce", step)
    with result.database.reading() as session:
        assert announcing.place_of(session, result.id) == (0 if is_done else announcing.NOT_BEGUN)
    result.do("announce")
    with result.database.reading() as session:
        assert announcing.place_of(session, result.id) == 0
    assert result.logged("result.announce") == 1


@ROWS["enter scores"].at_each_step
def test_entering_scores(result: Result, step: str) -> None:
    result.id = counted.store_counted(result.database, votes())
    result.crash("enter scores", step)
    result.do("enter scores")
    with result.database.reading() as session:
        kept = {(row.object_id, row.part): row.value for row in session.scalars(sa.select(NamedEntry))}
    assert kept == {**SCORES, ("u1", AWARD): "优秀"}
    assert (result.logged("round.named"), result.logged("round.award")) == (len(SCORES), 1)


@ROWS["sign earlier results"].at_each_step
def test_signing_what_is_older_than_signatures(result: Result, step: str) -> None:
    """It is noted as done only once all is signed: whatever is unsigned afterwards would stay so."""
    result.id = counted.store_published(result.database, votes())
    other = counted.store_published(result.database, votes())
    with result.database.writing() as session:
        session.execute(sa.delete(ResultSignature))
    for name in (EARLIER_SIGNED, "signing-key"):
        (result.database.keys.path / name).unlink()
    crash(result.database, result.id, HERE, ("sign earlier results", step))
    with result.database.reading() as session:
        signed = session.scalar(sa.select(sa.func.count()).select_from(ResultSignature))
    assert signed == {"one written": 1, "before it is noted": 2, "noted": 2}.get(step, 0)
    assert result.database.keys.has_signed_earlier() is (step == "noted")
    result.start_anew()
    assert result.database.keys.has_signed_earlier()
    assert {round_id for round_id, _ in versions_in(result.database)} == {result.id, other}
    assert result.logged("result.sign") == 2
