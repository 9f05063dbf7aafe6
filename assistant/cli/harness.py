"""``assistant eval`` and ``assistant train``: the harness and the training scripts of a checkout, with their own options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import typer

import assistant
from assistant.errors import ConfigurationError

_ROOT = Path(assistant.__file__).parent.parent


def evaluate(context: typer.Context) -> None:
    """Run the offline evaluation (options: python -m eval --help)."""
    raise typer.Exit(_run_module("eval", context.args))


def train(context: typer.Context) -> None:
    """Train the shipped models anew (options: python -m models.risk.train --help)."""
    raise typer.Exit(_run_module("models.risk.train", context.args))


def _run_module(module: str, arguments: list[str]) -> int:
    """In the folder where the command was given, so that files and settings are the ones that its user means."""
    if not (_ROOT / "eval" / "__main__.py").is_file():
        raise ConfigurationError("evaluation and training live in the repository: run this from a checkout")
    found = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", module, *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": found}, check=False).returncode  # noqa: S603
