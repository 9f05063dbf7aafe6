"""Files that a command writes at its end: refused at its beginning where they could not be written."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.errors import InvalidInput


def check_writable(path: Path, option: str) -> None:
    """Raises: InvalidInput, naming the option."""
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise InvalidInput(field=option, problem=f"{path} cannot be written")


def write(path: Path, content: str, option: str) -> None:
    """Raises: InvalidInput, naming the option."""
    try:
        path.write_text(content, "utf-8")
    except OSError as error:
        raise InvalidInput(field=option, problem=f"{path} cannot be written: {error.strerror}") from None
