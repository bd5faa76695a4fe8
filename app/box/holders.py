"""Key-holders are persons: each draws a secret of his own in his own log-in, and reads it back (SEC-77).

The database keeps a secret's public half alone. Who has drawn and read back is seen by all, no secret by anybody.
Nobody holds a key over the marks of a unit that he speaks for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import people
from app.accounts import service as accounts
from app.accounts.domain import Role
from app.audit import service as audit
from app.box import letters
from app.box.models import KeyHolder, RoundKey
from app.box.reads import HolderView, holders_of
from app.core.acting import Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.offices.sight import keep_sights
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView, frozen_paper, office_of_round, rounds_in
from app.rounds.service import locked_round

MAY_HOLD = frozenset({Role.ORGANISER, Role.SCRUTINEER})
MOST_ORGANISERS = 1
"""Of the secrets that open a box at most one may be an organiser's."""
BEFORE_THE_COUNT = (RoundState.READY, RoundState.OPEN, RoundState.SEALED)
"""States of a round whose keys open something."""
_HALF_BYTES = 32
_ANY_KEY = X25519PrivateKey.from_private_bytes(bytes(range(_HALF_BYTES)))


def ready_round(session: Session, round_id: str) -> RoundView:
    """Return the round, locked; DomainError ``round_wrong_state`` unless its keys can be prepared."""
    row = locked_round(session, round_id)
    if row.state is not RoundState.READY:
        raise DomainError("round_wrong_state")
    return row


def candidates(session: Session, round_id: str) -> list[Principal]:
    """Return the accounts that may hold a key of a round, in the order they were made.

    Their owners see the campaign's office, and whoever names them sees their accounts (ADR 24).
    """
    named = {row.id for row in accounts.everyone(session)}
    office_id = office_of_round(session, round_id)
    able = [row for row in people.who_see(session, office_id) if row.id in named and not row.disabled]
    able = [row for row in able if accounts.has_any(row, MAY_HOLD)]
    return [accounts.principal(row) for row in able]


def name_holders(acting: Acting, round_id: str, staff_ids: Sequence[str]) -> None:
    """Say who holds the parts of the key; who stays keeps the secret that he drew, a key made before is forgotten.

    DomainError ``holder_missing`` (``count``), ``holder_twice``, ``field_not_a_choice`` or as ``check_holders``.
    """
    session = acting.session
    keep_sights(session)
    row = ready_round(session, round_id)
    chosen = _chosen(session, [one for one in staff_ids if one], row)
    check_holders(session, round_id, [person.id for person in chosen])
    known = {holder.staff_id: holder for holder in holders_of(session, round_id)}
    forget_key(session, round_id)
    session.execute(delete(KeyHolder).where(KeyHolder.round_id == round_id))
    for number, person in enumerate(chosen, start=1):
        before = known.get(person.id)
        half, checked_at = (before.public_key, before.checked_at) if before else (None, None)
        fields = {"staff_id": person.id, "name": person.name, "public_key": half, "checked_at": checked_at}
        session.add(KeyHolder(round_id=round_id, number=number, part=None, **fields))
    session.flush()
    letters.tell_named(acting, row, [staff_id for staff_id, one in known.items() if staff_id and one.public_key])
    names = [person.name for person in chosen]
    audit.record(session, acting.now, acting.actor, "box.holders", round_id, holders=names)


def _chosen(session: Session, staff_ids: Sequence[str], row: RoundView) -> list[Principal]:
    able, count = {person.id: person for person in candidates(session, row.id)}, row.key_holders
    if len(staff_ids) != count:
        raise DomainError("holder_missing", count=count)
    if len(set(staff_ids)) < count:
        raise DomainError("holder_twice")
    if not set(staff_ids) <= set(able):
        raise DomainError("field_not_a_choice", field="钥匙持有人")
    return [able[one] for one in staff_ids]


def organisers_among(session: Session, staff_ids: Iterable[str | None]) -> int:
    """Return how many of these are organisers by now: a role may have been changed since they were named."""
    wanted = [staff_id for staff_id in staff_ids if staff_id]
    return sum(Role.ORGANISER in row.roles for row in people.by_ids(session, wanted))


def speaking_for(session: Session, round_id: str, staff_ids: Iterable[str | None]) -> list[tuple[str, str]]:
    """Return who of these speaks by now for a unit that the round rates: his name and the unit's."""
    units = {unit.id: unit.name for unit in frozen_paper(session, round_id)[0].units}
    wanted = set(staff_ids)
    liaisons = accounts.liaisons_of(session, units)
    return [(one.name, units[unit]) for unit, some in liaisons.items() for one in some if one.id in wanted]


def check_holders(session: Session, round_id: str, staff_ids: Sequence[str | None]) -> None:
    """Refuse those whose secrets would open the box together.

    DomainError ``holder_organisers`` (more of them than may be), or ``holder_liaison`` (``name`` speaks for ``unit``).
    """
    if organisers_among(session, staff_ids) > MOST_ORGANISERS:
        raise DomainError("holder_organisers")
    for name, unit in speaking_for(session, round_id, staff_ids):
        raise DomainError("holder_liaison", name=name, unit=unit)


