"""An .xlsx workbook, both kinds of the standard, read part by part: what its cells show, and nothing else of it.

Values, number formats, merged ranges and what is hidden are read; fonts, colours, charts and metadata never, so that
nothing wrong with them can stop the reading.
"""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from app.office.sheets.archive import check_archive
from app.office.sheets.codes import BUILTIN, GENERAL
from app.office.sheets.found import Budget, Found, WorkbookRefusedError
from app.office.sheets.grid import Grid
from app.office.sheets.parts import Attributes, Part, feed, unescaped

_TITLE_LIMIT: Final = 31
_SHOWN: Final = frozenset({"", "visible"})
_ROOT: Final = "xl/workbook.xml"


@dataclass(slots=True)
class Listed:
    """A sheet as the workbook lists it."""

    name: str
    state: str
    relation: str


@dataclass(slots=True)
class Index:
    """What the workbook says of itself."""

    sheets: list[Listed] = field(default_factory=list)
    from_1904: bool = False


class _Relations(Part):
    """The parts that a part names: kind and path by id."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode", "").lower() != "external":
            kind = attributes.get("Type", "").rpartition("/")[2]
            path = posixpath.normpath(
                posixpath.join("/" + self._folder, attributes.get("Target", "").replace("\\", "/"))
            )
            self.targets[attributes.get("Id", "")] = kind, path.lstrip("/")


class _Workbook(Part):
    """The list of sheets."""

    has_links = True

    def __init__(self) -> None:
        self.index = Index()

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            self.index.from_1904 = attributes.get("date1904", "") in {"1", "true"}
        if tag == "sheet":
            name, state = attributes.get("name", "").strip(), attributes.get("state", "")
            self.index.sheets.append(Listed(name, "" if state in _SHOWN else "hidden", attributes.get("id", "")))


class _Strings(Part):
    """The shared strings; the reading aid above rare characters is no part of them."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._aside = 0

    def start(self, tag: str, _: Attributes) -> None:
        if tag == "si":
            self._parts = []
        self._aside += tag == "rPh"
        self.listens = tag == "t" and not self._aside

    def end(self, tag: str) -> None:
        self.listens = False
        self._aside -= tag == "rPh"
        if tag == "si":
            self.strings.append(unescaped("".join(self._parts)))

    def text(self, text: str) -> None:
        self._parts.append(text)


class _Styles(Part):
    """The number format of each style of a cell."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = dict(BUILTIN)
        self._ids: list[int] = []
        self._in_cells = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "numFmt" and not self._ids:  # those behind belong to conditional formats, which count anew
            self._codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", GENERAL)
        self._in_cells = self._in_cells or tag == "cellXfs"
        if tag == "xf" and self._in_cells:
            self._ids.append(_number(attributes.get("numFmtId")))

    def end(self, tag: str) -> None:
        self._in_cells = self._in_cells and tag != "cellXfs"

    @property
    def codes(self) -> list[str]:
        return [self._codes.get(number, GENERAL) for number in self._ids]


def _number(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError:
        return 0


class Package:
    """The parts of a checked archive, by path in any case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

    def has(self, path: str) -> bool:
        """Whether there is such a part."""
        return path.lower() in self._names

    def read(self, path: str, part: Part) -> None:
        """Feed a part to its reader; WorkbookRefusedError where there is none."""
        if not self.has(path):
            raise WorkbookRefusedError("workbook_broken")
        with self._archive.open(self._names[path.lower()]) as stream:
            feed(stream, part)

    def relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part names; those of the archive itself for an empty path."""
        folder, name = posixpath.split(path)
        found = _Relations(folder)
        own = posixpath.join(folder, "_rels", f"{name}.rels")
        if self.has(own):
            self.read(own, found)
        return found.targets


def read(data: bytes, budget: Budget, first: frozenset[str]) -> tuple[list[Found], list[str]]:
    """Return all sheets, those named in ``first`` read before the others, and what of the file could not be read."""
    check_archive(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        package = Package(archive)
        root = next((path for kind, path in package.relations("").values() if kind == "officeDocument"), _ROOT)
        listing = _Workbook()
        package.read(root, listing)
        index, targets = listing.index, package.relations(root)
        _check_names([sheet.name for sheet in index.sheets])
        strings, codes, lost = _shared(package, dict(targets.values()))
        found = {sheet.name: Found(sheet.name, sheet.state) for sheet in index.sheets}
        for sheet in sorted(index.sheets, key=lambda each: each.name not in first):
            target = targets.get(sheet.relation, ("", ""))
            _fill(package, target, Grid(found[sheet.name], strings, codes, budget, from_1904=index.from_1904))
        return list(found.values()), lost


def _check_names(names: list[str]) -> None:
    folded = {name.casefold() for name in names}
    if not names or len(folded) < len(names) or any(len(name) > _TITLE_LIMIT for name in names):
        raise WorkbookRefusedError("workbook_broken")


def _shared(package: Package, paths: Mapping[str, str]) -> tuple[list[str], list[str], list[str]]:
    """Return strings and number formats; and ``["styles"]`` where the latter cannot be read."""
    strings, styles = _Strings(), _Styles()
    if package.has(paths.get("sharedStrings", "")):
        package.read(paths["sharedStrings"], strings)
    try:
        if package.has(paths.get("styles", "")):
            package.read(paths["styles"], styles)
    except expat.ExpatError:
        return strings.strings, styles.codes, ["styles"]
    return strings.strings, styles.codes, []


def _fill(package: Package, target: tuple[str, str], grid: Grid) -> None:
    """Read one sheet; a limit it breaks is kept with it, for it may be one that nobody asks for."""
    kind, path = target
    if grid.sheet.state:
        return
    if kind != "worksheet":
        grid.sheet.state = "chart" if kind.endswith("sheet") else "broken"
        return
    if not package.has(path):
        grid.sheet.state = "broken"
        return
    try:
        package.read(path, grid)
    except WorkbookRefusedError as refusal:
        if refusal.code in {"workbook_dtd", "workbook_broken"}:
            raise
        grid.sheet.refused = refusal
