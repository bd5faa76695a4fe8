"""Docker cannot run where the tests run, so at least its steps are held against the tree."""

import re
import subprocess
import sys
from pathlib import Path

from typer.main import get_command

from app.__main__ import cli

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()


def test_what_it_copies_is_there() -> None:
    copied = [line.split()[1:-1] for line in LINES if line.startswith("COPY") and "--from" not in line]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists()
        assert name not in ignored


def test_what_it_copies_can_be_installed(tmp_path: Path) -> None:
    """As its build does: without ``setup.py`` nothing says which folders are the package, and no image was built."""
    for line in LINES[: LINES.index("FROM python:3.12-slim")]:
        for name in line.split()[1:-1] if line.startswith("COPY") else ():
            (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "made").mkdir()
    told = "from setuptools import build_meta; print(build_meta.prepare_metadata_for_build_editable('made'))"
    said = subprocess.run([sys.executable, "-c", told], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "made" / said.stdout.split()[-1] / "METADATA").exists()


def test_it_runs_commands_that_exist_and_not_as_root() -> None:
    commands = set(get_command(cli).commands)  # type: ignore[attr-defined]
    called = [re.findall(r'"([^"]+)"', line) for line in LINES if line.startswith(("CMD", "HEALTHCHECK"))]
    assert {words[0] if words[0] in commands else words[1] for words in called} == {"serve", "healthy"}
    assert [line for line in LINES if line.startswith("USER")] == ["USER manyidu"]
    assert LINES.index("USER manyidu") < next(at for at, line in enumerate(LINES) if line.startswith("ENTRYPOINT"))


def test_it_installs_by_hash() -> None:
    assert any("--require-hashes -r requirements.lock" in line for line in LINES)
