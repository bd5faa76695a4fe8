"""What browsers get of ``app/static``: files as they are, and some joined, so that a phone asks once and not six times.

Every request costs a slow phone 0.4 s and a kilobyte of heads. The sources stay one module per behaviour; joining them
drops imports, comment lines, spaces that mean nothing and the exports of all parts but the last, and shortens names. A
vendored module, which exports by one list at its end, becomes an object under the name that others import it by.
"""

import re
import string
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

LONG: Final = 3
"""Signs of a name that is worth shortening."""
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
JOINED: Final[Mapping[str, tuple[str, ...]]] = {
    "css/booth.css": ("vendor/weui/weui-booth.min.css", "css/booth.css"),
    "js/booth-done.js": ("js/booth-kept.js", "js/booth-done.js"),
    "js/booth-error.js": ("js/booth-kept.js", "js/booth-error.js"),
    "js/booth-limits.js": ("js/booth-layout.js", "js/booth-limits.js"),
    "js/booth-seal.js": (
        "vendor/sealing/primitives.min.js",
        "js/hpke.js",
        "js/booth-cast.js",
        "js/booth-draft.js",
        "js/booth-seal.js",
    ),
    "js/booth-visit.js": (
        "js/booth-kept.js",
        "js/booth-ask.js",
        "js/booth-wait.js",
        "js/booth-done.js",
        "js/booth-order.js",
        "js/booth-element.js",
        "js/booth-missing.js",
        "js/booth-index.js",
        "js/booth-list.js",
        "js/booth-review.js",
        "js/booth-paper.js",
        "js/booth-visit.js",
    ),
}
"""The name under which parts are served together, and the parts, each after those it imports."""
_IMPORT: Final = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_EXPORTS: Final = re.compile(r"export\{([^{}]*)\};?\s*$")
_STATEMENT: Final = re.compile(r"\n(?![\s})\]])")
"""Where a statement of a module begins: each gets a line of its own."""
_KEPT: Final = (
    r'"(?:\\.|[^"\\\n])*"|'
    r"'(?:\\.|[^'\\\n])*'|"
    r"`(?:\\.|[^`\\])*`|"
    r"/(?=[^\s/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
)
"""Texts and patterns; a division has spaces around it."""
_OWN: Final = re.compile(r"^(?:async )?(?:(?:function\*? ?|const |class )(\w+)|let ([\w,]+);)", re.MULTILINE)
_PROPERTY: Final = re.compile(r"(?<=[{,])(?:async )?(\w+)(?=[,}:]|\([^()]*\)\{)")
_TAKEN_OUT: Final = re.compile(r"(?:[(,:=]|const|let)\{([^{}]*)\}")
_BY_DEFAULT: Final = re.compile(r"(?<![\w$])(\w+)=(?![=>])")
_NUMERALS: Final = string.digits + string.ascii_letters
_WORD: Final = re.compile(r"(?<![\w$])(?<!(?<!\.\.)\.)[A-Za-z_]\w*")
_SPACES: Final = re.compile(rf"({_KEPT})|\s+|;(?=\s*\}})")
_PARTED: Final = re.compile(r"[\w$]{2}|\+\+|--|./|/.")
_LOOSE: Final = re.compile(r"(?<=[{};,:])\s+|\s+(?=[{}])")


@lru_cache(maxsize=1)
def served(folder: Path) -> Mapping[str, bytes]:
    """Return the content of every file of ``KINDS`` below ``folder``, as it is served, by its path: read once."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in KINDS)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    joined = {name: _join(name, files) for name, parts in JOINED.items() if files.keys() >= set(parts)}
    return {**files, **joined}


def _join(name: str, files: Mapping[str, bytes]) -> bytes:
    texts = [_part(part, files[part].decode(), last=part == name) for part in JOINED[name]]
    vendored = sum(part.endswith(".min.js") for part in JOINED[name])
    ours = "".join(texts[vendored:])
    return ("".join(texts[:vendored]) + (_shortened(ours) if name.endswith(".js") else ours)).encode()


def _part(name: str, text: str, *, last: bool) -> str:
    if name.endswith(".css"):
        return _LOOSE.sub("", _COMMENT.sub("", text)).replace(";}", "}").strip() + "\n"
    if name.endswith(".min.js"):
        known_as = name.rsplit("/", 1)[-1].removesuffix(".min.js")
        return _EXPORTS.sub(lambda found: f"const {known_as}={{{_fields(found[1])}}};", text)
    text = _IMPORT.sub("", text)
    text = text if last else _EXPORT.sub("", text)
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("//"))
    return "".join(_squeezed(statement) + "\n" for statement in _STATEMENT.split("\n".join(lines)))


def _fields(exported: str) -> str:
    """Turn ``a as b,c`` into ``b:a,c``."""
    return re.sub(r"([\w$]+) as ([\w$]+)", r"\2:\1", exported)


def _shortened(script: str) -> str:
    """Give the names that a joined script has for itself alone shorter ones, but for those that may name a property."""
    names = {name for found in _OWN.finditer(script) for name in (found[1] or found[2]).split(",") if len(name) >= LONG}
    own = sorted(names - _properties(script))
    uses = Counter(re.findall(r"\w+", script))
    own.sort(key=lambda name: -uses[name])
    short = {name: f"${_numeral(at)}" for at, name in enumerate(own)}

    def rename(code: str) -> str:
        return _WORD.sub(lambda found: short.get(found[0], found[0]), code)

    def token(found: re.Match[str]) -> str:
        if found[0].startswith("`"):
            return re.sub(r"\$\{[^}]*\}", lambda inner: rename(inner[0]), found[0])
        return found[0] if found[1] else rename(found[0])

    return re.sub(rf"({_KEPT})|[\w$.]+", token, script)


def _properties(script: str) -> set[str]:
    """Return the names in objects, and those taken out of one with a default value."""
    taken_out = " ".join(_TAKEN_OUT.findall(script))
    return {*_PROPERTY.findall(script), *_BY_DEFAULT.findall(taken_out)}


def _numeral(number: int) -> str:
    """Write a number in as few letters and digits as there are."""
    higher, last = divmod(number, len(_NUMERALS))
    return (_numeral(higher) if higher else "") + _NUMERALS[last]


def _squeezed(statement: str) -> str:
    """Return a statement with spaces only where words or signs would run together, and around a division.

    What ends the last statement of a block goes too.
    """
    without_notes = re.sub(r"(?<=[;,{]) // .*$", "", statement, flags=re.MULTILINE)
    return _SPACES.sub(lambda found: found[1] or (" " if _parts_words(found) else ""), without_notes)


def _parts_words(found: re.Match[str]) -> bool:
    if found[0] == ";":
        return False
    around = found.string[max(0, found.start() - 1) : found.start()] + found.string[found.end() : found.end() + 1]
    return _PARTED.fullmatch(around) is not None
