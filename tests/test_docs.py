"""What the docs name exists: settings, commands, pictures, links, requirements and the tests that show them."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from app.accounts import domain as accounts
from app.accounts import passwords
from app.box import drop, shares
from app.campaigns import domain as campaigns
from app.core import guesses, watch
from app.core.settings import Settings
from app.office.sheets import archive, found, reading
from app.rounds import service as rounds
from app.slips import codes, service
from app.slips import routes as slips_routes
from app.tally import disclosure
from app.web import edge, sockets
from app.web.menu import ROLE_WORDS
from scripts.pictures.palette import MOST_BYTES
from tests.half_width import narrow_signs

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NAMED_TEST = re.compile(r"`([\w/.]*)::(\w+)`")
PICTURE = re.compile(r"(?:docs/)?(screenshots/[\w-]+\.\w+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITED = re.compile(r"SEC-(\d\d(?:(?:, | to SEC-|–)\d\d(?!\d))*)")
SECTION = re.compile(r"docs/([\w-]+\.md) (“[^”]+”(?:(?:, | and )“[^”]+”)*)")
FOREIGN = re.compile(r"\b(?:DESIGN|DOMAIN|STYLE|UI|VOTES|MOVES)(?:\.md| §)")
PRESSED = re.compile(r"(?:[点按]|勾选|打开)“([^“”]+)”|“([^“”]+)” → |“([^“”]+)”(?:页|栏|按钮)")
"""What a manual tells its reader to press or to open, by the words of the page."""
NO_BUTTONS = {"EN", "还有没有投完的"}
"""The switch of languages, which needs no words of ours, and what is asked in the hall."""
INNER_QUOTES = str.maketrans("‘’", "“”")
TWO_SCREENS_LINES, TWO_SCREENS_SIGNS = 40, 1_200
SPEAKING = {".py", ".md", ".html", ".js", ".css", ".toml"}


def named_tests() -> Iterator[tuple[str, str]]:
    """Yield every test that the assurance table names, with its file; one alone is in the file named last."""
    for line in (DOCS / "assurance.md").read_text("utf-8").splitlines():
        file = ""
        for named, test in NAMED_TEST.findall(line):
            file = named or file
            yield file, test


def test_every_test_of_the_assurance_table_exists() -> None:
    named = [(file, test) for file, test in named_tests() if test != "name"]
    assert len(named) > 100
    assert [f"{file}::{test}" for file, test in named if not _has(file, test)] == []


def _has(file: str, test: str) -> bool:
    path = ROOT / "tests" / file
    return path.is_file() and f"def {test}(" in path.read_text("utf-8")


def test_every_picture_exists_and_is_described() -> None:
    pages = [ROOT / "README.md", *DOCS.glob("*.md")]
    named = {picture for page in pages for picture in PICTURE.findall(page.read_text("utf-8"))}
    assert {picture for picture in named if not (DOCS / picture).is_file()} == set()
    assert not [page.name for page in pages if "![](" in page.read_text("utf-8")]


def test_pictures_together_are_light() -> None:
    """Nobody fetches the repository without them."""
    pictures = [path for path in (DOCS / "screenshots").iterdir() if path.is_file()]
    assert {path.suffix for path in pictures} == {".webp"}
    assert sum(path.stat().st_size for path in pictures) <= MOST_BYTES


def test_every_role_has_a_page_of_two_screens() -> None:
    """It says in its heading whom it is for; what is longer is read by nobody in a hall."""
    pages = [page.read_text("utf-8") for page in (DOCS / "manual" / "roles").glob("*.md")]
    headings = " ".join(page.partition("\n")[0] for page in pages)
    assert [word for word in ROLE_WORDS.values() if word not in headings] == []
    assert max(page.count("\n") for page in pages) <= TWO_SCREENS_LINES
    assert max(map(len, pages)) <= TWO_SCREENS_SIGNS


def test_the_manuals_have_no_signs_of_half_width() -> None:
    manuals = [*DOCS.glob("manual*.md"), *(DOCS / "manual").rglob("*.md")]
    assert {path.name: spots for path in manuals if (spots := narrow_signs(path.read_text("utf-8")))} == {}


def test_what_manuals_tell_to_press_is_called_so_on_the_pages() -> None:
    with (ROOT / "app/locale/en/LC_MESSAGES/messages.po").open("rb") as file:
        on_pages = {message.id for message in read_po(file)}
    manuals = [*DOCS.glob("manual*.md"), *(DOCS / "manual").rglob("*.md")]
    told = {
        (page.name, next(filter(None, found.groups())).translate(INNER_QUOTES))
        for page in manuals
        for found in PRESSED.finditer(page.read_text("utf-8"))
    }
    assert len(told) > 100
    assert {(page, button) for page, button in told if button not in on_pages | NO_BUTTONS} == set()


def test_every_setting_is_described() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"MANYIDU_{name.upper()}" not in text]
    assert missing == []


def test_readme_names_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text("utf-8")))
    assert {"demo", "test", "run"} <= named <= targets


def pages() -> list[Path]:
    """Return every page of the docs."""
    return [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


def spoken() -> Iterator[tuple[Path, str]]:
    """Yield every text of ours that may cite a requirement or a section of the docs."""
    places = [ROOT / name for name in ("app", "tests", "bench", "migrations", "docs", "scripts")]
    files = [*ROOT.glob("*.md"), ROOT / "pyproject.toml", *(file for place in places for file in place.rglob("*"))]
    for file in files:
        if file.is_file() and "vendor" not in file.parts and file.suffix in SPEAKING:
            yield file, file.read_text("utf-8")


def cited(text: str) -> set[int]:
    """Return the requirements that a text names, ranges and lists written out."""
    numbers: set[int] = set()
    for run in CITED.findall(text):
        for part in re.split(", ", run):
            first, *last = (int(number) for number in re.findall(r"\d\d", part))
            numbers.update(range(first, max([first, *last]) + 1))
    return numbers


def rows(page: str) -> Iterator[tuple[set[int], list[str]]]:
    """Yield the rows of a page's tables that begin with requirements, with their cells."""
    for line in (DOCS / page).read_text("utf-8").splitlines():
        if line.startswith("| SEC-"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            yield cited(cells[0]), cells


def requirements() -> dict[int, str]:
    """Return every requirement's state by its number: built, partly or no."""
    states: dict[int, str] = {}
    for numbers, cells in rows("requirements.md"):
        assert not numbers & states.keys(), f"a number given twice: {cells[0]}"
        states.update(dict.fromkeys(numbers, cells[2] if len(numbers) == 1 else "no"))
    return states


def test_citations_are_read_whole() -> None:
    assert cited("(SEC-43, 45, 46) and SEC-02, 03, 19–22; SEC-05 to SEC-07, SEC-09") == {
        *(43, 45, 46),
        *(2, 3, 19, 20, 21, 22),
        *(5, 6, 7, 9),
    }
    assert cited("SEC-40, 2026-11-27") == {40}


def test_every_requirement_that_is_cited_stands_in_the_requirements() -> None:
    named = {file.relative_to(ROOT).as_posix(): cited(text) for file, text in spoken()}
    assert len(set().union(*named.values())) > 80
    known = requirements().keys()
    assert {file: numbers - known for file, numbers in named.items() if numbers - known} == {}


def test_what_is_called_built_is_shown() -> None:
    states = requirements()
    assert set(states.values()) == {"built", "partly", "no"}
    told = {number for numbers, _ in rows("assurance.md") for number in numbers}
    shown = {number for numbers, cells in rows("assurance.md") if "not yet" not in cells[2] for number in numbers}
    assert told == states.keys()
    assert {number for number, state in states.items() if state == "built"} - shown == set()


NUMBERS: dict[int, tuple[str, ...]] = {
    8: (f"*n* ≤ {shares.MAX_SHARES}",),
    11: (f"multiples of {service.TURNOUT_STEP}", f"every {slips_routes.HALL_REFRESH_SECONDS} seconds"),
    13: (f"fewer than {campaigns.GROUP_FLOOR} people",),
    16: (f"{rounds.REMARK_BYTES:,} bytes", f"from {campaigns.REMARK_K_FLOOR} a unit"),
    30: (f"{codes.CODE_LENGTH - 1} random Crockford signs",),
    43: (f"fewer than {campaigns.K_FLOOR} valid answers",),
    49: (f"from {disclosure.EXACT_FROM} on",),
    54: (
        f"{accounts.PASSWORD_LENGTH} signs or more",
        f"{accounts.IDLE.total_seconds() / 60:.0f} minutes idle",
        f"{accounts.ABSOLUTE.total_seconds() / 3600:.0f} hours in all",
        f"live {accounts.INVITATION_LIFE.days} days",
        f"{passwords.HASHER.memory_cost // 1024} MiB, {passwords.HASHER.time_cost} passes",
    ),
    55: (f"more than {guesses.MANY} in a minute",),
    56: (
        f"{found.MAX_BYTES // 1024**2} MB, {archive.MAX_ENTRIES} archive entries",
        f"{archive.MAX_UNPACKED // 1024**2} MB unpacked",
        f"a ratio of {archive.MAX_RATIO}",
        f"{found.MAX_ROWS:,} rows × {found.MAX_COLUMNS} columns and {found.MAX_CELLS:,} cells",
        f"{reading.MEMORY_BYTES // 1024**2} MB and {reading.CPU_SECONDS} seconds",
    ),
    62: (f"{edge.MAX_BODY / 1e6} MB",),
    66: (f"more than {drop.MAX_WAITING:,} casts",),
    80: (
        f"{sockets.HEAD_SECONDS:.0f} seconds for a head",
        f"at most {sockets.Limits.of(sockets.MOST_FILES).staff:,} to staff",
        f"up to {accounts.LONGEST_WAIT_SECONDS // 60} minutes",
        f"once in {accounts.PROOF_LIFE.total_seconds() / 60:.0f} minutes",
    ),
    81: (f"silent for {watch.PATIENCE_SECONDS:.0f} seconds",),
}
"""What the requirements say in numbers, made from what is in force."""


def test_the_numbers_of_the_requirements_are_in_force() -> None:
    said = {number: cells[3] for numbers, cells in rows("requirements.md") if len(numbers) == 1 for number in numbers}
    asked = [(number, words) for number, several in NUMBERS.items() for words in several]
    assert [(number, words) for number, words in asked if words not in said[number]] == []


def test_links_between_pages_lead_somewhere() -> None:
    links = [(page, link) for page in pages() for link in LINK.findall(page.read_text("utf-8"))]
    assert len(links) > 100
    assert [f"{page.name}: {link}" for page, link in links if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    if re.match(r"\w+:", link):
        return True
    name, _, place = link.partition("#")
    file = page.parent / name if name else page
    return file.is_file() and (not place or place in {_slug(heading) for heading in headings(file)})


def headings(file: Path) -> list[str]:
    """Return the headings of a page."""
    return re.findall(r"^#+ (.+)$", file.read_text("utf-8"), flags=re.MULTILINE)


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def terms() -> Iterator[tuple[str, str, str, str]]:
    """Yield the glossary's terms: Chinese, English (or –), the file below app/ and the name in it, if one is given."""
    for line in (DOCS / "glossary.md").read_text("utf-8").splitlines():
        if found := re.match(r"\| (\S+) \| (.+?) \| `([\w/.]+)(?:::(\w+))?` \| .+\. \|$", line):
            chinese, english, file, name = found.groups(default="")
            yield chinese, english, file, name


def test_every_line_of_the_glossary_is_read() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if re.match(r"\| (?!中文|-)", line)]
    assert [line for line in lines if line.startswith("|---")] == []
    assert len(list(terms())) == len({term[0] for term in terms()}) == len(lines) > 80


def test_what_the_glossary_names_is_in_the_code() -> None:
    assert [f"{file}::{name}" for _, _, file, name in terms() if not _is_in_code(file, name)] == []


def _is_in_code(file: str, name: str) -> bool:
    path = ROOT / "app" / file
    return path.exists() and (not name or bool(re.search(rf"\b{name}\b", path.read_text("utf-8"))))


def test_the_glossary_speaks_english_like_the_pages() -> None:
    with (ROOT / "app/locale/en/LC_MESSAGES/messages.po").open("rb") as file:
        pages_say = {message.id: message.string for message in read_po(file)}
    said = [(chinese, english, pages_say.get(chinese, "–")) for chinese, english, _, _ in terms()]
    assert [(chinese, english, right) for chinese, english, right in said if english != right] == []


def test_sections_that_are_cited_exist() -> None:
    cited_sections = [
        (file.name, page, section)
        for file, text in spoken()
        for page, sections in SECTION.findall(text)
        for section in re.findall(r"“([^”]+)”", sections)
    ]
    assert len(cited_sections) > 10
    assert [found for found in cited_sections if found[2] not in headings(DOCS / found[1])] == []


def test_no_text_is_cited_that_is_not_here() -> None:
    assert [file.name for file, text in spoken() if file != Path(__file__) and FOREIGN.search(text)] == []


def test_what_the_contributor_is_told_to_change_is_there() -> None:
    """Files by their paths, names by standing in the code: a how-to that names what is gone leads astray."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    told = set(re.findall(r"`([^`\s]+)`", text[text.index("## How to add") :]))
    files = {name.partition("::")[0] for name in told if "/" in name and "<" not in name and "YYYY" not in name}
    names = {name for name in told if re.fullmatch(r"_?[A-Z][A-Za-z_]*", name)}
    assert len(files) > 20
    assert len(names) > 20
    assert sorted(name for name in files if not (ROOT / name).exists()) == []
    code = [path.read_text("utf-8") for room in ("app", "tests", "scripts") for path in (ROOT / room).rglob("*.py")]
    words = set(re.findall(r"\w+", "\n".join(code))) | {"YYYYMMDD_HHMM"}
    assert sorted(names - words) == []
