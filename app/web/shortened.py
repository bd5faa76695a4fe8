"""Names that a script has for itself alone, shortened: much of what a phone fetches of it was names.

Not a parser of the language but of how our scripts are written: squeezed, every block in braces, no ``var``. A name
means what the innermost scope around it declares, and is called what nothing else is called that is used in that scope.
What names a property keeps its name; a field that a variable gives or takes (``{cells}``) is written with both.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

LONG: Final = 2
"""Signs of a name that is worth shortening."""
KEPT: Final = (
    r'"(?:\\.|[^"\\\n])*"|'
    r"'(?:\\.|[^'\\\n])*'|"
    r"`(?:\\.|[^`\\])*`|"
    r"/(?=[^\s/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
)
"""Texts and patterns; a division has spaces around it."""
_TOKEN: Final = re.compile(rf"(?P<text>{KEPT})|(?P<name>(?<![\w$])(?<!(?<!\.\.)\.)[A-Za-z_]\w*)|=>|\.\.\.|[\s\S]")
_INSERTED: Final = re.compile(r"(\$\{[^}]*)(?=\})")
_CLOSES: Final = {")": "(", "]": "[", "}": "{"}
_OPENS: Final = frozenset(_CLOSES.values())
_ENDS: Final = frozenset({",", ";", ")", "]", "}"})
_CONDITIONS: Final = frozenset({"if", "while", "switch"})
_BEFORE_FIELDS: Final = frozenset(
    {"(", "[", ",", "=", ":", "?", "|", "&", "return", "const", "let", "import", "export", "of"}
)
"""What stands before the brace of an object; before any other a block begins."""
_LETTERS: Final = "etnsroialcudpmhgfbvyqkwxjz" + string.ascii_uppercase
"""Those first that our scripts are full of anyway."""
_SHORT_WORDS: Final = frozenset({"as", "do", "if", "in", "is", "of"})


@dataclass(slots=True)
class _Scope:
    """Tokens from ``start`` to ``end``, the names declared in them, and the names of other scopes used there."""

    start: int
    end: int
    within: int = -1
    """Which scope is the next around it."""
    declared: set[str] = field(default_factory=set)
    short: dict[str, str] = field(default_factory=dict)
    foreign: set[tuple[int, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Script:
    """Tokens without the spaces before each, which ``spaces`` has."""

    tokens: list[str]
    spaces: list[str]
    names: frozenset[int]
    partner: Mapping[int, int]
    """Of every bracket its other one."""
    opened: Sequence[int]
    """Of every token the bracket that it stands in."""

    def at(self, place: int) -> str:
        """Return the token at a place, or nothing before the first and after the last."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else ""


def shortened(script: str, beside: str = "") -> str:
    """Return a squeezed script with shorter names; ``beside`` is what stands in the same module and stays as it is."""
    read = _read(script)
    scopes = _scopes(read)
    inner = _innermost(read, scopes)
    for place, name in _declared(read):
        if len(name) >= LONG:
            scopes[inner[place]].declared.add(name)
    meant = dict(_meanings(read, scopes, inner))
    _note_foreign(read, scopes, inner, meant)
    _name_all(read, scopes, meant, {*re.findall(r"[\w$]+", script + beside), *_SHORT_WORDS})
    return "".join(_written(read, scopes, meant))


def _read(script: str) -> _Script:
    tokens, spaces, names = [""], [""], set()
    for kind, token in _tokens(script):
        if token.isspace():
            spaces[-1] += token
            continue
        if kind == "name":
            names.add(len(tokens) - 1)
        tokens[-1] = token
        tokens.append("")
        spaces.append("")
    return _Script(tokens, spaces, frozenset(names), *_brackets(tokens))


def _tokens(script: str) -> Iterator[tuple[str | None, str]]:
    for found in _TOKEN.finditer(script):
        if found["text"] and found[0].startswith("`"):
            for piece in _INSERTED.split(found[0]):
                if piece.startswith("${"):
                    yield "text", "${"
                    yield from _tokens(piece[2:])
                else:
                    yield "text", piece
        else:
            yield found.lastgroup, found[0]


def _brackets(tokens: Sequence[str]) -> tuple[dict[int, int], list[int]]:
    partner, opened, around = {}, [-1], []
    for place, token in enumerate(tokens):
        if token in _CLOSES:
            partner[place] = opened.pop()
            partner[partner[place]] = place
        around.append(opened[-1])
        if token in _OPENS:
            opened.append(place)
    return partner, around


def _scopes(script: _Script) -> list[_Scope]:
    """Return all scopes, outer ones before those in them; the first is the module."""
    found = [_Scope(-1, len(script.tokens))]
    for place, sign in enumerate(script.tokens):
        if sign == "=>":
            found.append(_Scope(script.partner.get(place - 1, place - 1), _end_of_arrow(script, place + 1)))
        elif sign == "{" and script.at(place - 1) != "=>":
            found.append(_Scope(_head_of(script, place), script.partner[place]))
    return sorted(found, key=lambda scope: (scope.start, -scope.end))


def _head_of(script: _Script, place: int) -> int:
    """Return where a block begins, with what is declared before its brace: parameters, or what is gone through."""
    head = script.partner[place - 1] if script.at(place - 1) == ")" else place
    return place if script.at(head - 1) in _CONDITIONS else head


