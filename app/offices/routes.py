"""The pages of 机构: the tree, and of each office its place and its register of units."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.core.lists import Listed, cut, wish_of
from app.office.sheets.notes import NOTE_SENTENCES
from app.offices import reads, register, register_import, service
from app.offices.domain import Node, Tree
from app.offices.models import Office, RegisteredUnit
from app.offices.register_import import RegisterPreview
from app.offices.sight import keys_in
from app.web.desk import Again, Desk, OfficeDesk, OrganiserDesk, Refused
from app.web.forms import Form
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()
TEXT = 4_000
NAME = "机构名称"


def _found(desk: Desk, tree: Tree) -> Listed[tuple[Node, int, str]]:
    """Return a page of the tree, looked for by the ways to its offices; each with its depth below the reader's."""
    own, wish = desk.staff.office_id, wish_of(desk.request.query_params)
    top = _depth(tree, tree.nodes[own]) if own in tree.nodes else 0
    seen = ((node, tree.way(node.id, own)) for node in tree.named(own))
    found = cut([(node, way) for node, way in seen if wish.fits(way)], wish)
    return found.told(lambda rows: [(node, _depth(tree, node) - top, way) for node, way in rows])


def _depth(tree: Tree, node: Node) -> int:
    return len(tuple(tree.upwards(node.id)))


@router.get("/offices")
def list_page(desk: OfficeDesk) -> Response:
    """Show the tree from the reader's office downwards."""
    context = {
        "found": _found(desk, reads.the_tree(desk.session)),
        "within": reads.ways_in_reach(desk.session, desk.staff),
        "manages": service.may_manage(desk.staff),
    }
    return desk.show("offices/list.html", **context)


def _new_page(desk: Desk, refused: Refused | None = None) -> Response:
    service.check_manages(desk.staff)
    return desk.show("offices/new.html", refused, within=reads.ways_in_reach(desk.session, desk.staff))


@router.get("/offices/new")
def new_page(desk: OfficeDesk) -> Response:
    """Show the forms that add offices, one or many."""
    return _new_page(desk)


@router.post("/offices/add")
def add(desk: OfficeDesk, form: Form) -> Response:
    """Add an office."""

    def act() -> None:
        parent = reads.chosen_office(desk.acting, form.sent("parent", 40))
        service.add(desk.acting, parent, form.text("name", TEXT, label=NAME))

    return desk.attempt(act, "/offices", lambda refused: _new_page(desk, refused))


@router.post("/offices/import")
def add_pasted(desk: OfficeDesk, form: Form) -> Response:
    """Add offices from pasted lines."""

    def act() -> None:
        service.check_manages(desk.staff)
        service.add_pasted(desk.acting, form.as_dict().get("lines", ""))

    return desk.attempt(act, "/offices", lambda refused: _new_page(desk, refused))


def stored_office(office: Node | Office) -> Stored:
    """Return what is stored of an office that its form edits."""
    return stored([(NAME, office.name)], office.id, office.parent_id)


def stored_unit(unit: RegisteredUnit) -> Stored:
    """Return what is stored of a unit of the register."""
    return stored([("单位名称", unit.name), ("代码", unit.code)], unit.id)


def _node(tree: Tree, office_id: str) -> Node:
    node = tree.nodes.get(office_id)
    if node is None:
        raise DomainError("not_found")
    return node


def _office_page(desk: Desk, office_id: str, refused: Refused | None = None) -> Response:
    node = _node(reads.the_tree(desk.session), office_id)
    context = {
        "office": node,
        "manages": service.may_manage(desk.staff),
        "keeps": "organiser" in desk.staff.roles,
        "may_close": service.may_close(desk.staff, node),
        "found": register.found_units(desk.session, office_id, wish_of(desk.request.query_params)),
    }
    return desk.show("offices/office.html", refused, **context)


@router.get("/offices/{office_id}")
def office_page(desk: OfficeDesk, office_id: str) -> Response:
    """Show an office and its register of units."""
    return _office_page(desk, office_id)


def _attempt(desk: Desk, office_id: str, act: Callable[[], object], again: Again) -> Response:
    return desk.attempt(act, f"/offices/{office_id}{wish_of(desk.request.query_params).here}", again)


def _edit_page(desk: Desk, office_id: str, refused: Refused | None = None) -> Response:
    service.check_manages(desk.staff)
    tree = reads.the_tree(desk.session)
    node = _node(tree, office_id)
    ways = reads.ways_in_reach(desk.session, desk.staff)
    parents = {each: way for each, way in ways.items() if tree.may_move(office_id, each)}
    return desk.show("offices/edit.html", refused, office=node, parents=parents, stored_office=stored_office(node))


@router.get("/offices/{office_id}/edit")
def edit_page(desk: OfficeDesk, office_id: str) -> Response:
    """Show the name and the place of an office, to be changed."""
    return _edit_page(desk, office_id)


@router.post("/offices/{office_id}/edit")
def edit(desk: OfficeDesk, office_id: str, form: Form) -> Response:
    """Rename or move an office."""

    def act() -> None:
        refuse_stale(form, stored_office(service.office_row(desk.session, office_id)))
        parent = form.sent("parent", 40)
        service.edit(desk.acting, office_id, form.text("name", TEXT, label=NAME), parent, keys_in(desk.request))

    return _attempt(desk, office_id, act, partial(_edit_page, desk, office_id))


