"""When the outbox's worker is begun again, and what is said of it."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest
import structlog

from assistant.cli import outbox_process
from assistant.cli.outbox_process import OutboxProcess
from assistant.settings import Settings


class Ended:
    """A process that is over as soon as it began, unless ``exitcode`` is None: then when it is told."""

    pid = 1

    def __init__(self, exitcode: int | None) -> None:
        self.exitcode = exitcode

    def start(self) -> None:
        pass

    def join(self, _: float | None = None) -> None:
        time.sleep(0.01)

    def terminate(self) -> None:
        self.exitcode = 0


class Starting:
    def __init__(self, *exitcodes: int) -> None:
        self._exitcodes = list(exitcodes)
        self.begun = 0

    def Process(self, **_: Any) -> Ended:  # noqa: N802 - a context's own name for it
        self.begun += 1
        return Ended(self._exitcodes.pop(0) if self._exitcodes else None)


def watched(starting: Starting, seconds: float = 0.3) -> list[dict[str, Any]]:
    """What was logged meanwhile."""
    outbox = OutboxProcess(Settings(), starting)  # type: ignore[arg-type]
    with structlog.testing.capture_logs() as said:
        outbox.start()
        time.sleep(seconds)
        outbox.stop()
    return list(said)


@pytest.mark.parametrize("exitcode", [0, -signal.SIGTERM, -signal.SIGINT])
def test_one_that_was_told_with_all_others_is_not_missed(exitcode: int) -> None:
    starting = Starting(exitcode)
    assert watched(starting) == []
    assert starting.begun == 1


@pytest.mark.parametrize("exitcode", [0, -signal.SIGTERM])
def test_one_that_was_told_alone_is_begun_again(monkeypatch: pytest.MonkeyPatch, exitcode: int) -> None:
    monkeypatch.setattr(outbox_process, "_TOLD_S", 0.05)
    starting = Starting(exitcode)
    (said,) = watched(starting)
    assert "begun again" in said["event"]
    assert said["log_level"] == "warning"
    assert starting.begun == 2


@pytest.mark.parametrize("exitcode", [1, 4, -signal.SIGKILL, -signal.SIGSEGV])
def test_one_that_died_is_replaced_and_said_to_have_died(monkeypatch: pytest.MonkeyPatch, exitcode: int) -> None:
    monkeypatch.setattr(outbox_process, "_PAUSE_S", 0.05)
    starting = Starting(exitcode)
    (said,) = watched(starting)
    assert "died" in said["event"]
    assert said["exitcode"] == exitcode
    assert starting.begun == 2
