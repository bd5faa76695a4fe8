"""Docker cannot run where the tests run, so at least its steps are held against the tree."""

import re
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


def test_it_runs_commands_that_exist_and_not_as_root() -> None:
    commands = set(get_command(cli).commands)  # type: ignore[attr-defined]
    called = [re.findall(r'"([^"]+)"', line) for line in LINES if line.startswith(("CMD", "HEALTHCHECK"))]
    assert {words[0] if words[0] in commands else words[1] for words in called} == {"serve", "healthy"}
    assert [line for line in LINES if line.startswith("USER")] == ["USER manyidu"]
    assert LINES.index("USER manyidu") < next(at for at, line in enumerate(LINES) if line.startswith("ENTRYPOINT"))


def test_it_installs_by_hash() -> None:
    assert any("--require-hashes -r requirements.lock" in line for line in LINES)
