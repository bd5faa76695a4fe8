"""The page that says which accounts speak for which unit."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts import service as accounts
from app.accounts.models import Staff
from app.accounts.naming import Called, called_so, listed_as, meant_by
from app.accounts.speaking import set_liaisons
from app.campaigns.ports import keys_held
from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.campaigns.stored import locked_campaign
from app.core.errors import DomainError, Ours
from app.web.choosing import ROWS, looks, rows_of
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.i18n import several
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()
MOST_TICKED = 12
"""Accounts of which each is offered to tick for every unit; of more, those who are not one yet are added by name."""
LONGEST = 300
FIELDS = 2
"""Fields to add people by for every unit; a browser puts the name that is picked in the place of all a field holds."""


def _page(desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    found = accounts.liaisons_of(desk.session, [unit.id for unit in campaign.units])
    able = accounts.able_liaisons(desk.session)
    kept = {unit.id: {staff.id for staff in found.get(unit.id, ())} for unit in campaign.units}
    ticked = _ticked(form) if form else {}
    added = {unit.id: _names(form, unit) if form else [] for unit in campaign.units}
    changed = [unit for unit in added if added[unit] or ticked.get(unit, kept[unit]) != kept[unit]]
    rows = rows_of(campaign.units, changed, form)
    chosen = {**kept, **ticked}
    context = {
        "campaign": campaign,
        "stored": _stored(campaign, found),
        "rows": rows,
        "chosen": chosen,
        "added": added,
        "fields": {unit: [*names, *[""] * max(FIELDS - len(names), 1)] for unit, names in added.items()},
        "liaisons": {unit.id: _offered(able, found.get(unit.id, ()), chosen[unit.id]) for unit in rows.found.rows},
        "able": [listed_as(one) for one in able],
        "any_there": bool(found),
        "are_many": len(able) > MOST_TICKED,
    }
    return desk.show("campaigns/liaisons.html", refused, **context)


def _offered(able: Sequence[Staff], there: Sequence[Staff], chosen: Collection[str]) -> list[tuple[str, str]]:
    """Return ids and names to choose from for a unit: the liaisons in reach, and whoever is one of the unit already.

    Where there are many only those who are chosen are offered; others are added by name.
    """
    offered = able if len(able) <= MOST_TICKED else [one for one in able if one.id in chosen]
    return list({one.id: (one.id, one.name) for one in (*offered, *there)}.values())


def _added(unit_id: str) -> str:
    return f"add-{unit_id}[]"


def _names(form: PostedForm, unit: UnitView) -> list[str]:
    """Return what was typed into the fields of a unit."""
    return [typed for typed in form.several(_added(unit.id)) if typed]


def _ticked(form: PostedForm) -> dict[str, set[str]]:
    """Return who is ticked, by the units that the form has."""
    return {unit_id: set(form.several(f"unit-{unit_id}[]")) for unit_id in form.several(ROWS)}


def _meant(form: PostedForm, unit: UnitView, called: Called) -> set[str]:
    """Return whom the names mean that were typed for a unit.

    DomainErrors ``field_too_long``, ``liaison_unknown`` and ``liaison_ambiguous``, where two are called so.
    """
    typed = _names(form, unit)
    if any(len(each) > LONGEST for each in typed):
        raise DomainError(
            "field_too_long", field=Ours.filled("%(unit)s的联络员", unit=unit.name), limit=LONGEST, at=_added(unit.id)
        )
    meant = set()
    for name, found in (each for one in typed for each in meant_by(one, called)):
        if len(found) != 1:
            raise DomainError("liaison_ambiguous" if found else "liaison_unknown", name=name, unit=unit.name)
        meant.add(found[0])
    return meant


def _stored(campaign: CampaignView, found: Mapping[str, Sequence[Staff]]) -> Stored:
    chosen = [(unit, found.get(unit.id, ())) for unit in campaign.units]
    lines = [(unit.name, several(one.name for one in some)) for unit, some in chosen]
    return stored(lines, [(unit.id, [one.id for one in some]) for unit, some in chosen])


def _check(desk: Desk, unit: UnitView, wanted: Iterable[str], held: Mapping[tuple[str, str], str]) -> None:
    """Refuse who holds a key over the unit's marks; DomainError ``liaison_holds_key``."""
    for staff_id in sorted(wanted):
        if title := held.get((staff_id, unit.id)):
            name = accounts.find(desk.session, staff_id).name
            raise DomainError("liaison_holds_key", name=name, unit=unit.name, round=title)


@router.get("/campaigns/{campaign_id}/liaisons")
def liaisons_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show every unit with the accounts that may speak for it."""
    return _page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/liaisons")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Keep who speaks for which unit, or show other units."""
    if looks(form):
        return desk.consider(lambda: _page(desk, campaign_id, form), lambda _: _page(desk, campaign_id))

    def act() -> None:
        campaign = locked_campaign(desk.session, campaign_id)
        before = accounts.liaisons_of(desk.session, [unit.id for unit in campaign.units])
        refuse_stale(form, _stored(campaign, before))
        held = keys_held(desk.request)(desk.session, campaign_id)
        called = called_so(accounts.able_liaisons(desk.session))
        ticked, speaking = _ticked(form), dict[str, set[str]]()
        for unit in campaign.units:
            there = {account.id for account in before.get(unit.id, [])}
            wanted = ticked.get(unit.id, there) | _meant(form, unit, called)
            if wanted != there:
                _check(desk, unit, wanted - there, held)
                speaking[unit.id] = wanted
        set_liaisons(desk.session, desk.now, desk.staff, speaking)

    done = f"/campaigns/{campaign_id}/liaisons"
    return desk.attempt(act, done, lambda refused: _page(desk, campaign_id, form, refused))
