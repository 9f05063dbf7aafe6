"""The command line as a user runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands import command

Run = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Service:
    url: str
    data_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]

    @property
    def key(self) -> str:
        return (self.data_dir / "demo.key").read_text().strip()


def environment(data_dir: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    return kept | {"ASSISTANT_DATA_DIR": str(data_dir), "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs ``assistant`` with a data folder of the test's own."""

    def call(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return command(*arguments, env=environment(tmp_path / "data"), cwd=tmp_path, **options)  # type: ignore[arg-type]

    return call


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """``assistant serve`` with the embedded database and the demo community."""
    data_dir = tmp_path_factory.mktemp("service") / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = environment(data_dir) | {"ASSISTANT_PORT": str(port)}
    log = data_dir.with_name("serve.log")
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", "serve"], env=env, stdout=sink, stderr=sink, text=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, process, log)
        yield Service(url, data_dir, env, process)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)


def wait_until_ready(url: str, process: subprocess.Popen[str], log: Path, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())
