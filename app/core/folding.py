"""One folding of spellings: names, titles and totals that a reader takes for the same have one key."""

import re
import unicodedata
from typing import Final

MIDDLE_DOTS: Final = "·᛫▪⦁•‧∙⋅⸱ꞏᐧ‣◦●⚫・･˙․⸳🞄"
"""What people write between the parts of a name; the full-width stop U+FF0E is written there too, by folding ``.``."""
_NARROW: Final = {sign + 0xFEE0: sign for sign in range(0x21, 0x7F)} | {0x3000: 0x20}
"""The signs that a Chinese keyboard writes at full width, and their plain selves."""
_DROPPED: Final = re.compile(f"[{re.escape(MIDDLE_DOTS)}]")


def is_visible(sign: str) -> bool:
    """Whether a sign may stand in a name; every other but white space is left out of what is typed."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Co", "Cn", "Cs"}


def clean_name(text: str) -> str:
    """Return the name with inner white space collapsed (full-width too) and without invisible signs."""
    visible = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or is_visible(sign))
    return " ".join(visible.split())


def plain_number(text: str) -> str:
    """Return what was typed for a number in plain signs; nothing else becomes a digit that is none."""
    return text.translate(_NARROW).strip()


def folded(text: str) -> str:
    """Return what two texts share that differ in width, case, spaces, middle dots or unseen signs alone."""
    seen = _DROPPED.sub("", text)
    if not (seen.isprintable() or "".join(seen.split()).isprintable()):  # as most texts are
        seen = "".join(sign for sign in seen if unicodedata.category(sign) != "Cf")
    plain = _DROPPED.sub("", spaceless(seen))
    return plain or spaceless(text)


def spaceless(text: str) -> str:
    """Return the text in one width and case without spaces; dots stay, for numbers have some that mean something."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
