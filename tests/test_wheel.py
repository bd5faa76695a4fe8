"""A built wheel holds all the product needs: it is installed alone, away from the checkout, and serves the demo."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from tests.found import some
from tests.postgresql import free_port
from tests.servers import wait_for_port

ROOT = Path(__file__).parents[1]
JOINED = ROOT / "app" / "static" / "joined" / "js" / "booth-visit.js"
LARGEST = 40 * 1000**2
"""Most of a wheel is fonts; it has to go through a mailbox or onto a server by a slow line."""
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that has the wheel, and of everything else only the libraries."""
    place = tmp_path_factory.mktemp("wheel")
    # From a copy, because what an earlier build left in the checkout would go into the wheel too.
    source = place / "source"
    for folder in ("app", "migrations"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, source / name)
    wheel = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(place), str(source)]
    subprocess.run(wheel, check=True, cwd=place, timeout=200)
    [built] = place.glob("manyidu-*.whl")
    assert built.stat().st_size <= LARGEST
    environment = place / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=60)
    python = environment / "bin" / "python"
    install = [*PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(built)]
    subprocess.run(install, check=True, timeout=120)
    # A plain line in a .pth file adds the folder but runs none of its own .pth files, so the checkout stays out.
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The demo, served by the installed command from an empty folder."""
    port = free_port()
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("MANYIDU_", "PYTHON"))}
    command = [str(installed / "bin" / "manyidu"), "demo", "--data", str(tmp_path / "data"), "--port", str(port)]
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=tmp_path, env=settings, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_for_port(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_it_works(demo: str, installed: Path, tmp_path: Path) -> None:
    hall = re.search(r"^ *(\S*manyidu) hall --round demo", (tmp_path / "said").read_text("utf-8"), re.MULTILINE)
    assert hall is not None, "what it tells to type next"
    assert Path(hall[1]) == installed / "bin" / "manyidu"
    with httpx.Client(base_url=demo, trust_env=False) as browser:
        entry = browser.get("/v?lang=en")
        assert entry.status_code == 200
        assert "A slip code works only once" in entry.text
        [script] = re.findall(r'src="(/static/js/booth-visit[^"]*)"', entry.text)
        assert browser.get(script).content == JOINED.read_bytes()
        for link in ("/login", "/notices", "/healthz"):
            assert browser.get(link).status_code == 200
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'data' / 'manyidu.sqlite3'}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM round").scalar_one() >= 2
    engine.dispose()


def test_it_runs_its_own_copy(installed: Path, tmp_path: Path) -> None:
    ask = "import app, app.core.migrate as m; print(app.__file__); print(m.MIGRATIONS)"
    said = subprocess.run(
        [installed / "bin" / "python", "-c", ask], check=True, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert all(line.startswith(str(installed)) for line in some(said.stdout.splitlines()))


def test_it_tells_its_version(installed: Path) -> None:
    """Who reports a leak is asked for it."""
    command = [str(installed / "bin" / "manyidu"), "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert said == f"manyidu {tomllib.loads((ROOT / 'pyproject.toml').read_text('utf-8'))['project']['version']}\n"
