"""Whether a field says anything."""

import unicodedata

_INVISIBLE = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
_EVASIONS = frozenset(("无", "暂无", "待定", "略", "同上", "/", "-", "—", "——", "…", "……", "。", "、", "n/a", "none"))
_FOLDED = frozenset(unicodedata.normalize("NFKC", word).casefold() for word in _EVASIONS)


def is_blank(text: str) -> bool:
    """Whether nothing can be read in the text: white space, invisible signs, or a filler such as 无, 待定, /."""
    signs = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in signs if unicodedata.category(sign) not in _INVISIBLE)
    return not seen or seen.casefold() in _FOLDED
