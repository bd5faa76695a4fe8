"""The life of a round: every act of docs/design.md “The life of a round” but those that need keys or marks."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.ballots import reads as ballots
from app.campaigns import reads as campaigns
from app.campaigns.service import campaign_row
from app.consents import service as consents
from app.core.acting import Acting
from app.core.db import after_commit, database_of, locked
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id
from app.rounds import document_reads, documents, gone, restoring
from app.rounds.acts import ALL_ACTS, EXTEND, intend
from app.rounds.checklist import freeze_problems, left_over_step
from app.rounds.domain import Event, Paper, PaperGroup, RoundState, check_times, next_state, paper_digest
from app.rounds.drafting import check_form, drafted, layout_of, left_over
from app.rounds.english import with_english
from app.rounds.models import BoxRoot, Intent, Round, RoundRetest
from app.rounds.papers import paper_text
from app.rounds.ports import Ports
from app.rounds.reads import KIND, RoundView, frozen_paper, retested_units, view
from app.rounds.steps import Step

REMARK_BYTES = 1_200
"""Room for remarks in an envelope: 400 Chinese signs over all units; constant, so that length tells nothing."""
MAX_HOLDERS = 16
USUAL_SHARES = (2, 3)
"""How many key shares open a box, and how many there are, where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class RoundDraft:
    """What an organiser settles about a round before it is frozen."""

    title: str
    form_key: str
    stage_id: str | None = None
    shuffle_units: bool = False
    remarks: bool = False
    layout: str = ""
    key_needed: int = USUAL_SHARES[0]
    key_holders: int = USUAL_SHARES[1]
    wifi_name: str = ""
    wifi_password: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def _locked(session: Session, round_id: str) -> Round:
    row = locked(session, Round, round_id)
    if row is None:
        raise DomainError("round_unknown")
    return row


def locked_round(session: Session, round_id: str) -> RoundView:
    """Return the round, which nobody else changes until the end of the transaction."""
    return view(_locked(session, round_id))


def _after(row: Round, event: Event) -> RoundState:
    after = next_state(RoundState(row.state), event)
    if after is None:
        raise DomainError("round_wrong_state")
    return after


def _move(row: Round, event: Event) -> None:
    row.state = _after(row, event)


def _check_draft(draft: RoundDraft, now: datetime) -> None:
    alone = draft.key_needed == 1 and draft.key_holders == 1
    if not alone and not 2 <= draft.key_needed <= draft.key_holders <= MAX_HOLDERS:  # noqa: PLR2004
        raise DomainError("key_numbers")
    check_times(draft.opens_at, draft.closes_at, now)


def create_round(acting: Acting, campaign_id: str, draft: RoundDraft, repeats: str | None = None) -> str:
    """Make a draft round and return its id."""
    _check_draft(draft, acting.now)
    campaign_row(acting.session, campaign_id)
    check_form(acting.session, campaign_id, draft.form_key)
    row = Round(id=new_id(), campaign_id=campaign_id, state=RoundState.DRAFT, created_at=acting.now, **asdict(draft))
    row.repeats = repeats
    acting.session.add(row)
    acting.session.flush()
    audit.record(acting.session, acting.now, acting.actor, "round.create", row.id, title=draft.title)
    return row.id


def edit_round(acting: Acting, round_id: str, draft: RoundDraft) -> None:
    """Change a draft round."""
    row = _locked(acting.session, round_id)
    if row.state != RoundState.DRAFT:
        raise DomainError("round_frozen")
    _check_draft(draft, acting.now)
    campaign_row(acting.session, row.campaign_id)
    check_form(acting.session, row.campaign_id, draft.form_key)
    for name, value in asdict(draft).items():
        setattr(row, name, value)
    told = {"title": draft.title, "keys": f"{draft.key_needed}/{draft.key_holders}"}
    audit.record(acting.session, acting.now, acting.actor, "round.edit", round_id, **told)


def draft_paper(session: Session, round_view: RoundView) -> Paper:
    """Return the paper as it would be frozen now."""
    campaign = campaigns.get_campaign(session, round_view.campaign_id)
    asked, document = retested_units(session, round_view.id), None
    if found := document_reads.subject(session, round_view.id):
        asked, document = frozenset({found[0]}), found[1]
    scheme, parts = drafted(session, campaign, round_view.form_key, asked)
    paper = Paper(
        round_id=round_view.id,
        organisation=campaign.organisation,
        campaign=campaign.title,
        title=round_view.title,
        parts=parts,
        groups=tuple(PaperGroup(g.id, g.name, g.expected, g.left_out) for g in campaign.groups),
        scheme=scheme,
        promise="slips",
        remarks=round_view.remarks,
        remark_bytes=REMARK_BYTES if round_view.remarks else 0,
        shuffle_units=round_view.shuffle_units,
        two_person=campaign.two_person,
        document=document,
        key_needed=round_view.key_needed,
        key_holders=round_view.key_holders,
        layout=layout_of(round_view.layout, parts, remarks=round_view.remarks),
    )
    return with_english(paper, campaign.english)


