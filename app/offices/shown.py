"""What pages of other features show of offices: nothing where there is but one."""

from app.offices.reads import the_tree, ways_in_reach
from app.web.desk import Desk


def offices_shown(desk: Desk) -> dict[str, object]:
    """Return for a page the ways to offices by id: empty where there is one in all, and those that can be chosen."""
    ways = ways_in_reach(desk.session, desk.staff)
    return {"office_names": {} if the_tree(desk.session).is_single else ways, "office_choices": ways}
