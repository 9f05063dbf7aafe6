"""``assistant eval`` and ``assistant train``: the harness and the training scripts of a checkout, with their own options."""

from __future__ import annotations

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
    if not (_ROOT / "eval" / "__main__.py").is_file():
        raise ConfigurationError("evaluation and training live in the repository: run this from a checkout")
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=_ROOT, check=False).returncode  # noqa: S603
