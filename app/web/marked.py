"""What stays Chinese on an English page is marked as Chinese, for screen readers, dictionaries and line breaking.

Names and texts that people typed have no translation. To mark them where they are printed would have to be remembered
in every template, so it is done once, to the finished page. So is the space between two sentences, as Chinese has none:
where one of ours ends it leaves a sign, and what people typed is left as they typed it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CHINESE: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_RUN: Final = re.compile(f"[{CHINESE}](?:[^<>&A-Za-z]*[{CHINESE}])*")
_PIECE: Final = re.compile(r'(<(?:[^>"]|"[^"]*")*>)([^<]*)')
_TAG: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_END: Final = "\0"
"""Behind a sentence of ours until the page is finished. No form and no database takes it from anybody."""
_FULL_STOPS: Final = (".", "!", "?", ".)", ".”")
_RUN_ON: Final = re.compile(rf"{_END}(?=[\w“(])")
_PLAIN: Final = frozenset({"title", "textarea", "script", "style", "svg"})
"""Elements that hold no other elements, or none of HTML."""
_VOID: Final = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(slots=True)
class _Left:
    """An element whose texts are left alone, and how many of its own kind are open in it."""

    name: str = ""
    depth: int = 0

    def pass_by(self, tag: str) -> bool:
        """Whether the text behind this tag is left alone."""
        found = _TAG.match(tag)
        name = found[1].lower() if found else ""
        if not self.depth and not tag.startswith("</") and (name in _PLAIN or ' lang="zh' in tag):
            self.name, self.depth = name, int(name not in _VOID)
        elif self.depth and name == self.name:
            self.depth += -1 if tag.startswith("</") else 1
        return self.depth > 0


def ended(sentence: str) -> str:
    """Return an English text of ours, with a sign behind it where it ends a sentence."""
    return sentence + _END if sentence.endswith(_FULL_STOPS) else sentence


def mark_chinese(html: str) -> str:
    """Return an English page in which whatever is Chinese in its texts stands in an element that says so.

    What follows a sentence of ours is parted from it.
    """
    return "".join(_marked(_RUN_ON.sub(" ", html).replace(_END, "")))


def _marked(html: str) -> Iterator[str]:
    left, at = _Left(), 0
    for piece in _PIECE.finditer(html):
        tag, text = piece.groups()
        yield html[at : piece.start()]
        at = piece.end()
        if left.pass_by(tag):
            yield tag + text
            continue
        if not _RUN.search(text):
            yield tag + text
        elif tag.startswith("<option"):
            yield f'<option lang="zh"{tag[len("<option") :]}{text}'
        else:
            yield tag + _RUN.sub(r'<bdi lang="zh">\g<0></bdi>', text)
    yield html[at:]
