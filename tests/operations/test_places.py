"""A data folder that cannot be used is named before anything is tried in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.operations import places


def at(data: Path) -> Settings:
    return Settings(data=data, MANYIDU_DATABASE_URL="")


def test_it_works(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    assert places.made(at(data)) == data
    assert (data / "keys").stat().st_mode & 0o777 == 0o700
    assert places.made(at(data)) == data


def a_file(place: Path) -> Path:
    (place / "data").write_text("")
    return place / "data"


def below_a_file(place: Path) -> Path:
    return a_file(place) / "deeper"


def keys_a_file(place: Path) -> Path:
    (place / "keys").write_text("")
    return place


def nowhere(_: Path) -> Path:
    return Path("/proc/manyidu")


@pytest.mark.parametrize("make", [a_file, below_a_file, keys_a_file, nowhere])
def test_it_refuses_what_cannot_be_written(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    data = make(tmp_path)
    with pytest.raises(SettingsError) as refused:
        places.made(at(data))
    assert f"MANYIDU_DATA={data}: the folder {data}" in str(refused.value)
    assert "for example MANYIDU_DATA=/srv/manyidu/data" in str(refused.value)


def test_it_refuses_a_file_that_cannot_be_written_before_anything_is_read_for_it(tmp_path: Path) -> None:
    places.check_target(tmp_path / "b.tar.gz", "x")
    for target in (tmp_path / "no" / "b.tar.gz", tmp_path, a_file(tmp_path) / "b.tar.gz"):
        with pytest.raises(SettingsError, match=r"for example /srv/b\.tar\.gz") as refused:
            places.check_target(target, "/srv/b.tar.gz")
        assert str(refused.value).startswith(f"{target}: ")


def test_it_refuses_a_folder_that_it_may_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who may do anything: what the system would answer is given."""
    monkeypatch.setattr("os.access", lambda folder, _: folder == tmp_path)
    with pytest.raises(SettingsError, match=f"may not write in the folder {tmp_path}/keys"):
        places.made(at(tmp_path))