def _end_of_arrow(script: _Script, place: int) -> int:
    if script.at(place) == "{":
        return script.partner[place]
    while script.at(place) not in _ENDS and not script.at(place).startswith("}"):
        place = script.partner.get(place, place) + 1
    return place - 1


def _innermost(script: _Script, scopes: Sequence[_Scope]) -> list[int]:
    """Return of every token which scope is the innermost around it."""
    inner, opened, begin = [], [0], 1
    for place in range(len(script.tokens)):
        while scopes[opened[-1]].end < place:
            opened.pop()
        while begin < len(scopes) and scopes[begin].start == place:
            scopes[begin].within = opened[-1]
            opened.append(begin)
            begin += 1
        inner.append(opened[-1])
    return inner


def _outwards(scopes: Sequence[_Scope], at: int) -> Iterator[int]:
    """Yield a scope and those around it."""
    while at >= 0:
        yield at
        at = scopes[at].within


def _declared(script: _Script) -> Iterator[tuple[int, str]]:
    """Yield where a name is declared, and the name: within brackets of an object only where that is all to be seen."""
    for place, sign in enumerate(script.tokens):
        if sign == "=>":
            yield from _parameters(script, place - 1)
        elif sign == ")" and script.at(place + 1) == "{":
            if script.at(script.partner[place] - 1) not in {*_CONDITIONS, "for"}:
                yield from _parameters(script, place)
        elif sign in {"const", "let"} and script.at(place - 1) != "export":
            yield from _declarators(script, place + 1)
        elif sign in {"function", "class"} and "export" not in {script.at(place - 1), script.at(place - 2)}:
            name = place + (2 if script.at(place + 1) == "*" else 1)
            if name in script.names:
                yield place, script.at(name)


def _parameters(script: _Script, last: int) -> Iterator[tuple[int, str]]:
    if last in script.names:
        yield last, script.at(last)
        return
    if script.at(last) == ")":
        yield from _listed(script, script.partner[last])


def _declarators(script: _Script, place: int) -> Iterator[tuple[int, str]]:
    if script.at(place) == "[":
        yield from _listed(script, place)
    while place in script.names:
        yield place, script.at(place)
        place = place + 2 if script.at(place + 1) == "," else -1


def _listed(script: _Script, opened: int) -> Iterator[tuple[int, str]]:
    """Yield the names that stand in brackets by themselves, those in brackets of lists in them too."""
    place = opened + 1
    while place < script.partner[opened]:
        if place in script.names and script.at(place - 1) in {"(", "[", ",", "..."} and script.at(place + 1) in ",=)]":
            yield place, script.at(place)
        elif script.at(place) == "[" and script.at(place - 1) in {"(", ",", "["}:
            yield from _listed(script, place)
        place = script.partner.get(place, place) + 1


def _meanings(script: _Script, scopes: Sequence[_Scope], inner: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield every place of a name that is declared, and which scope declares it."""
    for place in sorted(script.names):
        name = script.at(place)
        if _is_method(script, place) or (_is_field(script, place) and script.at(place + 1) == ":"):
            continue
        of = next((at for at in _outwards(scopes, inner[place]) if name in scopes[at].declared), None)
        if of is not None:
            yield place, of


def _note_foreign(script: _Script, scopes: Sequence[_Scope], inner: Sequence[int], meant: Mapping[int, int]) -> None:
    for place, of in meant.items():
        for at in _outwards(scopes, inner[place]):
            if at == of:
                break
            scopes[at].foreign.add((of, script.at(place)))


def _is_method(script: _Script, place: int) -> bool:
    closed = script.partner.get(place + 1, 0) if script.at(place + 1) == "(" else 0
    return bool(closed) and script.at(closed + 1) == "{" and script.at(place - 1) not in {"function", "*"}


def _is_field(script: _Script, place: int) -> bool:
    """Whether a name begins one of an object's fields."""
    opened = script.opened[place]
    return script.at(place - 1) in {"{", ","} and script.at(opened) == "{" and script.at(opened - 1) in _BEFORE_FIELDS


def _name_all(script: _Script, scopes: Sequence[_Scope], meant: Mapping[int, int], taken: set[str]) -> None:
    uses = Counter((of, script.at(place)) for place, of in meant.items())
    for at, scope in enumerate(scopes):
        foreign = {scopes[of].short[name] for of, name in scope.foreign}
        free = (name for name in _free() if name not in taken and name not in foreign)
        for name in sorted(scope.declared, key=lambda name: (-uses[at, name], name)):
            scope.short[name] = next(free)


def _free() -> Iterator[str]:
    """Yield names, the shortest first; every scope prefers the same few, which take the fewest bits when compressed."""
    yield from _LETTERS
    yield from ("".join(pair) for pair in product(_LETTERS, _LETTERS + string.digits))


def _written(script: _Script, scopes: Sequence[_Scope], meant: Mapping[int, int]) -> Iterator[str]:
    for place, token in enumerate(script.tokens):
        yield script.spaces[place]
        if place not in meant:
            yield token
            continue
        is_given = _is_field(script, place) and script.at(place + 1) in {",", "}", "="}
        yield f"{token}:" if is_given else ""
        yield scopes[meant[place]].short[token]
