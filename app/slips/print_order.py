"""What an organiser orders to be printed: what he has to know before, and what is typeset for it.

Apart from the rest of slips, so that an opening, which keeps their accounts, loads no words of English.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.printable import Unprintable, Words, unprintable
from app.core.settings import is_loopback
from app.office.workshop import Craft, alone
from app.rounds.promise import slip_promise_of
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import locked_round
from app.slips import reads
from app.slips.english import back_in_english, front_in_english, is_spoken
from app.slips.service import issue
from app.slips.sheets import SlipBack, SlipSheet, Wifi, packed

TYPESET = Craft("app.slips.printing:typeset")


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """What an organiser wants printed: numbers by group id, and what he has confirmed.

    ``backs``: every page is followed by one with the link to the result; a rehearsal releases none to participants.
    ``again``: he knows that this round has slips already. ``here_only``: he knows that phones cannot reach the address.
    ``unanswered``: nothing answered at the address when it was asked just now.
    ``marked``: he knows which signs cannot be printed and that a mark will stand for them.
    """

    numbers: Mapping[str, int]
    backs: bool = False
    again: bool = False
    here_only: bool = False
    marked: bool = False
    unanswered: bool = False


def unprintable_on(session: Session, round_id: str) -> tuple[Unprintable, ...]:
    """Return the signs on the slips of a round that no font has."""
    row, (paper, _) = get_round(session, round_id), frozen_paper(session, round_id)
    named = (Words(field="参评人员类别", text=group.name) for group in paper.groups)
    wifi = (Words(field="网络名称", text=row.wifi_name), Words(field="网络密码", text=row.wifi_password))
    titles = (Words(field="组织单位", text=paper.organisation), Words(field="轮次名称", text=paper.title))
    words = (*titles, *named)
    english = (Words(field=each.field, text=paper.english.get(each.text, "")) for each in words if is_spoken(paper))
    return unprintable((*words, *english, *wifi))


def _check_confirmed(session: Session, base_url: str, round_id: str, order: PrintOrder) -> None:
    """Refuse what would be found out in the hall: slips that lead nowhere, a second set that nobody meant, gaps."""
    if is_loopback(base_url) and not order.here_only:
        raise DomainError("slips_lead_nowhere", address=f"{base_url}/v")
    if order.unanswered and not order.here_only:
        raise DomainError("slips_unanswered", address=f"{base_url}/v")
    live = sum(batch.left for batch in reads.batches(session, round_id))
    if live and order.numbers and not order.again:
        raise DomainError("slips_again", count=sum(order.numbers.values()), live=live)
    if not order.marked and (lacking := unprintable_on(session, round_id)):
        raise DomainError("slips_unprintable", signs=tuple(map(str, lacking)))


def print_slips(
    acting: Acting, folder: KeyFolder, base_url: str, round_id: str, order: PrintOrder
) -> Callable[[], bytes]:
    """Issue slips and return what typesets their PDF, kept nowhere.

    It is to be called after the commit: typesetting takes seconds, and casts would wait for it. DomainError
    ``slips_lead_nowhere``, ``slips_unanswered``, ``slips_again`` and ``slips_unprintable`` for what was not confirmed,
    and what ``issue`` refuses.
    """
    locked_round(acting.session, round_id)
    _check_confirmed(acting.session, base_url, round_id, order)
    codes = issue(acting, folder, round_id, order.numbers)
    paper, _ = frozen_paper(acting.session, round_id)
    link, back = f"{base_url}/notices/{round_id}", None
    if order.backs and not paper.rehearsal:
        back = SlipBack(paper.organisation, paper.title, link, back_in_english(paper, link))
    return partial(alone, TYPESET, packed(sheets(acting.session, base_url, round_id, codes), back))


def sheets(
    session: Session, base_url: str, round_id: str, codes: Mapping[str, Sequence[str]]
) -> list[tuple[SlipSheet, Sequence[str]]]:
    """Return what is printed on the slips of each voter group, with its codes."""
    row, (paper, _) = get_round(session, round_id), frozen_paper(session, round_id)
    wifi = Wifi(row.wifi_name, row.wifi_password) if row.wifi_name else None
    title = f"〔演练〕{paper.organisation}" if paper.rehearsal else paper.organisation
    return [
        (
            SlipSheet(
                title=title,
                group=group.name,
                people=group.expected,
                round_name=paper.title,
                address=f"{base_url}/v",
                qr_prefix=f"{base_url}/v#",
                promise=slip_promise_of(paper),
                wifi=wifi,
                english=front_in_english(paper, group, f"{base_url}/v", wifi=wifi is not None),
            ),
            codes[group.id],
        )
        for group in paper.groups
        if group.id in codes
    ]
