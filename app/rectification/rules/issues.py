"""问题 and where they come from: merged from opinions, or entered by a person with their source."""

from collections.abc import Collection
from enum import StrEnum

from app.rectification.rules.blank import is_blank
from app.rectification.rules.refusals import Refusal


class IssueOrigin(StrEnum):
    """问题来源: the opinions of this campaign; all others are entered by hand."""

    OPINIONS = "opinions"
    SOUGHT = "sought"
    VOTE = "vote"
    INSPECTION = "inspection"
    AUDIT = "audit"
    DELIBERATION = "deliberation"
    HOTLINE = "hotline"
    SELF_CHECK = "self_check"


ENTERED_ORIGINS = tuple(origin for origin in IssueOrigin if origin is not IssueOrigin.OPINIONS)
ORIGINS = {
    IssueOrigin.OPINIONS: "群众意见归并",
    IssueOrigin.SOUGHT: "征求意见",
    IssueOrigin.VOTE: "民主测评",
    IssueOrigin.INSPECTION: "巡察",
    IssueOrigin.AUDIT: "审计",
    IssueOrigin.DELIBERATION: "审议意见",
    IssueOrigin.HOTLINE: "12345 热线",
    IssueOrigin.SELF_CHECK: "自查",
}
SOURCES_OF_ACTIONS = {
    IssueOrigin.OPINIONS: "群众意见归并的问题“{issue}”",
    IssueOrigin.SOUGHT: "征求意见中提出的问题“{issue}”",
    IssueOrigin.VOTE: "民主测评反映的问题“{issue}”",
    IssueOrigin.INSPECTION: "巡察反馈的问题“{issue}”",
    IssueOrigin.AUDIT: "审计指出的问题“{issue}”",
    IssueOrigin.DELIBERATION: "审议意见提出的问题“{issue}”",
    IssueOrigin.HOTLINE: "12345 热线反映的问题“{issue}”",
    IssueOrigin.SELF_CHECK: "自查发现的问题“{issue}”",
}
"""What the ledger says of where an action comes from."""


def is_told(about: Collection[str], known: int) -> bool:
    """Whether a reader is told of an issue ``about`` these units of whose opinions he may know so many.

    One about no unit is there for every unit's plan to choose: its title is told to all, the number of opinions only
    to those who may know of them.
    """
    return known > 0 or not about


def issue_refusal(title: str, units: int) -> Refusal | None:
    """Name what an issue lacks that is to be entered: what it is, or whose."""
    if is_blank(title):
        return Refusal.ISSUE_TITLE_MISSING
    return None if units else Refusal.ISSUE_UNITS_MISSING
