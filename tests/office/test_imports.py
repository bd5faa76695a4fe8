"""What draws and typesets is loaded where that is done: the service starts without it, and without what migrates.

An opening starts without what serves pages, the making of a key without a database.
"""

import subprocess
import sys
from pathlib import Path

from app.box import key_making

HEAVY = {
    "matplotlib",
    "openpyxl",
    "docx",
    "docxtpl",
    "typst",
    "pypdf",
    "xlsxwriter",
    "PIL",
    "lxml",
    "fontTools",
    "numpy",
    "holidays",
    "alembic",
    "mako",
    "puremagic",
    "pygments",
    "rich",
}
PAGES = {"fastapi", "jinja2", "babel", "httpx", "uvicorn", "multipart"}
SERVICE = "app.main, app.operations.schema, app.operations.welcome"


def loaded_with(modules: str) -> set[str]:
    """Return what a process that imports these modules has loaded."""
    say = f"import sys, {modules}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True).stdout.split())


def test_the_service_loads_nothing_that_draws() -> None:
    said = loaded_with(SERVICE)
    assert {"fastapi", "jinja2"} <= said
    assert said & HEAVY == set()


def test_a_service_on_an_embedded_database_loads_no_driver_of_another(tmp_path: Path) -> None:
    """Nine of its 130 megabytes were PostgreSQL's."""
    say = f"""
from pathlib import Path
from app.core.settings import Settings
from app.main import create_app
from app.operations.schema import bring_up_to_date
settings = Settings(data=Path({str(tmp_path)!r}), MANYIDU_DATABASE_URL="")
bring_up_to_date(settings)
create_app(settings)
print(*{{name.partition(".")[0] for name in __import__("sys").modules}})
"""
    said = subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True).stdout.split()
    assert "sqlite3" in said
    assert "psycopg" not in said


def test_an_opening_loads_nothing_that_serves_pages() -> None:
    said = loaded_with("app.operations.opening_process, app.operations.opening_room")
    assert "sqlalchemy" in said
    assert said & (PAGES | HEAVY - {"numpy"}) == set()


def test_the_making_of_a_key_loads_no_database() -> None:
    module = key_making.CRAFT.maker.partition(":")[0]
    said = loaded_with(f"app.office.workshop_child, {module}")
    assert "shamir_mnemonic" in said
    assert said & ({"sqlalchemy", "pydantic", "psycopg"} | PAGES | HEAVY) == set()