def held_over(session: Session, campaign_id: str) -> Mapping[tuple[str, str], str]:
    """Return which rounds' keys the staff of a campaign hold over which units, until they are counted.

    Titles of rounds by id of the account and of the unit.
    """
    found: dict[tuple[str, str], str] = {}
    for row in rounds_in(session, BEFORE_THE_COUNT):
        if row.campaign_id == campaign_id:
            units = frozen_paper(session, row.id)[0].units
            holders = (one.staff_id for one in holders_of(session, row.id) if one.staff_id)
            found |= {(staff_id, unit.id): row.title for staff_id in holders for unit in units}
    return found


def keys_of(session: Session, staff_id: str) -> list[tuple[str, str]]:
    """Return the rounds before their count whose keys an account holds: titles, and ids of their offices."""
    own = frozenset(session.scalars(select(KeyHolder.round_id).where(KeyHolder.staff_id == staff_id)))
    held = (row for row in rounds_in(session, BEFORE_THE_COUNT) if row.id in own)
    return [(row.title, office_of_round(session, row.id)) for row in held]


def keys_in(session: Session, office_ids: Collection[str]) -> list[tuple[str, str, str]]:
    """Return the keys to rounds of these offices before their count: the round's title, its office, the holder's."""
    found = []
    for row in rounds_in(session, BEFORE_THE_COUNT):
        if (office_id := office_of_round(session, row.id)) in office_ids:
            holders = [one.staff_id for one in holders_of(session, row.id) if one.staff_id]
            found += [(row.title, office_id, one.office_id) for one in people.by_ids(session, holders)]
    return found


def forget_key(session: Session, round_id: str) -> bool:
    """Delete the round's key and its parts, not who holds them; return whether there was one."""
    session.execute(update(KeyHolder).where(KeyHolder.round_id == round_id).values(part=None))
    gone = session.connection().execute(delete(RoundKey).where(RoundKey.round_id == round_id)).rowcount
    session.expire_all()
    return gone > 0


def own_place(session: Session, actor: Principal, round_id: str) -> HolderView:
    """Return which holder the member of staff is; DomainError ``holder_not_you``."""
    for holder in holders_of(session, round_id):
        if holder.staff_id == actor.id:
            return holder
    raise DomainError("holder_not_you")


def draw(acting: Acting, round_id: str, public_key: bytes) -> None:
    """Keep the public half of the secret that the acting holder drew; one drawn before holds nothing any more.

    DomainError ``round_wrong_state``, ``holder_not_you``, ``holder_half_bad`` or as ``check_holders``.
    """
    session = acting.session
    ready_round(session, round_id)
    holder = own_place(session, acting.actor, round_id)
    check_holders(session, round_id, [one.staff_id for one in holders_of(session, round_id)])
    _check_half(session, round_id, public_key)
    forget_key(session, round_id)
    row = locked(session, KeyHolder, (round_id, holder.number))
    if row is None:
        raise DomainError("holder_not_you")
    row.public_key, row.checked_at = public_key, None
    again = holder.public_key is not None
    audit.record(session, acting.now, acting.actor, "box.key_draw", round_id, holder=holder.name, again=again)


def _check_half(session: Session, round_id: str, public_key: bytes) -> None:
    """Refuse what is no public half, or another holder's."""
    taken = select(KeyHolder.number).where(KeyHolder.round_id == round_id, KeyHolder.public_key == public_key)
    if len(public_key) != _HALF_BYTES or session.scalars(taken).first() is not None:
        raise DomainError("holder_half_bad")
    try:
        _ANY_KEY.exchange(X25519PublicKey.from_public_bytes(public_key))
    except ValueError:
        raise DomainError("holder_half_bad") from None


def match_half(holders: Sequence[HolderView], half: bytes) -> HolderView:
    """Return whose secret has this public half; DomainError ``share_unknown``: of another round, or drawn anew."""
    for holder in holders:
        if holder.public_key == half:
            return holder
    raise DomainError("share_unknown")


def read_back(acting: Acting, round_id: str, half: bytes) -> None:
    """Record that the acting holder's typed secret gives the half that he drew.

    DomainError ``round_wrong_state``, ``holder_not_you``, ``share_unknown`` or ``share_of_other`` (``name``).
    """
    session = acting.session
    ready_round(session, round_id)
    own = own_place(session, acting.actor, round_id)
    found = match_half(holders_of(session, round_id), half)
    if found.number != own.number:
        raise DomainError("share_of_other", name=found.name)
    row = locked(session, KeyHolder, (round_id, own.number))
    if row is not None and row.checked_at is None:
        row.checked_at = acting.now
        session.flush()
        audit.record(session, acting.now, acting.actor, "box.key_check", round_id, holder=own.name)
        letters.drawn_and_checked(acting, round_id)
