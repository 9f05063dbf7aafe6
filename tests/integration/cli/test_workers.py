"""Several serving processes: they share the work, the metrics and the limits, and one that dies is replaced."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from assistant.settings import Settings
from assistant.types.access import Scope
from assistant.usecases.keys import create_key
from assistant.wiring import administration
from eval.bench.serving import listens
from tests.commands import command
from tests.integration.cli.conftest import environment, wait_until_ready
from tests.processes import forked_from, workers_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several workers share a port evenly on Linux only")


class Running:
    def __init__(self, url: str, data_dir: Path, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.data_dir = data_dir
        self.process = process

    def workers(self) -> set[int]:
        port = int(self.url.rpartition(":")[2])
        return {pid for pid in workers_of(self.process.pid) if listens(pid, port)}

    def client(self, key: str | None = None) -> httpx.Client:
        """A connection of its own for each request, so that the kernel chooses the worker each time."""
        key = key or (self.data_dir / "demo.key").read_text().strip()
        headers = {"authorization": f"Bearer {key}", "connection": "close"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def moderate(self, times: int) -> list[str]:
        with self.client() as client:
            answers = [client.post("/v1/moderate", json={"text": f"hello {at}"}) for at in range(times)]
        assert {answer.status_code for answer in answers} == {200}
        return [answer.json()["id"] for answer in answers]

    def metric(self, pattern: str) -> float:
        with self.client() as client:
            found = re.search(rf"^{pattern} ([0-9.e+]+)$", client.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0.0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def serving(tmp_path: Path, workers: int = 2, *, start_new_session: bool = False) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data_dir = tmp_path / "data"
    log = tmp_path / "serve.log"
    env = environment(data_dir) | {"ASSISTANT_PORT": str(port)}
    program = [sys.executable, "-m", "assistant.cli", "serve", "--workers", str(workers)]
    with log.open("w") as sink:
        process = subprocess.Popen(
            program, env=env, stdout=sink, stderr=sink, text=True, start_new_session=start_new_session
        )
    running = Running(f"http://127.0.0.1:{port}", data_dir, process)
    try:
        wait_until_ready(running.url, process, log)
        eventually(lambda: len(running.workers()) == (workers if workers > 1 else 0))
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def both_answer(running: Running) -> None:
    """Each worker keeps its own files of metrics, made with its first request."""
    metrics = next(running.data_dir.glob("workers-*")) / "metrics"

    def counted() -> bool:
        running.moderate(1)
        written = {int(path.stem.rpartition("_")[2]) for path in metrics.glob("counter_*.db")}
        return running.workers() <= written

    eventually(counted)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two processes, for those tests that leave two behind."""
    with serving(tmp_path_factory.mktemp("workers")) as running:
        yield running


def test_two_processes_answer_and_one_that_is_killed_is_replaced_with_nothing_lost(running):
    both_answer(running)
    before = running.metric(r'assistant_decisions_total\{action="allow",community="demo"\}')
    stored = running.moderate(40)
    first, second = running.workers()
    os.kill(first, signal.SIGKILL)
    stored += running.moderate(10)
    eventually(lambda: len(running.workers()) == 2 and first not in running.workers())
    assert second in running.workers()
    both_answer(running)
    with running.client() as client:
        for identifier in stored:
            assert client.get(f"/v1/decisions/{identifier}").status_code == 200
    after = running.metric(r'assistant_decisions_total\{action="allow",community="demo"\}')
    assert after >= before + 50


def test_what_the_workers_are_forked_from_may_die_and_nobody_serves_on_unseen(running):
    both_answer(running)
    old, (server,) = running.workers(), forked_from(running.process.pid)
    os.kill(server, signal.SIGKILL)
    eventually(lambda: not any(map(alive, old)), 60)
    eventually(lambda: len(running.workers()) == 2, 60)
    assert forked_from(running.process.pid).isdisjoint({server})
    both_answer(running)


def test_numeric_libraries_use_one_thread_in_each_worker(running):
    """The workers have the environment of what they are forked from."""
    (server,) = forked_from(running.process.pid)
    given = Path(f"/proc/{server}/environ").read_bytes().split(b"\0")
    assert {b"OMP_NUM_THREADS=1", b"OPENBLAS_NUM_THREADS=1"} <= set(given)


