"""The rules of docs/style.md “Rules” that a reader of the source can check."""

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.found import some
from tests.sources import APP, ROOT, TREES

TEMPLATES = sorted((APP / "templates").rglob("*.html"))
OUR_STATIC = [
    path
    for path in sorted((APP / "static").rglob("*"))
    if path.suffix in {".js", ".css"} and "vendor" not in path.parts
]
OUR_SCRIPTS = [path for path in OUR_STATIC if path.suffix == ".js" and "joined" not in path.parts]
"""Without what is made of them: ``test_vendored_assets.py`` sees that it is made of nothing else."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, int]]:
    """Yield every function of the product with its length in lines."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function) and node.end_lineno:
                yield f"{path}:{node.name}", node.end_lineno - node.lineno + 1


def calls(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every call as dotted text with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_functions_are_short() -> None:
    lengths = dict(functions())
    assert {name: length for name, length in lengths.items() if length > 50} == {}
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 30


def test_modules_are_not_gods() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in TREES}
    assert {path: length for path, length in lengths.items() if length > 330 and path not in STAND_ALONE} == {}
    assert all(lengths[path] <= 760 for path in STAND_ALONE)
    assert not [path for path in TREES if re.search(r"(utils|helpers|common|manager)\.py$", path)]


STAND_ALONE = {"app/operations/verify.py"}
"""Must be one file that runs without the product, a list of 2,048 signs included."""


def test_nobody_commits_but_the_database_module() -> None:
    found = {path for path, tree in TREES.items() for name, _ in calls(tree) if name.endswith(".commit")}
    assert found == {"app/core/db.py"}


def test_only_requests_and_named_writers_begin_transactions() -> None:
    found = {
        path
        for path, tree in TREES.items()
        for name, _ in calls(tree)
        if name.endswith((".begin", ".writing", ".acted"))
    }
    allowed = {
        "app/core/db.py", "app/core/migrate.py", "app/web/requests.py", "app/web/desk.py", "app/box/drop.py",
        "app/box/opening.py", "app/ballots/store.py", "app/ballots/service.py", "app/ballots/slot.py",
        "app/box/conducting.py", "app/box/openings.py", "app/rounds/acts.py", "app/rounds/gone.py",
        "app/rounds/schedule.py", "app/rounds/sealing.py", "app/publication/read_log.py",
        "app/publication/earlier.py", "app/inbox/mail.py", "app/accounts/entry.py",
        "app/accounts/proofs.py", "app/office/shelf.py", "app/archive/service.py", "app/core/guess_counts.py",
    }  # fmt: skip
    assert {path for path in found - allowed if not path.startswith("app/operations/")} == set()


def is_of_routes(path: str) -> bool:
    """Whether a module answers addresses: its handlers neither catch a refusal nor render by themselves."""
    return re.search(r"/(routes\w*|api\w*)\.py$|/pages/\w+\.py$", path) is not None


def test_no_route_catches_a_refusal() -> None:
    found = {
        f"{path}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type and "DomainError" in ast.unparse(node.type)
        if is_of_routes(path)
    }
    assert found == set()


RENDERERS = {"app/web/desk.py", "app/web/errors.py", "app/booth/pages.py", "app/archive/pages.py"}
"""The desk of staff, the table of errors, the pages of voters, who have no desk (SEC-72), and those in a package."""


def test_a_damaged_result_is_told_by_its_type() -> None:
    """Who goes on without it catches ``DamagedResultError``, which one raised by its code would pass by."""
    named = {
        path
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value == "result_damaged"
    }
    assert named == {"app/publication/stored.py", "app/web/error_sentences.py"}


def test_pages_are_rendered_in_few_places() -> None:
    rendering = {
        path
        for path, tree in TREES.items()
        for name in imports(tree)
        if name in {"app.web.pages.page", "app.web.pages.Pages", "jinja2.Environment"}
    }
    assert rendering == {"app/web/pages.py", *RENDERERS}


def test_files_are_made_after_reading() -> None:
    """What a child makes is made when its session has ended: on SQLite whoever reads keeps a commit waiting."""
    found = {
        f"{path}:{call.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and "bench.reading()" in ast.unparse(node.items[0])
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Made"
    }
    assert found == set()


def test_workbooks_are_written_in_one_way() -> None:
    found = {path for path, tree in TREES.items() for name, _ in calls(tree) if name == "xlsxwriter.Workbook"}
    assert found == {"app/office/books.py"}


def test_rows_are_locked_in_one_way() -> None:
    found = {path for path, tree in TREES.items() for name, _ in calls(tree) if name.endswith(".with_for_update")}
    assert found == {"app/core/db.py"}
    locking = {
        path
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in {"with_for_update", "populate_existing"}
    }
    assert locking == {"app/core/db.py"}


def test_who_acts_never_changes_a_row_that_he_did_not_lock() -> None:
    found = {
        f"{path}:{line}"
        for path, tree in TREES.items()
        for name, line in calls(tree)
        if name in {"acting.session.get", "acting.session.get_one"} and path not in READ_WHILE_ACTING
    }
    assert found == set()


READ_WHILE_ACTING = {"app/rectification/messages/notify.py"}
"""Looks up whom to tell and changes nothing of what it looks up."""
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "time.sleep",
          "time.localtime", "time.gmtime", "datetime.datetime.now"}  # fmt: skip


