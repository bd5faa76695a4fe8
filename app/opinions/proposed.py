"""Proposals as their form holds them: whichever page is shown, what was ticked or typed of any stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.lists import Listed, Wish, cut
from app.opinions.reads import Collection, Issue, OpinionView, proposals
from app.web.forms import PostedForm

GROUPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Group:
    """A proposal: its opinions with those that are ticked, and the issue chosen for them or what a new one is called.

    It is known by its first opinion, whatever is accepted before it.
    """

    id: str
    opinions: Sequence[OpinionView]
    words: Sequence[str]
    issue: Issue | None
    ticked: frozenset[str]
    chosen: str
    title: str
    made: str
    """Both as they were proposed: a form that brings back the same says nothing of its own."""


def _held(form: PostedForm | None, field: str, done: str) -> frozenset[str]:
    """Return the opinions that a form holds in one field of every group, but for the group that was done with."""
    names = (
        [name for name in form.as_dict() if name.startswith(f"{field}-") and name != f"{field}-{done}[]"]
        if form
        else []
    )
    return frozenset(one for name in names for one in (form.several(name) if form else ()))


def groups_of(found: Collection, form: PostedForm | None = None, done: str = "") -> list[Group]:
    """Return all proposals: as they are made, all ticked, or as the form says of what it was shown with.

    ``done``: the group that was accepted; what was left of it is proposed anew.
    """
    known, held = _held(form, "rows", done), _held(form, "opinions", done)
    typed = {name: text for name, text in (form.as_dict() if form else {}).items() if not name.endswith(f"-{done}")}
    groups = []
    for proposal, opinions, issue in proposals(found):
        key, ids = opinions[0].id, {one.id for one in opinions}
        proposed = (issue.id, "") if issue else ("", proposal.title)
        own = typed.get(f"issue-{key}", ""), typed.get(f"title-{key}", "")
        target = proposed if typed.get(f"made-{key}", " ".join(own)) == " ".join(own) else own
        ticked = frozenset(ids - known | ids & held)
        groups.append(Group(key, opinions, proposal.words, issue, ticked, *target, " ".join(proposed)))
    return groups


def page_of(groups: Sequence[Group], part: int, form: PostedForm | None) -> tuple[Listed[Group], Sequence[Group]]:
    """Return a page of them, and those of other pages that the form has been shown with."""
    listed, typed = cut(groups, Wish(part=part), GROUPS_SHOWN), form.as_dict() if form else {}
    shown = {group.id for group in listed.rows}
    return listed, [group for group in groups if group.id not in shown and f"title-{group.id}" in typed]