def test_metrics_are_sums_over_the_workers_dead_ones_included(running):
    both_answer(running)
    name = r'assistant_requests_total\{method="POST",route="/v1/moderate",status="200"\}'
    before = running.metric(name)
    running.moderate(30)
    assert {running.metric(name) for _ in range(8)} == {before + 30}
    os.kill(running.workers().pop(), signal.SIGKILL)
    eventually(lambda: len(running.workers()) == 2)
    assert running.metric(name) == before + 30
    assert running.metric("assistant_writer_waiting") == 0


def test_a_limit_holds_over_all_workers(running):
    with administration(Settings(data_dir=running.data_dir)) as database:
        made = create_key(database, scope=Scope.PLATFORM, community="demo", requests_per_minute=60)
    with running.client(made.secret) as client:
        began = time.monotonic()
        statuses = [client.post("/v1/moderate", json={"text": "hi", "store": False}).status_code for _ in range(120)]
        assert set(statuses) == {200, 429}
        assert 60 <= statuses.count(200) <= 61 + (time.monotonic() - began)


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGTERM), (2, signal.SIGINT)])
def test_stopping_is_clean_and_takes_the_database_along(tmp_path, workers, number):
    with serving(tmp_path, workers) as running:
        running.moderate(5)
        family = [running.process.pid, *running.workers()]
        postmaster = int((tmp_path / "data/postgres/data/postmaster.pid").read_text().splitlines()[0])
        running.process.send_signal(number)
        assert running.process.wait(15) == 0
        assert not any(map(alive, [*family, postmaster]))
        assert not list(running.data_dir.glob("workers-*"))
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def test_told_all_at_once_nobody_is_taken_for_dead(tmp_path):
    """As Ctrl-C and ``timeout`` do, while a request still has to end."""
    with serving(tmp_path, start_new_session=True) as running:
        port = int(running.url.rpartition(":")[2])
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
        for one in slow:
            one.sendall(b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        time.sleep(0.3)
        os.killpg(running.process.pid, signal.SIGINT)
        time.sleep(1.5)
        for one in slow:
            one.close()
        assert running.process.wait(30) == 0
    said = (tmp_path / "serve.log").read_text()
    for words in ("died", "replaced", "begun again", "Traceback"):
        assert words not in said


def test_told_to_stop_while_it_starts_it_serves_nobody_first(tmp_path):
    """Its workers would hear nothing of it, and go on until they are killed."""
    data_dir = tmp_path / "data"
    program = [sys.executable, "-m", "assistant.cli", "serve", "--workers", "2", "--port", "0"]
    with (tmp_path / "serve.log").open("w") as sink:
        process = subprocess.Popen(program, env=environment(data_dir), stdout=sink, stderr=sink)
    family: set[int] = set()
    eventually((data_dir / "postgres/data/postmaster.pid").exists, 60)
    family |= forked_from(process.pid)
    process.terminate()
    while process.poll() is None:
        family |= workers_of(process.pid)
        time.sleep(0.02)
    assert process.returncode == 0
    assert len(family) <= 2, "what the workers are forked from, and the outbox's"
    eventually(lambda: not any(map(alive, family)), 5)
    assert not list(data_dir.glob("workers-*"))


def test_a_killed_parent_leaves_nobody_serving(tmp_path):
    with serving(tmp_path) as running:
        family = running.workers()
        running.process.kill()
        running.process.wait()
        eventually(lambda: not any(map(alive, family)), 15)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{running.url}/health/live", trust_env=False)


def test_a_port_in_use_is_told_by_a_second_service(running, tmp_path):
    env = environment(tmp_path / "other") | {"ASSISTANT_PORT": running.url.rpartition(":")[2]}
    second = command("serve", "--workers", "2", env=env)
    assert second.returncode == 4
    assert "cannot listen" in second.stderr


def test_workers_that_cannot_start_say_why_and_end_the_service(tmp_path):
    env = environment(tmp_path / "data") | {"ASSISTANT_RISK_MODEL": str(tmp_path / "nothing"), "ASSISTANT_PORT": "0"}
    program = [sys.executable, "-m", "assistant.cli", "serve", "--workers", "2"]
    ended = subprocess.run(program, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 4
    assert "nothing" in ended.stderr
    assert "Traceback" not in ended.stderr
