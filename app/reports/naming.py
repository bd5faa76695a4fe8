"""How a report names a round together with its campaign, in whose names the same words often stand twice."""

from difflib import SequenceMatcher
from typing import Final

FEWEST_SHARED: Final = 3
"""Signs in a row from which two names are heard to say the same."""
_OPENING: Final = "（(〔[“"


def round_in_campaign(campaign: str, title: str) -> str:
    """Return campaign and round as one name that says nothing twice.

    ``学习实践活动群众满意度测评`` and ``群众满意度测评（第一次）`` are ``学习实践活动群众满意度测评（第一次）``.
    """
    if campaign in title:
        return title
    rest = title
    while shared := _shared(campaign, rest):
        rest = rest.replace(shared, "", 1)
    rest = rest.strip(" ·、，—-")
    if rest == title or not rest or rest.startswith(tuple(_OPENING)):
        return campaign + rest
    return f"{campaign}（{rest}）"


def named_after(organisation: str, name: str) -> str:
    """Return a name with the organisation before it, unless the name says it itself."""
    return name if organisation in name else organisation + name


def _shared(campaign: str, rest: str) -> str:
    """Return the longest words that both say; empty text for none."""
    found = SequenceMatcher(None, campaign, rest, autojunk=False).find_longest_match()
    return rest[found.b : found.b + found.size] if found.size >= FEWEST_SHARED else ""
