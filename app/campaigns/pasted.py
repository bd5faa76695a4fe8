"""Voter groups as they are pasted: one a line, the number of people behind the name."""

import re
import unicodedata

from app.campaigns.rules import NAME_LIMIT, GroupRow, pasted_names
from app.core.errors import DomainError
from app.core.folding import clean_name

_COUNTED = re.compile(r"(?P<name>.*?\D)[\s,:、.…·-]*?(?P<count>\d{1,6})\s*(?:人|名|位|户)?\s*[,;。.]?")


def pasted_groups(text: str) -> list[GroupRow]:
    """Return the groups of a pasted list: 党代表 14, 党代表：14人 and a column of numbers beside one of names alike.

    DomainError ``group_line_unread`` (``line``) where a line has no name or no number.
    """
    read = list[tuple[str, int]]()
    for line in filter(str.strip, text.splitlines()):
        found = _COUNTED.fullmatch(unicodedata.normalize("NFKC", clean_name(line)))
        name = found["name"].strip(" ,:、.…·-") if found else ""
        if found is None or not name:
            raise DomainError("group_line_unread", line=clean_name(line)[:NAME_LIMIT])
        read.append((name, int(found["count"])))
    names = pasted_names("\n".join(name for name, _ in read))
    return [GroupRow("", name, count) for name, (_, count) in zip(names, read, strict=True)]
