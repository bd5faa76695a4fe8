"""The people around the sealed box: whether it may be opened at all, and before whom."""

import hmac
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.ballots.reads import gate, ids
from app.ballots.verification import verify
from app.box.reads import envelopes_by_group
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.merkle import tree_of
from app.core.signs import signs_of
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, frozen_paper, get_round
from app.rounds.receipt_reads import RootView, root_of
from app.slips.reads import slip_accounts, used_by_group

MAX_PRESENT = 60


def sealed_round(session: Session, round_id: str) -> RoundView:
    """Return the round; DomainError ``box_not_sealed`` unless its box waits to be opened."""
    row = get_round(session, round_id)
    if row.state is not RoundState.SEALED:
        raise DomainError("box_not_sealed")
    return row


def people(names: Sequence[str], typed: str) -> tuple[str, ...]:
    """Return who is present: ticked names and typed ones (one a line, or with commas), each once.

    DomainError ``nobody_present`` or ``present_too_many``.
    """
    lines = typed.replace("、", "\n").replace("\uff0c", "\n").replace(",", "\n").splitlines()
    found = tuple(dict.fromkeys(name.strip()[:40] for name in (*names, *lines) if name.strip()))
    if not found:
        raise DomainError("nobody_present")
    if len(found) > MAX_PRESENT:
        raise DomainError("present_too_many", limit=MAX_PRESENT)
    return found


def check_counts(session: Session, paper: Paper) -> dict[str, int]:
    """Return the envelopes of every voter group if they agree with the slips (SEC-31, SEC-39).

    DomainError ``more_back_than_out`` (``groups``): the round must be voided; ``box_not_as_spent``: tampering.
    """
    wrong = [row.name for row in slip_accounts(session, paper, paper.round_id) if row.account is None]
    if wrong:
        raise DomainError("more_back_than_out", groups=tuple(wrong))
    envelopes, spent = envelopes_by_group(session, paper.round_id), used_by_group(session, paper.round_id)
    if envelopes != spent:
        raise DomainError("box_not_as_spent", envelopes=sum(envelopes.values()), spent=sum(spent.values()))
    return envelopes


def check_tags(database: Database, folder: KeyFolder, paper: Paper) -> None:
    """Refuse a box in which a tag is wrong, or in which envelopes and spent codes differ (SEC-75).

    DomainError ``box_tampered`` (``groups``: names, each with the numbers of wrong envelopes and codes) or
    ``box_gate_tampered``.
    """
    names = {group.id: group.name for group in paper.groups}
    found = verify(database, folder, paper.round_id)
    if wrong := found.wrong:
        told = (f"{names.get(group, group)} {each.bad_envelopes}/{each.bad_codes}" for group, each in wrong.items())
        raise DomainError("box_tampered", groups=tuple(told))
    if not found.gate_is_right:
        raise DomainError("box_gate_tampered")


def check_paper(database: Database, round_id: str, text: str) -> None:
    """Refuse a paper that is not the one voters had before them, of which the box holds a proven copy (SEC-75).

    Envelopes are bound to the paper's hash alone: with names exchanged in the text, marks would count for others.
    DomainError ``box_paper_changed``, or as ``gate``.
    """
    if gate(database, round_id).paper != text:
        raise DomainError("box_paper_changed")


def check_root(database: Database, round_id: str) -> None:
    """Refuse a box whose envelopes are not those of its close (SEC-76).

    DomainError ``root_missing``, or ``root_differs`` (``signs``: those that were shown and those that it gives now).
    """
    with database.reading() as session:
        known = announced_root(session, round_id)
    found = tree_of(ids(database, round_id)).root
    if not hmac.compare_digest(found, known.root):
        raise DomainError("root_differs", signs=known.signs, found=signs_of(found))


def announced_root(session: Session, round_id: str) -> RootView:
    """Return the root that everybody could read before any key was brought; DomainError ``root_missing``."""
    known = root_of(session, round_id)
    if known is None:
        raise DomainError("root_missing")
    return known


def counts_problem(session: Session, round_id: str) -> DomainError | None:
    """Return what stands against opening this box, for showing it before anybody types a share."""
    try:
        check_counts(session, frozen_paper(session, round_id)[0])
    except DomainError as error:
        return error
    return None
