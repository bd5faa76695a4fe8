"""单位名录: the units that an office keeps, with ids that stay whatever they are called and come what may."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.asides import aside_in
from app.core.db import locked
from app.core.errors import DomainError
from app.core.folding import clean_name
from app.core.lists import Listed, Wish, cut
from app.core.secrets import new_id
from app.offices.models import RegisteredUnit

NAME_LIMIT = 60
CODE_LIMIT = 40
MOST_UNITS = 5000


def registered(session: Session, office_id: str) -> Sequence[RegisteredUnit]:
    """Return the units of an office's register, in their order."""
    query = select(RegisteredUnit).where(RegisteredUnit.office_id == office_id)
    return session.scalars(query.order_by(RegisteredUnit.position, RegisteredUnit.id)).all()


def found_units(session: Session, office_id: str, wish: Wish) -> Listed[RegisteredUnit]:
    """Return a page of the units that a reader looks for by name and code."""
    return cut([unit for unit in registered(session, office_id) if wish.fits(unit.name, unit.code)], wish)


def registered_unit(session: Session, office_id: str, registered_id: str) -> RegisteredUnit | None:
    """Return a unit of an office's register, to be shown."""
    query = select(RegisteredUnit).where(RegisteredUnit.office_id == office_id, RegisteredUnit.id == registered_id)
    return session.scalars(query).first()


def ids_by_name(session: Session, office_id: str, names: Collection[str]) -> dict[str, str]:
    """Return the ids of the units of an office's register that are called so."""
    columns = (RegisteredUnit.name, RegisteredUnit.id)
    query = select(*columns).where(RegisteredUnit.office_id == office_id, RegisteredUnit.name.in_(names))
    return {row.name: row.id for row in session.execute(query)}


def names_by_id(session: Session, registered_ids: Collection[str]) -> dict[str, str]:
    """Return what these units are called by now, but of those that are gone; of whichever office."""
    query = select(RegisteredUnit.id, RegisteredUnit.name).where(RegisteredUnit.id.in_(registered_ids))
    return {row.id: row.name for row in session.execute(query)}


def names_of(session: Session, office_id: str) -> frozenset[str]:
    """Return the names that stand in an office's register."""
    return frozenset(session.scalars(select(RegisteredUnit.name).where(RegisteredUnit.office_id == office_id)))


def _pasted(text: str) -> list[tuple[str, str]]:
    """Return names and codes of pasted lines: a cell, or two beside each other."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        name, code, *more = [*(clean_name(cell) for cell in line.split("\t")), "", ""]
        if any(more) or not name or len(name) > NAME_LIMIT or len(code) > CODE_LIMIT:
            raise DomainError("register_line_unread", line=line.strip()[:NAME_LIMIT])
        if aside := aside_in(name):
            raise DomainError(aside, value=name)
        if (name, code) != ("名称", "代码"):
            found.append((name, code))
    return found


def add_pasted(acting: Acting, office_id: str, text: str) -> int:
    """Add units to a register from pasted lines, those that stand in it already are left; return how many came in.

    DomainError ``name_missing``, ``register_line_unread`` (``line``), as ``aside_in``, or ``register_full``.
    """
    rows = _pasted(text)
    if not rows:
        raise DomainError("name_missing")
    return add(acting, office_id, rows)


def add(acting: Acting, office_id: str, rows: Sequence[tuple[str, str]]) -> int:
    """Add units by name and code behind those there are; return how many are new. DomainError ``register_full``."""
    session = acting.session
    known = names_of(session, office_id)
    new: dict[str, str] = {}
    for name, code in rows:
        if name not in known:
            new.setdefault(name, code)
    if len(known) + len(new) > MOST_UNITS:
        raise DomainError("register_full", most=MOST_UNITS)
    last = session.scalar(select(func.max(RegisteredUnit.position)).where(RegisteredUnit.office_id == office_id))
    for place, (name, code) in enumerate(new.items(), 0 if last is None else last + 1):
        session.add(RegisteredUnit(id=new_id(), office_id=office_id, position=place, name=name, code=code))
    session.flush()
    audit.record(session, acting.now, acting.actor, "register.add", office_id, names=list(new))
    return len(new)


def unit_row(session: Session, office_id: str, registered_id: str) -> RegisteredUnit:
    """Return a unit of a register, locked; DomainError ``not_found``."""
    row = locked(session, RegisteredUnit, registered_id)
    if row is None or row.office_id != office_id:
        raise DomainError("not_found")
    return row


def rename(acting: Acting, office_id: str, registered_id: str, name: str, code: str) -> None:
    """Give a unit another name and code; papers and results keep what they were frozen with.

    DomainError ``not_found``, ``name_missing`` or ``register_name_taken``.
    """
    row, name = unit_row(acting.session, office_id, registered_id), clean_name(name)
    if not name:
        raise DomainError("name_missing")
    if ids_by_name(acting.session, office_id, [name]).get(name, row.id) != row.id:
        raise DomainError("register_name_taken", name=name)
    before, row.name, row.code = row.name, name, clean_name(code)
    told = {"before": before, "name": name, "code": row.code}
    audit.record(acting.session, acting.now, acting.actor, "register.edit", row.id, **told)


def delete(acting: Acting, office_id: str, registered_id: str) -> None:
    """Take a unit out of the register; campaigns that rate it keep it under its name. DomainError ``not_found``."""
    row = unit_row(acting.session, office_id, registered_id)
    acting.session.delete(row)
    audit.record(acting.session, acting.now, acting.actor, "register.delete", row.id, name=row.name)
