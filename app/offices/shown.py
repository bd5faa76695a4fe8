"""What pages of other features show of offices: nothing where there is but one."""

from app.offices.reads import offices_in_reach, the_tree
from app.web.desk import Desk


def offices_shown(desk: Desk) -> dict[str, object]:
    """Return for a page the names of offices by id, empty where there is one, and those that can be chosen."""
    choices = offices_in_reach(desk.session, desk.staff)
    names = {} if the_tree(desk.session).is_single else {node.id: node.name for node in choices}
    return {"office_names": names, "office_choices": choices}
