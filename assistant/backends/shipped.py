"""Where shipped artefacts lie: inside the installed package, or in the repository beside it."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import ModelError

_PACKAGE = Path(__file__).parents[1]


def is_shipped(*names: str) -> bool:
    """Whether this build holds all of the artefacts."""
    try:
        return all(shipped(name).is_dir() for name in names)
    except ModelError:
        return False


def shipped(name: str) -> Path:
    """The folder of the artefact ``name`` (``models/risk``).

    Raises:
        ModelError: it is in neither place.
    """
    installed, checkout = _PACKAGE / "_shipped" / name, _PACKAGE.parent / name / "weights"
    for folder in (installed, checkout):
        if folder.is_dir():
            return folder
    raise ModelError(f"{name} is not installed: looked in {installed} and {checkout}")
