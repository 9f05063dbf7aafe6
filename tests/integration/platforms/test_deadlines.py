"""Whatever stalls, a platform that waits is answered inside its deadline, with the connection's fail mode, and says that it is degraded."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.backends.ngram import NgramClassifier
from assistant.platforms import PLATFORMS as KNOWN
from assistant.store.embedded import EmbeddedServer
from assistant.store.schema import migrate
from assistant.text import Normalised
from assistant.types import FailMode, ModelRef, Verdict
from tests.integration.platforms.before_send import PLATFORMS, Asking
from tests.integration.platforms.conftest import ADVERT, CLEAN
from tests.live_service import Service, running

SLACK_S = 0.35
"""For the test's own client, the machine's other work, and the loop's wait for its turn beside threads that never rest."""
ASKED_AT_ONCE = 6


class Stalling:
    """The shipped model, until it is told to sleep or to loop in pure Python; then it does so until it is told to go on."""

    def __init__(self) -> None:
        self._model = NgramClassifier.load()
        self.how: str | None = None
        self.released = threading.Event()

    @property
    def ref(self) -> ModelRef:
        return self._model.ref

    @property
    def quick(self) -> bool:
        return False

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        if self.how == "sleep":
            self.released.wait(60)
        while self.how == "loop" and not self.released.is_set():
            sum(range(1000))
        return self._model.classify(texts)

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return self._model.evidence(text, label)

    @contextlib.contextmanager
    def stalled(self, how: str) -> Iterator[None]:
        self.released.clear()
        self.how = how
        try:
            yield
        finally:
            self.how = None
            self.released.set()


class Stand:
    """A service over a PostgreSQL of its own, which may be stopped, with one connection of every platform that waits, per fail mode."""

    def __init__(self, service: Service, model: Stalling, folder: Path) -> None:
        self.service, self.model, self.folder = service, model, folder
        self.community = service.community()
        self.client = service.client()
        self.asking = {
            mode: {name: make(service, self.community, self.client, mode) for name, make in PLATFORMS.items()}
            for mode in FailMode
        }
        for asking in self.asking[FailMode.OPEN].values():
            assert asking.allowed(asking.ask(CLEAN)), asking.name

    @contextlib.contextmanager
    def postgres_stopped(self) -> Iterator[None]:
        """SIGSTOP to every process of the server: connections stay open, and nothing answers any more."""
        processes = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and self._is_ours(path)]
        assert processes
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _is_ours(self, process: Path) -> bool:
        try:
            inside = (process / "cwd").readlink().is_relative_to(self.folder)
            return inside and "postgres" in (process / "exe").readlink().name
        except OSError:
            return False


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deadlines")
    server = EmbeddedServer(folder)
    urls = server.start()
    try:
        migrate(urls.owner, urls.app)
        model = Stalling()
        with running(urls.app, folder, classifier=model) as service:
            stand = Stand(service, model, folder)
            yield stand
            stand.client.close()
    finally:
        server.stop()


def timed(asking: Asking, text: str = CLEAN) -> tuple[bool, float]:
    began = time.monotonic()
    answer = asking.ask(text)
    seconds = time.monotonic() - began
    assert answer.status_code == 200, answer.text
    return asking.allowed(answer), seconds


def check_fail_modes(stand: Stand) -> None:
    every = [(mode, asking) for mode in FailMode for asking in stand.asking[mode].values()]
    with ThreadPoolExecutor(len(every)) as pool:
        answers = list(pool.map(lambda one: timed(one[1]), every))
    for (mode, asking), (allowed, seconds) in zip(every, answers, strict=True):
        assert allowed is (mode is not FailMode.CLOSED), f"{asking.name} {mode}"
        assert seconds < asking.deadline_s * 0.8 + SLACK_S, f"{asking.name} {mode}: {seconds:.2f} s"
        assert seconds < asking.deadline_s, f"{asking.name} {mode}: {seconds:.2f} s"


def test_every_platform_that_waits_is_tried_here() -> None:
    waits = {one.name for one in KNOWN.values() if one.capabilities.verdicts - {Verdict.ALLOW}}
    assert waits == set(PLATFORMS)


@pytest.mark.parametrize("how", ["sleep", "loop"])
def test_with_the_model_stalled(stand: Stand, how: str) -> None:
    with stand.model.stalled(how):
        check_fail_modes(stand)
        closed = stand.asking[FailMode.CLOSED]["webhooks"]
        threads = stand.service.assistant.threads
        for _ in range(threads.threads):
            if threads.stuck == threads.threads:
                break
            assert closed.ask(CLEAN).json()["degraded"], "each takes one more thread with it"
        began = time.monotonic()
        assert closed.ask(CLEAN).json()["verdict"] == "reject"
        assert time.monotonic() - began < SLACK_S + 0.2, "with every thread stuck nobody waits for one"
        assert threads.stuck == threads.threads
    deadline = time.monotonic() + 10
    while stand.service.assistant.threads.stuck and time.monotonic() < deadline:
        time.sleep(0.05)
    answer = stand.asking[FailMode.CLOSED]["webhooks"].ask(CLEAN).json()
    assert (answer["verdict"], answer["degraded"]) == ("allow", False), "it goes on as if nothing had been"


def test_with_the_connection_pool_exhausted(stand: Stand) -> None:
    database = stand.service.assistant.database
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(database.transaction(None))
        for mode in FailMode:
            for asking in stand.asking[mode].values():
                allowed, seconds = timed(asking)
                assert allowed, "deciding and storing need no connection of the pool"
                assert seconds < asking.deadline_s * 0.8


def test_with_postgresql_stopped(stand: Stand) -> None:
    answered = []
    with stand.postgres_stopped():
        check_fail_modes(stand)
        webhooks = stand.asking[FailMode.OPEN]["webhooks"]
        advert = webhooks.ask(ADVERT).json()
        assert (advert["verdict"], advert["degraded"]) == ("reject", True), "what was found stands"
        clean = webhooks.ask(CLEAN).json()
        assert (clean["verdict"], clean["degraded"]) == ("allow", True)
        answered = [advert["decision_id"], clean["decision_id"]]
        with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
            seconds = [one[1] for one in pool.map(lambda _: timed(webhooks), range(ASKED_AT_ONCE))]
        assert max(seconds) < 3.0 * 0.8 + SLACK_S
        assert stand.service.assistant.journal.waiting
    with stand.service.client(stand.service.key(community=stand.community)) as operator:
        deadline = time.monotonic() + 30
        while stand.service.assistant.journal.waiting and time.monotonic() < deadline:
            time.sleep(0.1)
        for decision_id in answered:
            stored = operator.get(f"/v1/decisions/{decision_id}")
            assert stored.status_code == 200, "the journal was replayed"
            assert "store" in stored.json()["degraded_stages"]
        listed = operator.get("/v1/decisions", params={"limit": 200}).json()["decisions"]
        assert len({one["id"] for one in listed}) == len(listed)
