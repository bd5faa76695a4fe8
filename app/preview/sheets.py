"""An empty sheet of a paper as a phone would get it, without a code, a key or a box (no I/O)."""

from dataclasses import replace
from typing import Final

from app.booth.domain import Sheet, blank
from app.campaigns.domain import GROUP_FLOOR
from app.rounds.domain import Paper, PaperGroup, PaperUnit

NO_DIGEST: Final = "0" * 64
NO_KEY: Final = bytes(32)
UNITS: Final = (PaperUnit("sample-1", "示例单位一"), PaperUnit("sample-2", "示例单位二"))
"""Stand where nothing to be rated has been listed yet."""
GROUP: Final = PaperGroup("sample", "参评人员", GROUP_FLOOR)
"""Stands where no voter group has been listed yet."""


def sample_sheet(paper: Paper, group_id: str = "") -> Sheet:
    """Return the sheet of a voter group, or of the first where there is none of that id."""
    parts = tuple(part if part.units else replace(part, units=UNITS) for part in paper.parts)
    whole = replace(paper, parts=parts, groups=paper.groups or (GROUP,))
    known = {group.id for group in whole.groups}
    group = group_id if group_id in known else whole.groups[0].id
    return Sheet("", group, whole, NO_DIGEST, NO_KEY, blank(whole))