def _freeze(row: Round, paper: Paper) -> None:
    row.paper, row.paper_hash = (text := paper_text(paper)), paper_digest(text)


def freeze(acting: Acting, round_id: str) -> str:
    """Fix and hash the paper; return the hash. Everything printed and cast from now on names it."""
    row = _locked(acting.session, round_id)
    # Whoever deletes what the paper asks about holds this row too: he sees the paper, or the paper sees it gone.
    campaign_row(acting.session, row.campaign_id)
    paper = draft_paper(acting.session, view(row))
    check_times(row.opens_at, row.closes_at, acting.now)
    _move(row, Event.FREEZE)
    refuse_missing(freeze_problems(paper))
    _freeze(row, paper)
    audit.record(acting.session, acting.now, acting.actor, "round.freeze", round_id, paper=row.paper_hash)
    return str(row.paper_hash)


def checklist(session: Session, round_view: RoundView, ports: Ports) -> list[Step]:
    """Return what has to be done before the next step, from all features."""
    if round_view.state is RoundState.DRAFT:
        left = left_over_step(left_over(session, round_view.campaign_id, round_view.form_key))
        return [*freeze_problems(draft_paper(session, round_view)), *left]
    gates = {RoundState.READY: ports.before_opening, RoundState.SEALED: ports.before_counting}
    first = restoring.steps(session) if round_view.state is RoundState.READY else []
    return [*first, *(step for gate in gates.get(round_view.state, ()) for step in gate(session, round_view))]


def check_steps(session: Session, round_view: RoundView, ports: Ports) -> None:
    """Refuse the next step while something needed is missing: DomainError ``steps_missing``."""
    refuse_missing(checklist(session, round_view, ports))


def refuse_missing(steps: Iterable[Step]) -> None:
    """Refuse while something needed is missing: DomainError ``steps_missing``."""
    missing = [step.label for step in steps if step.needed and not step.done]
    if missing:
        raise DomainError("steps_missing", steps=";".join(missing))


def open_round(acting: Acting, folder: KeyFolder, ports: Ports, round_id: str) -> None:
    """Accept votes from the commit on. Rehearsals of the round are purged first, whatever became of them."""
    row = _locked(acting.session, round_id)
    restoring.check_accepted(acting.session)
    check_steps(acting.session, view(row), ports)
    if row.closes_at and row.closes_at <= acting.now:
        raise DomainError("schedule_over")
    _after(row, Event.OPEN)
    purge_rehearsals(acting, folder, ports, round_id)
    audit.record(acting.session, acting.now, acting.actor, "round.open", round_id)
    planned = {"closes_at": row.closes_at.isoformat()} if row.closes_at else {}
    intend(acting, round_id, Event.OPEN, public_key=ports.public_key(acting.session, round_id).hex(), **planned)


def close_round(acting: Acting, round_id: str, _request: Mapping[str, Any]) -> None:
    """Accept no more votes from the commit on."""
    _after(_locked(acting.session, round_id), Event.CLOSE)
    audit.record(acting.session, acting.now, acting.actor, "round.close", round_id)
    intend(acting, round_id, Event.CLOSE)