@router.post("/offices/{office_id}/close")
def close(desk: OrganiserDesk, office_id: str, _form: Form) -> Response:
    """Close the reader's own office to those above it."""
    return _set_closed(desk, office_id, closed=True)


@router.post("/offices/{office_id}/open")
def reopen(desk: OrganiserDesk, office_id: str, _form: Form) -> Response:
    """Open the reader's own office to those above it."""
    return _set_closed(desk, office_id, closed=False)


def _set_closed(desk: Desk, office_id: str, *, closed: bool) -> Response:
    keys, again = keys_in(desk.request), partial(_office_page, desk, office_id)
    return _attempt(desk, office_id, lambda: service.set_closed(desk.acting, office_id, keys, closed=closed), again)


@router.post("/offices/{office_id}/delete")
def delete(desk: OfficeDesk, office_id: str, _form: Form) -> Response:
    """Delete an office that holds nothing."""
    again = partial(_edit_page, desk, office_id)
    return desk.attempt(lambda: service.delete(desk.acting, office_id), "/offices", again)


def _units_page(desk: Desk, office_id: str, refused: Refused | None = None) -> Response:
    return desk.show("offices/units.html", refused, office=_node(reads.the_tree(desk.session), office_id))


@router.get("/offices/{office_id}/units/add")
def units_page(desk: OrganiserDesk, office_id: str) -> Response:
    """Show the forms that bring units into the register."""
    return _units_page(desk, office_id)


@router.post("/offices/{office_id}/units/add")
def add_units(desk: OrganiserDesk, office_id: str, form: Form) -> Response:
    """Add units to the register from pasted lines."""
    lines = form.as_dict().get("lines", "")
    again = partial(_units_page, desk, office_id)
    return _attempt(desk, office_id, lambda: register.add_pasted(desk.acting, office_id, lines), again)


def _listed_page(desk: Desk, office_id: str, preview: RegisterPreview) -> Response:
    node = reads.the_tree(desk.session).nodes[office_id]
    status = 422 if preview.problems else None
    words = {"sentences": register_import.PROBLEM_SENTENCES, "note_sentences": NOTE_SENTENCES}
    parts = register_import.carry(preview)
    return desk.show("offices/register_preview.html", status, office=node, preview=preview, carried=parts, **words)


@router.post("/offices/{office_id}/import")
def preview_units(desk: OrganiserDesk, office_id: str, form: Form) -> Response:
    """Show what an uploaded list would bring into the register, and every bad cell; nothing is saved yet."""
    known = register.names_of(desk.session, office_id)
    desk.leave()
    return desk.consider(
        lambda: _listed_page(desk, office_id, register_import.preview_upload(known, form.file("workbook"))),
        partial(_units_page, desk, office_id),
    )


@router.post("/offices/{office_id}/import/confirm")
def import_units(desk: OrganiserDesk, office_id: str, form: Form) -> Response:
    """Add to the register what the preview showed, checked anew."""
    known, again = register.names_of(desk.session, office_id), partial(_units_page, desk, office_id)
    desk.leave()

    def look() -> Response:
        preview = register_import.preview_carried(known, form.several("rows[]"))
        return _attempt(desk, office_id, lambda: register_import.save(desk.acting, office_id, preview), again)

    return desk.consider(look, again)


def _unit_page(desk: Desk, office_id: str, unit_id: str, refused: Refused | None = None) -> Response:
    unit = register.registered_unit(desk.session, office_id, unit_id)
    if unit is None:
        raise DomainError("not_found")
    here, node = wish_of(desk.request.query_params).here, _node(reads.the_tree(desk.session), office_id)
    return desk.show("offices/unit.html", refused, office=node, unit=unit, stored=stored_unit(unit), here=here)


@router.get("/offices/{office_id}/units/{registered_id}")
def unit_page(desk: OrganiserDesk, office_id: str, registered_id: str) -> Response:
    """Show a unit of the register, to be renamed or taken out."""
    return _unit_page(desk, office_id, registered_id)


@router.post("/offices/{office_id}/units/{registered_id}")
def rename_unit(desk: OrganiserDesk, office_id: str, registered_id: str, form: Form) -> Response:
    """Give a unit of the register another name or code."""

    def act() -> None:
        refuse_stale(form, stored_unit(register.unit_row(desk.session, office_id, registered_id)))
        name = form.text("name", register.NAME_LIMIT, label="单位名称")
        register.rename(
            desk.acting,
            office_id,
            registered_id,
            name,
            form.text("code", register.CODE_LIMIT, label="代码", needed=False),
        )

    return _attempt(desk, office_id, act, partial(_unit_page, desk, office_id, registered_id))


@router.post("/offices/{office_id}/units/{registered_id}/delete")
def delete_unit(desk: OrganiserDesk, office_id: str, registered_id: str, _form: Form) -> Response:
    """Take a unit out of the register."""
    again = partial(_unit_page, desk, office_id, registered_id)
    return _attempt(desk, office_id, lambda: register.delete(desk.acting, office_id, registered_id), again)
