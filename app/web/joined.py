"""What browsers get of ``app/static``: files as they are, and some joined, so that a phone asks once and not six times.

Every request costs a slow phone 0.4 s and a kilobyte of heads. The sources stay one module per behaviour; joining them
drops imports, comment lines, spaces that mean nothing and the exports of all parts but the last, and shortens names. A
vendored module, which exports by one list at its end, becomes an object under the name that others import it by.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.web.shortened import KEPT, shortened

KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
JOINED: Final[Mapping[str, tuple[str, ...]]] = {
    "css/booth.css": ("vendor/weui/weui-booth.min.css", "css/booth.css"),
    "js/booth-ask.js": ("js/booth-ask.js",),
    "js/booth-done.js": ("js/booth-kept.js", "js/booth-done.js"),
    "js/booth-error.js": ("js/booth-kept.js", "js/booth-error.js"),
    "js/booth-index.js": ("js/booth-element.js", "js/booth-index.js"),
    "js/booth-layout.js": ("js/booth-layout.js",),
    "js/booth-limits.js": ("js/booth-layout.js", "js/booth-limits.js"),
    "js/booth-points.js": ("js/booth-layout.js", "js/booth-limits.js", "js/booth-points.js"),
    "js/booth-seal.js": (
        "vendor/sealing/primitives.min.js",
        "js/hpke.js",
        "js/booth-cast.js",
        "js/booth-draft.js",
        "js/booth-seal.js",
    ),
    "js/booth-visit.js": (
        "js/booth-kept.js",
        "js/booth-wait.js",
        "js/booth-done.js",
        "js/booth-order.js",
        "js/booth-element.js",
        "js/booth-missing.js",
        "js/booth-list.js",
        "js/booth-review.js",
        "js/booth-paper.js",
        "js/booth-visit.js",
    ),
}
"""The name under which parts are served together, and the parts, each after those it imports."""
_IMPORT: Final = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_LATER: Final = re.compile(r'\bimport\("\./([^"]+)(?=")')
_IMPORTED: Final = re.compile(r"^import \{ ([^;]*) \} from \"\./([^;\"]*)\";\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)
_BLOCK: Final = re.compile(r"\{[^{}]*\}")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_EXPORTS: Final = re.compile(r"export\{([^{}]*)\};?\s*$")
_STATEMENT: Final = re.compile(r"\n(?![\s})\]])")
"""Where a statement of a module begins: each gets a line of its own."""
_SPACES: Final = re.compile(rf"({KEPT})|\s+|;(?=\s*\}})")
_LONGER: Final = re.compile(rf"({KEPT})|(?<![\w$])\((\w+)\)(?==>)|,(?=[}}\])])|\bconst\b")
"""What can be said in fewer signs; no script assigns to a constant, or it would not run where it lies."""
_PARTED: Final = re.compile(r"[\w$]{2}|\+\+|--|./|/.")
_LOOSE: Final = re.compile(r"(?<=[{};,:])\s+|\s+(?=[{}])")


@lru_cache(maxsize=1)
def served(folder: Path) -> Mapping[str, bytes]:
    """Return the content of every file of ``KINDS`` below ``folder``, as it is served, by its path: read once."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in KINDS)
    original = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    files = {**original}
    for name, parts in JOINED.items():
        if original.keys() >= set(parts):
            files[name] = _join(name, original, files)
    return files


def tag(body: bytes) -> str:
    """Return what a file's address carries, so that it may be kept for good: 10 signs of its SHA-256."""
    return sha256(body).hexdigest()[:10]


def _join(name: str, original: Mapping[str, bytes], files: Mapping[str, bytes]) -> bytes:
    """Join the parts of a file; ``files`` has those it imports, as they are served."""
    texts = [_part(part, original[part].decode(), last=part == name) for part in JOINED[name]]
    count = sum(part.endswith(".min.js") for part in JOINED[name])
    vendored, ours = "".join(texts[:count]), "".join(texts[count:])
    if name.endswith(".js"):
        ours = _imported(name, original, files) + _addressed(name, shortened(ours, vendored), files)
    return (vendored + ours).encode()


def _addressed(name: str, script: str, files: Mapping[str, bytes]) -> str:
    """Give what a script asks for later the address under which it may be kept."""
    folder = name.rpartition("/")[0]
    return _LATER.sub(lambda found: f"{found[0]}?v={tag(files[f'{folder}/{found[1]}'])}", script)


def _imported(name: str, original: Mapping[str, bytes], files: Mapping[str, bytes]) -> str:
    """Return what a script imports from outside its own parts, by the address of what is served there."""
    folder = name.rpartition("/")[0]
    found = [one for part in JOINED[name] for one in _IMPORTED.findall(original[part].decode())]
    outside = sorted({(path, names) for names, path in found if f"{folder}/{path}" not in JOINED[name]})
    lines = [f'import{{{names}}}from"./{path}?v={tag(files[f"{folder}/{path}"])}";\n' for path, names in outside]
    return "".join(lines)


def _part(name: str, text: str, *, last: bool) -> str:
    if name.endswith(".min.css"):
        text = _BLOCK.sub(lambda found: _without_fallbacks(found[0]), text)
    if name.endswith(".css"):
        return _LOOSE.sub("", _COMMENT.sub("", text)).replace(";}", "}").strip() + "\n"
    if name.endswith(".min.js"):
        known_as = name.rsplit("/", 1)[-1].removesuffix(".min.js")
        return _EXPORTS.sub(lambda found: f"const {known_as}={{{_fields(found[1])}}};", text)
    text = _IMPORT.sub("", text)
    text = text if last else _EXPORT.sub("", text)
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("//"))
    return "".join(_squeezed(statement) + "\n" for statement in _STATEMENT.split("\n".join(lines)))


def _without_fallbacks(block: str) -> str:
    """Leave out what a vendored rule says to browsers older than ours and takes back at once."""
    said = block[1:-1].strip(";").split(";")
    last = {one.split(":")[0]: one for one in said}
    return "{" + ";".join(one for one in said if last[one.split(":")[0]] is one) + "}"


def _fields(exported: str) -> str:
    """Turn ``a as b,c`` into ``b:a,c``."""
    return re.sub(r"([\w$]+) as ([\w$]+)", r"\2:\1", exported)


def _squeezed(statement: str) -> str:
    """Return a statement with spaces only where words or signs would run together, and around a division.

    What ends the last statement of a block and the last of a list goes too, and brackets around a lone parameter.
    """
    without_notes = re.sub(r"(?<=[;,{]) // .*$", "", statement, flags=re.MULTILINE)
    squeezed = _SPACES.sub(lambda found: found[1] or (" " if _parts_words(found) else ""), without_notes)
    return _LONGER.sub(lambda found: found[1] or found[2] or ("let" if found[0] == "const" else ""), squeezed)


def _parts_words(found: re.Match[str]) -> bool:
    if found[0] == ";":
        return False
    around = found.string[max(0, found.start() - 1) : found.start()] + found.string[found.end() : found.end() + 1]
    return _PARTED.fullmatch(around) is not None
