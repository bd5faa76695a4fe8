"""Versions of a result, and the acts that let readers see it or not."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.people import leaders
from app.audit import service as audit
from app.box import reads as box
from app.core.acting import Acting
from app.core.db import Database, locked
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, token_bytes
from app.publication.comparing import NOTHING as NOT_EXAMINED
from app.publication.comparing import Examined, check_beside, examine
from app.publication.domain import Scope, Wanted, ledger_refusal, scopes_of_figures
from app.publication.models import (
    Announcement,
    NamedEntry,
    ResultRead,
    ResultRelease,
    ResultSignature,
    ResultVerdict,
    ResultVersion,
)
from app.publication.reads import has_result, ledger_of, versions_of
from app.publication.signing import Signed
from app.publication.stored import DamagedResultError, stored_document
from app.publication.verdicts import store_verdicts
from app.rounds.approvals import ask_or_act
from app.rounds.domain import Event, Paper, next_state
from app.rounds.ports import Act, Ports, Unseen, every_group
from app.rounds.reads import frozen_paper, get_round, office_of_round
from app.rounds.service import locked_round, publish_round
from app.slips.codes import new_code
from app.slips.reads import hand_counts, slip_accounts
from app.tally.chain import Chain, GroupChain
from app.tally.document import extent_of
from app.tally.restraint import restraint_of
from app.tally.unseen import unseen_groups


def counting_chain(session: Session, paper: Paper, round_id: str, valid: Mapping[str, int] | None = None) -> Chain:
    """Return the counting chain from slip accounts and stacks; what came back but is in no stack is invalid.

    ``valid``: counted ballots by group, of stacks that are not stored yet.
    """
    valid = box.returned_by_group(session, paper) if valid is None else valid
    rows = []
    counts = hand_counts(session, round_id)
    present = {group: count.first.present for group, count in counts.items() if count.first is not None}
    for account in slip_accounts(session, paper, round_id):
        if valid[account.group_id] > account.used:
            raise DomainError("stack_count_differs")
        rows.append(
            GroupChain(
                group_id=account.group_id,
                expected=account.expected,
                printed=account.printed,
                returned=account.used,
                valid=valid[account.group_id],
                voided=account.voided,
                spare=account.spare,
                invalid=account.used - valid[account.group_id],
                handed_back=account.handed_back,
                present=present.get(account.group_id),
            )
        )
    return Chain(tuple(rows))


def unseen_of(session: Session, paper: Paper) -> Unseen:
    """Return the groups of a closed round whose numbers no report may show: those of its newest result, if any.

    A correction hides what the version before it hid, which its own chain does not tell. Without a result the rule is
    asked over the chain that it will have; before the opening nobody knows which ballots are valid, so all that came
    back pass for that, and the opening may hide further groups. Where the newest result is damaged nobody knows which
    groups it hid.
    """
    if versions := versions_of(session, paper.round_id):
        return _unseen_of(session, paper, versions[-1].version)
    valid = None
    if box.opening_of(session, paper.round_id) is None:
        valid = {account.group_id: account.used for account in slip_accounts(session, paper, paper.round_id)}
    return Unseen(unseen_groups(paper, counting_chain(session, paper, paper.round_id, valid)))


def _unseen_of(session: Session, paper: Paper, version: int) -> Unseen:
    try:
        return Unseen(restraint_of(stored_document(session, paper.round_id, version)).unseen)
    except DamagedResultError:
        return replace(every_group(session, paper), damaged=True)


class OfUnit(Protocol):
    """A remark to a unit."""

    @property
    def unit_id(self) -> str:
        """The unit."""

    @property
    def text(self) -> str:
        """What was written."""


def by_unit(remarks: Iterable[OfUnit]) -> dict[str, tuple[str, ...]]:
    """Return the texts of remarks by the unit they are about, in their order."""
    found: dict[str, list[str]] = {}
    for remark in remarks:
        found.setdefault(remark.unit_id, []).append(remark.text)
    return {unit_id: tuple(texts) for unit_id, texts in found.items()}


def store_version(acting: Acting, round_id: str, made: Signed, reason: str) -> None:
    """Add a version of the result with its signature and a verification code of its own.

    DomainError ``result_changed`` if it was signed as another version than the next one.
    """
    session, version, document = acting.session, made.statement.version, made.written
    if version != len(versions_of(session, round_id)) + 1:
        raise DomainError("result_changed")
    session.add(
        ResultVersion(
            round_id=round_id,
            version=version,
            document=document.text,
            digest=document.digest,
            code=new_code(token_bytes),
            reason=reason,
            created_at=acting.now,
        )
    )
    session.flush()
    root, signature = made.statement.root, made.signature
    session.add(ResultSignature(round_id=round_id, version=version, root=root, signature=signature))
    store_verdicts(session, round_id, version, document.verdicts)


def request_of(wanted: Wanted) -> dict[str, Any]:
    """Return what is asked for as JSON, for the second person's approval."""
    return {
        "scope": wanted.scope.value,
        "units": None if wanted.unit_ids is None else sorted(wanted.unit_ids),
        "readers": None if wanted.reader_ids is None else sorted(wanted.reader_ids),
        "expires_at": None if wanted.expires_at is None else wanted.expires_at.isoformat(),
    }


