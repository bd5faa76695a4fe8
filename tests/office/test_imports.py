"""What draws and typesets is loaded where that is done: the service starts without it, and without what migrates."""

import subprocess
import sys

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
    "pygments",
    "rich",
}
STARTED = "import sys, app.main, app.operations.schema, app.operations.welcome"
SAY = f"{STARTED}; print(*{{name.partition('.')[0] for name in sys.modules}})"


def test_the_service_loads_nothing_that_draws() -> None:
    said = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True).stdout.split()
    assert "fastapi" in said
    assert set(said) & HEAVY == set()