def test_one_module_reads_the_clock() -> None:
    found = {path for path, tree in TREES.items() for name, _ in calls(tree) if name in CLOCKS}
    assert {path for path in found if not path.startswith("app/operations/")} == {"app/core/clock.py"}


def test_one_module_draws_randomness() -> None:
    importing = {
        path
        for path, tree in TREES.items()
        for name in imports(tree)
        if name.split(".")[0] in {"secrets", "random", "uuid"}
    }
    calling = {
        path
        for path, tree in TREES.items()
        for name, _ in calls(tree)
        if name in {"os.urandom", "urandom"} or ".random." in name or name.startswith("np.random")
    }
    assert importing | calling == {"app/core/secrets.py"}


def is_formatted_sql(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.JoinedStr):
        return False
    return re.search(r"^(sa\.)?text$|exec_driver_sql$", ast.unparse(node.func)) is not None


def test_no_sql_is_put_together_from_text() -> None:
    found = {path for path, tree in TREES.items() for node in ast.walk(tree) if is_formatted_sql(node)}
    assert found <= FIXED_SQL


FIXED_SQL = {"app/core/db.py", "app/operations/server.py"}
"""Pragmas and table names that stand in the source, not from outside."""
URL = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+""")
NAMESPACES = ("http://www.w3.org/",)


@pytest.mark.parametrize("path", [*TEMPLATES, *OUR_STATIC], ids=lambda path: path.name)
def test_nothing_leads_to_another_host(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    found = [url for url in URL.findall(text) if not url.startswith(NAMESPACES)]
    assert found == []


def test_vendored_styles_load_nothing_from_elsewhere() -> None:
    for path in (APP / "static" / "vendor").rglob("*.css"):
        urls = re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", path.read_text("utf-8"))
        assert [url for pair in urls for url in pair if url.startswith(("http", "//"))] == [], path.name


DECIDES = re.compile(r"staff\.roles(?! \| duties)|\bround\.state\s*(?:==|!=|in\b|not\b)|role\s*(?:==|!=)")
"""What a template would say to decide for itself what somebody may do; ``staff.roles | duties`` only names him."""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_ask_what_their_reader_may_do(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert DECIDES.findall(text) == []


PLAIN_HEAD = re.compile(r"""<thead>\s*<tr>(?:\s*<th[^>]*>\{\{ _\("[^"]*"\) \}\}</th>)+\s*</tr>""")
"""A head whose columns are always the same; those that follow a scale or a choice are written by hand."""


def test_what_is_seen_follows_a_legend() -> None:
    """Bootstrap lets a legend float and clears what comes next: a hidden field there sets what is seen beside it."""
    hidden = re.compile(r'</legend>\s*<input type="hidden"')
    assert [path.name for path in TEMPLATES if hidden.search(path.read_text("utf-8"))] == []


def test_heads_of_tables_are_written_once() -> None:
    """By ``m.head``: over the columns and beside each cell of a phone stand the words of one list."""
    assert [path.name for path in TEMPLATES if PLAIN_HEAD.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_code(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.parent.name == "package":  # pages of an archive package, which are read from a disk and must be whole
        text = text.replace('<style>{% include "archive/package/style.css" %}</style>', "")
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert "| safe" not in text
    assert "|safe" not in text


def test_templates_name_the_files_of_their_scripts() -> None:
    tags = [(path.name, tag) for path in TEMPLATES for tag in re.findall(r"<script\b[^>]*>", path.read_text("utf-8"))]
    assert [(name, tag) for name, tag in some(tags) if "src=" not in tag] == []


@pytest.mark.parametrize("path", OUR_SCRIPTS, ids=lambda path: path.name)
def test_scripts_use_no_weak_or_forbidden_doors(path: Path) -> None:
    text = path.read_text("utf-8")
    banned = ("Math.random", "innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write", "localStorage",
              "navigator.userAgent", "sendBeacon", "serviceWorker", "indexedDB")  # fmt: skip
    found = {word for word in banned if word in text}
    assert found == ({"localStorage"} if path.name == "booth-kept.js" else set())


def test_the_repository_names_no_machine() -> None:
    texts = [*APP.rglob("*.py"), *TEMPLATES, *OUR_STATIC, *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile"]
    machine = re.compile(r"(^|[\s\"'(])/(work|home|root|tmp)/", re.MULTILINE)
    found = [path.name for path in texts if machine.search(path.read_text("utf-8"))]
    assert found == []


def test_every_feature_module_has_its_test_folder() -> None:
    features = {path.parent.name for path in APP.glob("*/routes.py")} | {"box", "tally", "booth"}
    assert {feature for feature in features if not list((ROOT / "tests" / feature).glob("test_*.py"))} <= {"audit"}


NO_FEATURES = {"app.office", "app.web"}
"""Rooms of tools that features share, though they have pages: their parts stand between each other's modules."""


def test_every_module_of_a_feature_has_to_stand_in_a_layer() -> None:
    """A new one that stands in none fails in `make check`; a feature of which no contract says so fails here."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    whole = {name for each in told if each.get("exhaustive") for name in each["containers"]}
    features = {path.parent for name in ("routes.py", "models.py") for path in APP.glob(f"*/{name}")}
    rooms = {path.parent for path in (APP / "rectification").glob("*/*.py")}
    several = {room for room in rooms if len(list(room.glob("*.py"))) > 2}
    assert len(several) > 5
    wanted = {".".join(folder.relative_to(ROOT).parts) for folder in features | several}
    assert wanted - whole - NO_FEATURES == set()
