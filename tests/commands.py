"""``assistant`` as a user runs it, a process of its own each time, forked from one that has imported the program already: importing it
takes longer than most commands run."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from assistant.cli.app import COMMANDS, main

for name in sorted({command.module for command in COMMANDS.values()}):
    import_module(f"assistant.cli.{name}")

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])
_STREAMS = ("stdin", "stdout", "stderr")


def command(
    *arguments: str,
    env: dict[str, str],
    stdin: str | None = None,
    cwd: Path | None = None,
    timeout: float = 120,
    program: Callable[[], None] = main,
) -> CompletedProcess[str]:
    """As ``subprocess.run`` would have it, its output captured. ``program`` is what runs, by its name in a module."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, name) for name in _STREAMS}
        files["stdin"].write_text(stdin or "", "utf-8")
        process = _FORKS.Process(target=_be_assistant, args=(program, arguments, env, cwd or Path.cwd(), files))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(["assistant", *arguments], timeout)
        out, err = (files[name].read_text("utf-8") for name in ("stdout", "stderr"))
        return CompletedProcess(["assistant", *arguments], process.exitcode, out, err)


def _be_assistant(
    program: Callable[[], None], arguments: tuple[str, ...], env: dict[str, str], cwd: Path, files: dict[str, Path]
) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    for number, name in enumerate(_STREAMS):
        opened = os.open(files[name], os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
        setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
    sys.argv = ["assistant", *arguments]
    program()
