"""A data folder that is not there yet, or will not do, whatever the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.cli.data_folder import ready_folder
from assistant.cli.exits import Exit
from assistant.errors import ConfigurationError
from assistant.store.vault import open_vault
from tests.integration.cli.conftest import Run


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    ready_folder(folder)
    ready_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not list(folder.iterdir())


@pytest.mark.parametrize("place", ["file", "file/below", "/sys/none", "/proc/none"])
def test_one_that_cannot_be_made_is_told_by_its_setting(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"data_dir is .* cannot be written.*ASSISTANT_DATA_DIR"):
        ready_folder(tmp_path / place)
    with pytest.raises(ConfigurationError, match=r"secret\.key cannot be"):
        open_vault(tmp_path / place, None)


@pytest.mark.parametrize("command", [("serve", "--workers", "2"), ("serve", "--workers", "1"), ("worker",)])
def test_no_command_ends_in_the_unexpected(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "data").touch()
    done = run(*command, *(("--port", "0") if command[0] == "serve" else ()))
    assert done.returncode == Exit.CANNOT_START
    assert "ASSISTANT_DATA_DIR" in done.stderr
    assert "should not have happened" not in done.stderr


def test_the_doctor_says_what_it_found_of_everything_else(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    done = run("doctor")
    assert done.returncode == Exit.CANNOT_START
    assert "should not have happened" not in done.stderr
    for check in ("port", "disk", "database", "model", "clock", "connections"):
        assert f" {check} " in done.stdout


def test_a_command_elsewhere_says_that_it_made_a_database(run: Run, tmp_path: Path) -> None:
    first, second = (run("communities", "list") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "a new, empty database was made" in first.stderr
    assert str(tmp_path / "data") in first.stderr
    assert "was made" not in second.stderr
