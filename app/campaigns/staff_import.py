"""Taking staff over from a checked list: accounts with one-time links, requests where two must agree, liaisons' units.

As with units, nothing is stored between preview and confirmation: the page carries the rows, which are checked anew.
All is done in one transaction or nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from app.accounts import asking
from app.accounts import service as accounts
from app.accounts.domain import Act as AccountAct
from app.accounts.domain import Role, in_order, needs_consent, roles_offered
from app.accounts.roles import written_roles
from app.accounts.speaking import set_liaisons
from app.campaigns.reads import CampaignView, office_of
from app.campaigns.staff_listing import LISTING, Known, StaffPreview, StaffRow, preview_staff
from app.core.acting import Acting
from app.core.errors import DomainError
from app.office.sheets.tables import cells_row
from app.office.workbook import Sheet, Workbook, read_workbook

_KEYS = ("name", "login", "role", "units")
_CARRIED = TypeAdapter(tuple[tuple[str, str, str, tuple[str, ...]], ...])
Held = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one person: a token of his one-time link, or a request that waits for a second person."""

    row: StaffRow
    token: str = ""
    is_asked: bool = False


def known_of(session: Session, campaign: CampaignView, *, three_roles: bool) -> Known:
    """Return what a list is checked against."""
    found = accounts.liaisons_of(session, [unit.id for unit in campaign.units])
    everyone = accounts.everyone(session)
    return Known(
        units=tuple(unit.name for unit in campaign.units),
        logins=frozenset(staff.login for staff in everyone),
        liaisons={unit.name: frozenset(one.name for one in found.get(unit.id, ())) for unit in campaign.units},
        roles=roles_offered(three_roles=three_roles),
        accounts={one.login: one.name for one in everyone if Role.LIAISON in one.roles and not one.disabled},
        english=campaign.english,
    )


def preview_file(known: Known, data: bytes) -> StaffPreview:
    """Read an uploaded sheet and say what it would make."""
    return preview_staff(read_workbook(data, ()), known)


def preview_pasted(known: Known, text: str) -> StaffPreview:
    """Read cells that were copied out of a sheet, with or without their titles, as ``preview_file`` does.

    Without titles the columns are name, unit, role, log-in name: what a list of liaisons begins with.
    """
    first = text.strip().splitlines()[0] if text.strip() else ""
    cells = [cell for cell in first.replace(",", "\t").replace("，", "\t").split("\t") if cell.strip()]
    titles = [cell for cell in cells if LISTING.key(cell)[0]]
    if not titles or (len(titles) == 1 and len(cells) > 1):  # 联络员 is a role, and may be a title
        separator = "\t" if "\t" in first else "," if "," in first else "，"
        text = separator.join(("姓名", "单位", "角色", "用户名")) + "\n" + text
    return preview_file(known, text.encode())


def preview_carried(known: Known, text: str) -> StaffPreview:
    """Check what the page carried by the same rules as the upload."""
    try:
        carried = _CARRIED.validate_json(text)
    except ValidationError as error:
        raise DomainError("form_malformed") from error
    titles = [LISTING.titles[key][0] for key in _KEYS]
    rows = [titles, *([*row[:3], "\n".join(row[3])] for row in carried)]
    sheet = Sheet("人员", tuple(cells_row(number, row) for number, row in enumerate(rows, 1)))
    return preview_staff(Workbook((sheet,)), known)


def carry(preview: StaffPreview) -> str:
    """Return the rows as the page carries them."""
    rows = [(row.name, row.login, "、".join(in_order(row.roles)), row.units) for row in preview.rows]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def asks_consent(row: StaffRow, *, three_roles: bool) -> bool:
    """Whether a second person must agree before this account is made."""
    is_new = not (row.is_known or row.is_attached)
    return is_new and needs_consent(AccountAct.CREATE, row.roles, three_roles=three_roles)


def save_staff(
    acting: Acting, campaign: CampaignView, preview: StaffPreview, held: Held, *, three_roles: bool
) -> tuple[Made, ...]:
    """Make the accounts or ask for them, and say which units the liaisons speak for, also those who had accounts.

    ``held``: the rounds of the campaign whose keys an account holds over a unit, by both their ids. DomainError
    ``import_has_problems``, ``login_name_taken`` (meanwhile), ``liaison_holds_key`` or as ``asking.create``. A liaison
    whose account waits for a second person is given his units later, by hand.
    """
    if preview.problems:
        raise DomainError("import_has_problems", count=len(preview.problems))
    office_id = office_of(acting.session, campaign.id)
    new = [row for row in preview.rows if not (row.is_known or row.is_attached)]
    listed = [(row.login, row.name, written_roles(row.roles)) for row in new]
    outcomes = asking.create_each(acting, listed, office_id, three_roles=three_roles)
    become = {row.login: Made(row, one.token, is_asked=not one.is_done) for row, one in zip(new, outcomes, strict=True)}
    made = tuple(become.get(row.login) or Made(row) for row in preview.rows)
    speaking = [one.row for one in made if one.row.units and (one.token or one.row.is_attached)]
    _speak_for(acting, campaign, speaking, held)
    return made


def _speak_for(acting: Acting, campaign: CampaignView, rows: list[StaffRow], held: Held) -> None:
    session = acting.session
    ids = {staff.login: staff.id for staff in accounts.everyone(session) if Role.LIAISON in staff.roles}
    before = accounts.liaisons_of(session, [unit.id for unit in campaign.units])
    speaking: dict[str, set[str]] = {}
    for unit in campaign.units:
        added = {ids[row.login] for row in rows if unit.name in row.units}
        for row in rows:
            if unit.name in row.units and (title := held.get((ids[row.login], unit.id))):
                raise DomainError("liaison_holds_key", name=row.name, unit=unit.name, round=title)
        if added:
            there = {staff.id for staff in before.get(unit.id, ())}
            speaking[unit.id] = there | added
    set_liaisons(session, acting.now, acting.actor, speaking)
