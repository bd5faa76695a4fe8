"""What is rated, and how it is called: 单位, 同志, 项目 or 报告 with their measure words, in Chinese and English.

The product's sentences speak of units. ``called`` says them of another sort of object.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from app.campaigns.domain import Objects


@dataclass(frozen=True, slots=True)
class Noun:
    """The words of one sort of object in one language.

    ``measure`` stands between a number and the word (8 个单位, “8 units”), ``order`` names the order they stand in,
    ``each`` is “every one of them” where that is more than 各 and the word, ``name`` what they are told apart by.
    """

    one: str
    many: str
    measure: str
    order: str
    each: str = ""
    name: str = ""

    def counted(self, count: int) -> str:
        """Return so many of them: 8 个单位, 1 unit, 8 units."""
        if self.measure:
            return f"{count} {self.measure}{self.one}"
        return f"{count} {self.one if count == 1 else self.many}"


_CHINESE: Mapping[str, Noun] = MappingProxyType(
    {
        Objects.UNIT: Noun("单位", "单位", "个", "机构序列"),
        Objects.PERSON: Noun("同志", "同志", "名", "名单顺序", "各位同志", "姓名"),
        Objects.PROJECT: Noun("项目", "项目", "个", "项目顺序"),
        Objects.DOCUMENT: Noun("报告", "报告", "份", "报告顺序"),
        "": Noun("对象", "对象", "个", "名单顺序"),
    }
)
_ENGLISH: Mapping[str, Noun] = MappingProxyType(
    {
        Objects.UNIT: Noun("unit", "units", "", "official order"),
        Objects.PERSON: Noun("person", "persons", "", "order of the list"),
        Objects.PROJECT: Noun("project", "projects", "", "order of the list"),
        Objects.DOCUMENT: Noun("report", "reports", "", "order of the list"),
        "": Noun("object", "objects", "", "order of the list"),
    }
)
SEVERAL: Final = ""
"""In the place of a sort: objects of several sorts."""
_OTHERS: Final = "主办|组织|下属|责任|协办|牵头|承办|与"
"""Before 单位: one that is not what is rated."""
_SAID = re.compile("".join(f"(?<!{word})" for word in _OTHERS.split("|")) + "(各|个)?单位(名称)?(?!联络员)")
_SAID_ENGLISH = re.compile(r"(?<!Campaigns and )(?<![Rr]esponsible )(?<!%\()\b[Uu]nits?\b(?! liaison)")

_ORDER_ENGLISH = re.compile(r"\b(the )?official order\b")


def noun(objects: str, language: str = "zh") -> Noun:
    """Return the words of a sort of object; those of units for one that nobody knows."""
    words = _ENGLISH if language == "en" else _CHINESE
    return words.get(objects, words[Objects.UNIT])


def sort_of(sorts: Collection[str]) -> str:
    """Return the one sort of all, or ``SEVERAL``; that of units where there are none."""
    found = set(map(str, sorts)) or {str(Objects.UNIT)}
    return found.pop() if len(found) == 1 else SEVERAL


def called(objects: str, sentence: str, language: str = "zh", wording: str | None = None) -> str:
    """Return a sentence of ours about units as one about another sort of object.

    ``sentence`` is the Chinese one; ``wording`` what the reader reads of it, with places for values but no values.
    """
    wording = sentence if wording is None else wording
    if objects == Objects.UNIT:
        return wording
    words = noun(objects, language)
    if language == "en":
        return _ORDER_ENGLISH.sub(f"the {words.order}", _SAID_ENGLISH.sub(lambda of: _english(of, words), wording))
    return _SAID.sub(lambda of: _chinese(of, words), wording).replace("机构序列", words.order)


def _chinese(found: re.Match[str], words: Noun) -> str:
    before, name = found[1] or "", found[2] or ""
    if name and words.name:
        return before + words.name
    if before == "各" and words.each:
        return words.each + name
    return {"": "", "各": "各", "个": words.measure}[before] + words.one + name


def _english(found: re.Match[str], words: Noun) -> str:
    word = words.many if found[0].endswith("s") else words.one
    return word.capitalize() if found[0][0] == "U" else word


def calls(objects: str, language: str) -> Callable[[str, str], str]:
    """Return what takes a sentence of ours with its wording and says it of this sort of object."""
    return lambda sentence, wording: called(objects, sentence, language, wording)


def calls_of(context: Mapping[str, Any], language: str) -> Callable[[str, str], str]:
    """Return ``calls`` for what a page is about: its result, its paper, or else its campaign."""
    return calls(sort_of(_sorts(context)), language)


def _papers(context: Mapping[str, Any]) -> list[Any]:
    """Return the papers that a page is about: its own, that of a report, or those of rounds side by side."""
    columns = getattr(context.get("found"), "columns", ())
    found = [context.get("paper"), getattr(context.get("report"), "paper", None)]
    return [paper for paper in (*found, *(column.paper for column in columns)) if paper is not None]


def _sorts(context: Mapping[str, Any]) -> Collection[str]:
    if result := context.get("result"):
        return [section["objects"] for section in result.document["sections"]]
    if papers := _papers(context):
        return [part.objects for paper in papers for part in paper.parts]
    campaign = context.get("campaign")
    if sections := getattr(campaign, "sections", ()):
        return [section.objects for section in sections]
    kind = getattr(campaign, "kind", None)
    return [kind.objects] if kind else ()
