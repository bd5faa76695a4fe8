"""Issuing, voiding and counting slips. A code leaves the system once, in the PDF, and stays only as its HMAC."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.ballots import service as ballots
from app.core.acting import Acting, Principal
from app.core.db import database_of, locked, locked_rows
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, shuffled, token_bytes
from app.core.turns import in_turns
from app.rounds.domain import Paper, RoundState
from app.rounds.ports import Panel
from app.rounds.reads import RoundView, frozen_paper, frozen_text, get_round
from app.rounds.service import locked_round
from app.rounds.steps import Step
from app.slips import reads
from app.slips.accounting import SlipAccount
from app.slips.codes import code_hash, new_code
from app.slips.models import Batch, SlipCount

MAX_SLIPS = 20_000
TURNOUT_STEP = 5
SECOND_ROLE = "scrutineer"
"""Who counts by hand beside the organiser."""


def issue(acting: Acting, folder: KeyFolder, round_id: str, numbers: Mapping[str, int]) -> dict[str, list[str]]:
    """Make a batch of codes per voter group and return the codes in random order, by group id.

    Generation, storage and printing are three independent orders (SEC-05): codes are drawn at random, stored in the
    order of their hashes, and shuffled once more for the printer.
    """
    row = get_round(acting.session, round_id)
    paper, _ = frozen_paper(acting.session, round_id)
    if row.state not in {RoundState.READY, RoundState.OPEN}:
        raise DomainError("round_wrong_state")
    _check_numbers(paper, numbers)
    codes = {group_id: _draw(count) for group_id, count in numbers.items()}
    _store(acting, folder, paper, codes)
    audit.record(acting.session, acting.now, acting.actor, "slips.print", round_id, numbers=dict(numbers))
    return {group_id: shuffled(drawn) for group_id, drawn in codes.items()}


def _check_numbers(paper: Paper, numbers: Mapping[str, int]) -> None:
    if not numbers:
        raise DomainError("slips_none")
    if sum(numbers.values()) > MAX_SLIPS:
        raise DomainError("slips_too_many", limit=MAX_SLIPS)
    names = {group.id: group.name for group in paper.groups}
    for group_id, count in numbers.items():
        if group_id not in names:
            raise DomainError("group_unknown")
        if count < paper.scheme.group_floor:
            raise DomainError("slips_below_k", group=names[group_id], k=paper.scheme.group_floor)


def _draw(count: int) -> set[str]:
    codes: set[str] = set()
    while len(codes) < count:
        codes.update(new_code(token_bytes) for _ in in_turns(range(count - len(codes))))
    return codes


def _store(acting: Acting, folder: KeyFolder, paper: Paper, codes: Mapping[str, set[str]]) -> None:
    """Put the codes into the round's box, which the first slips make.

    The box first: were this transaction undone, it would hold codes that nobody was given, which harms nothing.
    """
    session, round_id, pepper = acting.session, paper.round_id, folder.pepper()
    batches = []
    for group_id, drawn in codes.items():
        row = Batch(
            id=new_id(), round_id=round_id, group_id=group_id, printed=len(drawn), voided=0, created_at=acting.now
        )
        session.add(row)
        batches.append(ballots.Batch(row.id, group_id, [code_hash(pepper, code) for code in in_turns(drawn)]))
    session.flush()
    database = database_of(session)
    ballots.create(database, folder, round_id, frozen_text(session, round_id), [group.id for group in paper.groups])
    ballots.issue(database, folder, round_id, batches, paper.cells + paper.remark_bytes)


def void_all(acting: Acting, folder: KeyFolder, round_id: str, reason: str) -> None:
    """Void the unused slips of every batch; DomainError ``batch_has_no_live_slip`` where all were voided before."""
    row = locked_round(acting.session, round_id)
    query = select(Batch).where(Batch.round_id == round_id).order_by(Batch.created_at, Batch.id)
    _void(acting, folder, row, [batch for batch in locked_rows(acting.session, query) if not batch.void_reason], reason)


def void_batch(acting: Acting, folder: KeyFolder, place: tuple[str, str], reason: str) -> None:
    """Void the unused slips of ``place`` = (round id, batch id); used ones stay counted.

    DomainError ``batch_unknown``, ``round_wrong_state``, or ``batch_has_no_live_slip`` where it was voided before.
    """
    round_id, batch_id = place
    row = locked_round(acting.session, round_id)
    batch = locked(acting.session, Batch, batch_id)
    if batch is None or batch.round_id != round_id:
        raise DomainError("batch_unknown")
    _void(acting, folder, row, [] if batch.void_reason else [batch], reason)


def _void(acting: Acting, folder: KeyFolder, row: RoundView, good: Sequence[Batch], reason: str) -> None:
    """Void what is left of batches.

    How many these are nobody learns while the box is open, not even that there were none (SEC-11). The box first: were
    this transaction undone, doing it again would find them void already and write that down.
    """
    if row.state not in {RoundState.READY, RoundState.OPEN}:
        raise DomainError("round_wrong_state")
    if not good:
        raise DomainError("batch_has_no_live_slip")
    voided = ballots.void(database_of(acting.session), folder, row.id, [batch.id for batch in good])
    for batch in good:
        batch.voided, batch.void_reason = voided[batch.id], reason
    told = [(row.id, {"batch": batch.id, "reason": reason}) for batch in good]
    audit.record_each(acting.session, acting.now, acting.actor, "slips.void", told)


def set_counts(
    acting: Acting, round_id: str, counts: Mapping[str, tuple[int, int]], present: Mapping[str, int] | None = None
) -> None:
    """Record what was counted by hand: (spare, handed back), and who came, by group id.

    An organiser's are the count; a scrutineer's, typed in his own log-in, stand beside it. Numbers that cannot be
    right are refused.
    """
    row, (paper, _) = locked_round(acting.session, round_id), frozen_paper(acting.session, round_id)
    if row.state not in {RoundState.READY, RoundState.OPEN, RoundState.SEALED}:
        raise DomainError("round_wrong_state")
    # While the round is open the exact use is nobody's business (SEC-11), nor how many unused slips were voided: only
    # the printed slips bound the numbers.
    is_open, closed = row.state is RoundState.OPEN, row.state is RoundState.SEALED
    for account in reads.slip_accounts(acting.session, paper, round_id):
        spare, handed_back = counts.get(account.group_id, (account.spare, account.handed_back))
        known = replace(account, voided=0 if is_open else account.voided, used=account.used if closed else 0)
        _check(known, spare, handed_back)
        tally = reads.Tally(spare, handed_back, (present or {}).get(account.group_id))
        if (tally.present or 0) > account.expected:
            told_of = {"group": account.name, "group_id": account.group_id, "expected": account.expected}
            raise DomainError("present_above_expected", **told_of)
        acting.session.merge(_written(acting.actor, round_id, account.group_id, tally))
    if row.key_holders > 1:
        acting.say(_how_two_counts_stand(acting.session, paper))
    told = {"counts": dict(counts), "present": dict(present or {})}
    audit.record(acting.session, acting.now, acting.actor, "slips.count", round_id, **told)


def _how_two_counts_stand(session: Session, paper: Paper) -> str:
    """Return the code of the sentence that says whether both counted, and the same."""
    found = reads.hand_counts(session, paper.round_id)
    counts = [found.get(group.id, reads.HandCount()) for group in paper.groups]
    if any(count.differs for count in counts):
        return "counts_differ"
    return "counts_agree" if all(count.agrees for count in counts) else "counted_by_one_of_two"


def _check(account: reads.GroupAccount, spare: int, handed_back: int) -> None:
    """Refuse numbers that cannot be right, and say of which voter group."""
    try:
        SlipAccount(account.printed, account.voided, spare, handed_back, account.used)
    except DomainError as error:
        told = {"group": account.name, "group_id": account.group_id, **error.params}
        raise DomainError(f"group_{error.code}", **told) from error


def _written(actor: Principal, round_id: str, group_id: str, tally: reads.Tally) -> SlipCount:
    """Return the row's part that this person fills in."""
    place = {"round_id": round_id, "group_id": group_id}
    numbers = {"spare": tally.spare, "handed_back": tally.handed_back, "present": tally.present}
    if SECOND_ROLE in actor.roles:
        second = {f"second_{name}": number for name, number in numbers.items()}
        return SlipCount(**place, **second, second_by=actor.name)
    return SlipCount(**place, **numbers, counted_by=actor.name)