def wanted_of(request: Mapping[str, Any]) -> Wanted:
    """Return what was asked for."""
    units, readers, expires = request.get("units"), request.get("readers"), request.get("expires_at")
    return Wanted(
        Scope(request["scope"]),
        None if units is None else frozenset(units),
        None if readers is None else frozenset(readers),
        None if expires is None else datetime.fromisoformat(expires),
    )


def check_publishable(session: Session, round_id: str) -> None:
    """Refuse with ``round_wrong_state`` or, for a round that has to be declared void, ``result_must_void``."""
    if next_state(get_round(session, round_id).state, Event.PUBLISH) is None:
        raise DomainError("round_wrong_state")
    if not has_result(session, round_id):
        raise DomainError("result_must_void")


def check_release(
    session: Session, now: datetime, round_id: str, wanted: Wanted, known: Examined = NOT_EXAMINED
) -> int:  # fmt: skip
    """Return the version that would be released; refuse what the ledger's rules forbid.

    ``known``: what was found of the result beforehand, so that its documents need not be compared within the act.
    """
    check_publishable(session, round_id)
    newest = versions_of(session, round_id)[-1]
    document = known.of(session, round_id, newest.version, newest.digest)
    ledger = [release for release in ledger_of(session, round_id) if release.version == newest.version]
    leading = [leader.id for leader in leaders(session, office_of_round(session, round_id))]
    refused = ledger_refusal(wanted, ledger, document, leading, now)
    if refused:
        raise DomainError(refused)
    if wanted.scope in scopes_of_figures(extent_of(document)):
        check_beside(session, frozen_paper(session, round_id)[0], document, known)
    return newest.version


def ask_to_publish(
    acting: Acting, ports: Ports, round_id: str, wanted: Wanted, known: Examined = NOT_EXAMINED
) -> bool:  # fmt: skip
    """Publish, or ask the second person for it; return whether it was done."""
    request = {**request_of(wanted), "asked_by": acting.actor.name}
    done = ask_or_act(acting, ports.doing("publish", partial(publish, known=known)), round_id, "publish", request)
    if not done:
        check_release(acting.session, acting.now, round_id, wanted, known)  # a refusal undoes the asking
    return done


def make_ready(database: Database, round_id: str, request: Mapping[str, Any]) -> Act:
    """Compare the result with those beside it, while no transaction is held; return the act that publishes it."""
    return partial(publish, known=examine(database, round_id, wanted_of(request).scope))


def publish(acting: Acting, round_id: str, request: Mapping[str, Any], known: Examined = NOT_EXAMINED) -> None:
    """Enter a release into the ledger: its readers see the newest version from now on."""
    session, wanted = acting.session, wanted_of(request)
    locked_round(session, round_id)
    version = check_release(session, acting.now, round_id, wanted, known)
    publish_round(acting, round_id)
    enter_release(acting, round_id, version, wanted, by=people(acting, request))
    detail = {"version": version, "digest": versions_of(session, round_id)[-1].digest}
    audit.record(session, acting.now, acting.actor, "result.publish", round_id, **request_of(wanted), **detail)


def people(acting: Acting, request: Mapping[str, Any]) -> str:
    """Return who answers for an act: the one who asked for it, then the second person, if there was one."""
    return "、".join(dict.fromkeys([str(request.get("asked_by", acting.actor.name)), acting.actor.name]))


def enter_release(acting: Acting, round_id: str, version: int, wanted: Wanted, *, by: str) -> None:
    """Write a ledger entry; ``by`` names who answers for it."""
    asked = request_of(wanted)
    acting.session.add(
        ResultRelease(
            id=new_id(),
            round_id=round_id,
            version=version,
            scope=wanted.scope.value,
            unit_ids="" if wanted.unit_ids is None else json.dumps(asked["units"]),
            reader_ids="" if wanted.reader_ids is None else json.dumps(asked["readers"]),
            released_at=acting.now,
            released_by=by,
            expires_at=wanted.expires_at,
        )
    )


def withdraw(acting: Acting, round_id: str, release_id: str, reason: str) -> None:
    """Take a release back, with a reason; the ledger keeps it, because it was seen."""
    row = locked(acting.session, ResultRelease, release_id)
    if row is None or row.round_id != round_id:
        raise DomainError("release_unknown")
    if row.withdrawn_at is not None:
        raise DomainError("release_withdrawn")
    end_release(acting, row, reason)
    audit.record(
        acting.session, acting.now, acting.actor, "result.withdraw", round_id, release=release_id, reason=reason
    )


def end_release(acting: Acting, row: ResultRelease, reason: str) -> None:
    """Mark a ledger entry as withdrawn."""
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = acting.now, acting.actor.name, reason


def purge(session: Session, _folder: KeyFolder, round_id: str) -> None:
    """Delete the result of a rehearsal."""
    for table in (Announcement, NamedEntry, ResultRead, ResultRelease, ResultVerdict, ResultSignature, ResultVersion):
        session.execute(delete(table).where(table.round_id == round_id))
