"""The data folder, made and tried before anything is started."""

from __future__ import annotations

import tempfile
from pathlib import Path

from assistant.errors import ConfigurationError


def ready_folder(folder: Path) -> None:
    """There (mode 0700), and to be written.

    Raises:
        ConfigurationError: it is not; the message names the setting.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as tried:
            tried.write(b"\0")
    except OSError as error:
        raise ConfigurationError(
            f"data_dir is {folder}, which cannot be written{_owner(folder)}: {error.strerror}. "
            "Set ASSISTANT_DATA_DIR to a folder of your own with room in it."
        ) from None


def _owner(folder: Path) -> str:
    try:
        return f" (it belongs to {folder.owner()})"
    except (OSError, KeyError):
        return ""