def correct_counts(session: Session, round_id: str, counts: Mapping[str, tuple[int, int]]) -> None:
    """Write (spare, handed back) by group id as a correction of the published result found them; the caller checked."""
    for group_id, (spare, handed_back) in counts.items():
        session.merge(SlipCount(round_id=round_id, group_id=group_id, spare=spare, handed_back=handed_back))


def before_opening(session: Session, row: RoundView) -> list[Step]:
    """Return the checklist's lines about slips."""
    paper, _ = frozen_paper(session, row.id)
    live: dict[str, int] = {}
    for batch in reads.batches(session, row.id):
        live[batch.group_id] = live.get(batch.group_id, 0) + batch.left
    without = [group.name for group in paper.groups if live.get(group.id, 0) < paper.scheme.group_floor]
    short = [group.name for group in paper.groups if live.get(group.id, 0) < group.expected]
    href = f"/rounds/{row.id}/slips"
    return [
        Step("slips", "为每个类别印制测评票", not without, href, tuple(without)),
        Step("slips_enough", "测评票不少于应参加人数", not short, href, tuple(short), needed=False),
    ]


def before_counting(session: Session, row: RoundView) -> list[Step]:
    """Return the checklist's line before the box is opened: once opened, the counting chain is frozen."""
    paper, _ = frozen_paper(session, row.id)
    counts = reads.hand_counts(session, row.id)
    found = {group.name: counts.get(group.id, reads.HandCount()) for group in paper.groups}
    left = [name for name, count in found.items() if count.first is None]
    label, href = "清点剩余和退回的测评票（开箱后改动须走“更正”）", f"/rounds/{row.id}/slips#counts"
    steps = [Step("slips_counted", label, not left, href, tuple(left))]
    if row.key_holders > 1:  # one person who holds the only key counts alone
        open_ = [name for name, count in found.items() if not count.agrees]
        label = "监票人在自己的账号下清点，两人数目一致"
        steps.append(Step("slips_confirmed", label, not open_, href, tuple(open_)))
    return steps


def panel(session: Session, row: RoundView) -> Panel | None:
    """Return the counting chain for the round's page: coarse while the round is open, exact afterwards."""
    if row.state in {RoundState.DRAFT, RoundState.VOID} or row.paper_hash is None:
        return None
    paper, _ = frozen_paper(session, row.id)
    is_open, printed = row.state is RoundState.OPEN, reads.batches(session, row.id)
    good = sum(batch.left if is_open else batch.printed - batch.voided for batch in printed)
    returned = reads.turnout(session, row.id, TURNOUT_STEP if is_open else 1)
    expected = sum(group.expected for group in paper.groups)
    context = {"expected": expected, "printed": good, "returned": returned, "coarse": is_open}
    return Panel("slips/panel.html", {**context, "round": row})


def keep_used(session: Session, round_id: str) -> None:
    """Write down how many codes were spent, in the transaction after which the box is destroyed."""
    for group_id, used in reads.used_by_group(session, round_id).items():
        session.merge(SlipCount(round_id=round_id, group_id=group_id, used=used))


def purge(session: Session, _folder: KeyFolder, round_id: str) -> None:
    """Delete everything about the slips of a rehearsal."""
    for table in (SlipCount, Batch):
        session.execute(delete(table).where(table.round_id == round_id))
