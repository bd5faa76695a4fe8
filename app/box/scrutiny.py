"""监票情况报告: what the scrutineers sign after the opening. It holds counts of slips and no mark (SEC-33, SEC-39)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.weighing import Span, Suspects, before, suspects
from app.audit.service import acts, last_before, last_number
from app.box.reads import KeyView, OpeningView, key_of, opening_of, returned_by_group
from app.campaigns.reads import office_of
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds.domain import Paper, RoundState
from app.rounds.ports import UnseenGroups
from app.rounds.reads import RoundView, frozen_paper, get_round
from app.rounds.receipt_reads import RootView, root_of
from app.slips.reads import GroupAccount, hand_counts, slip_accounts

OPENED = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Line:
    """The slips of one voter group, of several shown together, or of all."""

    name: str
    expected: int
    printed: int
    voided: int
    spare: int
    handed_back: int
    returned: int
    valid: int
    k: int

    @property
    def invalid(self) -> int:
        """无效: envelopes that held no ballot of this paper."""
        return self.returned - self.valid

    @property
    def issued(self) -> int:
        """发出: printed slips that were neither voided nor left over."""
        return self.printed - self.voided - self.spare

    @property
    def missing(self) -> int:
        """Issued slips that came back in no form."""
        return self.issued - self.returned - self.handed_back

    @property
    def is_small(self) -> bool:
        """Whether how many ballots came back and are valid must not be told, nor what it follows from (SEC-43)."""
        return min(self.returned, self.valid) < self.k


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report states."""

    round: RoundView
    paper: Paper
    digest: str
    key: KeyView
    opening: OpeningView
    root: RootView | None
    """None for a box that was opened before roots were written."""
    lines: tuple[Line, ...]
    total: Line
    together: tuple[str, ...]
    is_key_destroyed: bool
    damaged: bool = False
    """Whether the result is not as it was published, so that no group is shown by itself."""
    counted_by: tuple[str, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    """Names of the accounts of weight made, re-linked, given a role or enabled between the freeze and the opening."""
    from_machine: tuple[str, ...] = ()
    """Names of those whose link at the opening came from the machine, with nobody's consent."""

    @property
    def helpers(self) -> tuple[str, ...]:
        """Names of the key-holders whose shares opened the box."""
        return tuple(holder.name for holder in self.key.holders if holder.number in self.opening.holders)


def report(session: Session, folder: KeyFolder, unseen: UnseenGroups, round_id: str) -> Report:
    """Return the report of an opened round; DomainError ``report_too_early``."""
    row = get_round(session, round_id)
    key, opening = key_of(session, round_id), opening_of(session, round_id)
    if row.state not in OPENED or key is None or opening is None:
        raise DomainError("report_too_early")
    paper, digest = frozen_paper(session, round_id)
    lines = _lines(session, paper)
    hidden = unseen(session, paper)
    together = [line for group, line in lines.items() if group in hidden.groups]
    shown = [line for group, line in lines.items() if group not in hidden.groups]
    if together:
        shown.append(_sum("、".join(line.name for line in together), together))
    counts = list(hand_counts(session, round_id).values())
    named = _suspects(session, row)
    return Report(
        round=row,
        paper=paper,
        digest=digest,
        key=key,
        opening=opening,
        root=root_of(session, round_id),
        lines=tuple(shown),
        total=_sum("", list(lines.values())),
        together=tuple(line.name for line in together),
        damaged=hidden.damaged,
        is_key_destroyed=round_id not in folder.parts(),
        counted_by=_names(count.counted_by for count in counts),
        confirmed_by=_names(count.second_by for count in counts if count.agrees),
        fresh=_names(staff.name for staff in named.fresh),
        from_machine=_names(staff.name for staff in named.from_machine),
    )


def _suspects(session: Session, row: RoundView) -> Suspects:
    """Return whom the minutes name: the same ones whenever they are printed."""
    end = last_number(session, "round.count", row.id)
    if end is None:
        raise DomainError("report_too_early")
    # A rehearsal is frozen as it is made, which the log tells of another round.
    begin = last_number(session, "round.freeze", row.id) or last_before(session, row.created_at) + 1
    return suspects(session, _office_then(session, row.campaign_id, end), Span(begin, end))


def _office_then(session: Session, campaign_id: str, number: int) -> str:
    """Return the office that a campaign belonged to after this entry of the log."""
    moved = before(acts(session, {"campaign.move"}, number), "campaign.move")
    return moved.get(campaign_id) or office_of(session, campaign_id)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _lines(session: Session, paper: Paper) -> dict[str, Line]:
    """Return a line for every voter group; the valid ballots are counted in the stacks, which outlive the codes."""
    valid, k = returned_by_group(session, paper), paper.scheme.floor
    return {
        account.group_id: _line(account, valid[account.group_id], k)
        for account in slip_accounts(session, paper, paper.round_id)
    }


def _line(account: GroupAccount, valid: int, k: int) -> Line:
    return Line(
        name=account.name,
        expected=account.expected,
        printed=account.printed,
        voided=account.voided,
        spare=account.spare,
        handed_back=account.handed_back,
        returned=account.used,
        valid=valid,
        k=k,
    )


def _sum(name: str, lines: Sequence[Line]) -> Line:
    return Line(
        name=name,
        expected=sum(line.expected for line in lines),
        printed=sum(line.printed for line in lines),
        voided=sum(line.voided for line in lines),
        spare=sum(line.spare for line in lines),
        handed_back=sum(line.handed_back for line in lines),
        returned=sum(line.returned for line in lines),
        valid=sum(line.valid for line in lines),
        k=lines[0].k,
    )
