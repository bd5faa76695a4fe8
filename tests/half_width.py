"""Signs of half width where Chinese has wide ones: what is typed or put together in haste shows by them."""

import ast
import re
from collections.abc import Iterator

_HAN = "\u3400-\u9fff"
_SIGNS = "[,;:!?]"
_NARROW = re.compile(
    rf"[{_HAN}）》]\**{_SIGNS}|[{_HAN}]”{_SIGNS}"  # behind a word, also one that is set bold
    rf"|{_SIGNS}\s?\**[{_HAN}《（]|{_SIGNS}\s?“[{_HAN}]"
    rf"|[{_HAN}]\([^)]*\)?|\([{_HAN}]"
)
_TIME = "时:分"
"""How a time is typed."""


def narrow_signs(text: str) -> list[str]:
    """Return the signs of half width beside Chinese, each with what stands around it."""
    spots = (text[max(0, found.start() - 9) : found.end() + 9] for found in _NARROW.finditer(text))
    return [spot for spot in spots if _TIME not in spot]


def written(tree: ast.Module) -> Iterator[str]:
    """Yield the texts that a module writes, with 0 for their values; not its comments, and no regular expressions."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    parts |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in parts:
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
        if not any(sign in text for sign in ("\\", "(?", "]{")):
            yield text