def extend_round(acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Move the planned end of an open round: ``closes_at`` in ISO 8601."""
    row = _locked(acting.session, round_id)
    closes_at = datetime.fromisoformat(request["closes_at"])
    if row.state != RoundState.OPEN:
        raise DomainError("round_wrong_state")
    if closes_at <= acting.now:
        raise DomainError("schedule_over")
    audit.record(acting.session, acting.now, acting.actor, "round.extend", round_id, closes_at=closes_at.isoformat())
    intend(acting, round_id, EXTEND, closes_at=closes_at.isoformat())


def void_round(acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Declare the round void, with the reason; it can be repeated as a new one."""
    row, reason = _locked(acting.session, round_id), request["reason"]
    after = _after(row, Event.VOID)
    audit.record(acting.session, acting.now, acting.actor, "round.void", round_id, reason=reason)
    if ballots.last_act(database_of(acting.session), round_id) is not None:
        intend(acting, round_id, Event.VOID, reason=reason)
        return
    row.state, row.void_reason, row.closed_at = after, reason, row.closed_at or acting.now
    consents.lapse(acting.session, acting.now, KIND, round_id, ALL_ACTS)


def count_round(acting: Acting, round_id: str, **detail: object) -> None:
    """Record that the box has been opened and its envelopes shredded, in the caller's transaction."""
    row = _locked(acting.session, round_id)
    _move(row, Event.COUNT)
    row.counted_at = acting.now
    audit.record(acting.session, acting.now, acting.actor, "round.count", round_id, **detail)


def publish_round(acting: Acting, round_id: str) -> None:
    """Record that the result has been published, in the caller's transaction."""
    _move(_locked(acting.session, round_id), Event.PUBLISH)


def archive_round(acting: Acting, round_id: str) -> None:
    """Put a published round away and forget the hall's network; who asks for it writes down what else is wiped."""
    row = _locked(acting.session, round_id)
    _move(row, Event.ARCHIVE)
    row.wifi_name = row.wifi_password = ""


def draft_like(row: Round | RoundView) -> RoundDraft:
    """Return what to settle about another round like one; where one person held the key, as in the demo, several do."""
    draft = RoundDraft(**{name: getattr(row, name) for name in RoundDraft.__dataclass_fields__})
    shares = USUAL_SHARES if draft.key_holders == 1 else (draft.key_needed, draft.key_holders)
    return replace(draft, opens_at=None, closes_at=None, key_needed=shares[0], key_holders=shares[1])


def repeat_round(acting: Acting, round_id: str) -> str:
    """Return the id of a new draft with everything of a voided round but its codes and its box."""
    row = _locked(acting.session, round_id)
    if row.state != RoundState.VOID or row.rehearsal_of:
        raise DomainError("round_wrong_state")
    again = create_round(acting, row.campaign_id, draft_like(row), repeats=round_id)
    if (link := locked(acting.session, RoundRetest, round_id)) is not None:
        acting.session.add(RoundRetest(round_id=again, retest_of=link.retest_of, unit_ids=link.unit_ids))
    documents.copy(acting.session, round_id, again)
    return again


def purge_rehearsals(acting: Acting, folder: KeyFolder, ports: Ports, round_id: str) -> int:
    """Delete every trace of the round's rehearsals and return how many there were."""
    ids = acting.session.scalars(select(Round.id).where(Round.rehearsal_of == round_id)).all()
    for rehearsal in ids:
        purge_round(acting, folder, ports, rehearsal)
    return len(ids)


def purge_round(acting: Acting, folder: KeyFolder, ports: Ports, round_id: str) -> None:
    """Delete every trace of a round that was never meant to count, but for the audit log's entries."""
    for purge in ports.purge:
        purge(acting.session, folder, round_id)
    consents.forget(acting.session, KIND, round_id)
    for table in (Intent, BoxRoot):
        acting.session.execute(delete(table).where(table.round_id == round_id))
    acting.session.execute(delete(Round).where(Round.id == round_id))
    audit.record(acting.session, acting.now, acting.actor, "round.purge", round_id)
    gone.note(acting.session, round_id)
    after_commit(acting.session, partial(gone.tidy, database_of(acting.session), round_id))


def set_wifi(acting: Acting, round_id: str, name: str, password: str) -> None:
    """Name the hall's own network; it is not part of the paper, so it may change until the close."""
    row = _locked(acting.session, round_id)
    if RoundState(row.state) not in {RoundState.DRAFT, RoundState.READY, RoundState.OPEN}:
        raise DomainError("round_wrong_state")
    row.wifi_name, row.wifi_password = name, password
    audit.record(acting.session, acting.now, acting.actor, "round.wifi", round_id, name=name)


def set_schedule(acting: Acting, round_id: str, opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Plan opening and close of a round that is not open yet."""
    row = _locked(acting.session, round_id)
    if RoundState(row.state) not in {RoundState.DRAFT, RoundState.READY}:
        raise DomainError("round_wrong_state")
    check_times(opens_at, closes_at, acting.now)
    row.opens_at, row.closes_at = opens_at, closes_at
    times = {"opens_at": opens_at, "closes_at": closes_at}
    audit.record(acting.session, acting.now, acting.actor, "round.schedule", round_id, **times)


def needs_second_person(session: Session, row: RoundView, act: str, now: datetime) -> bool:
    """Whether this act waits for a second person (SEC-41): as frozen; never in rehearsals."""
    paper = frozen_paper(session, row.id)[0] if row.paper_hash else draft_paper(session, row)
    return paper.two_person and not row.is_rehearsal and (act != "close" or row.is_early(now))
