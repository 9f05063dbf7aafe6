"""Screening in threads that are quick: one at a time is at work, and another takes over once it is not."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from assistant.types import Message
from assistant.usecases import screening_threads
from assistant.usecases.screening_threads import MAX_BATCH, SLOW_S, NotScreened, ScreeningThreads


class Screener:
    """Answers each message with its text, after ``each_s`` a batch; ``stall`` waits until ``go``."""

    def __init__(self, each_s: float = 0.0) -> None:
        self.go = threading.Event()
        self.batches: list[tuple[str, ...]] = []
        self.threads: set[int] = set()
        self._each_s = each_s

    def screen_batch(self, messages: Sequence[Message]) -> list[Any]:
        texts = tuple(message.text for message in messages)
        self.batches.append(texts)
        self.threads.add(threading.get_ident())
        if "stall" in texts:
            self.go.wait(20)
        time.sleep(self._each_s)
        return list(texts)


@pytest.fixture
def threads():
    made = ScreeningThreads(threads=3)
    yield made
    made.stop()


async def ask(threads: ScreeningThreads, screener: Screener, *texts: str, within_s: float = 5.0) -> list[Any]:
    return await asyncio.gather(
        *(threads.screen(screener, Message(text), within_s) for text in texts),  # type: ignore[arg-type]
        return_exceptions=True,
    )


def test_what_comes_while_a_thread_is_quick_is_its_next_batch(threads, monkeypatch):
    monkeypatch.setattr(screening_threads, "SLOW_S", 10.0)
    screener = Screener(each_s=0.05)
    texts = [str(number) for number in range(40)]
    found = asyncio.run(ask(threads, screener, *texts))
    assert [decision for decision, _ in found] == texts
    assert len(screener.threads) == 1
    assert max(map(len, screener.batches)) == MAX_BATCH
    assert len(screener.batches) <= 4, "the first may have been taken before the others came"


def test_one_alone_behind_a_stalled_message_is_taken_by_another_thread_soon(threads):
    """Nobody else comes who would have the queue looked at."""
    screener = Screener()

    async def run() -> None:
        first = asyncio.create_task(ask(threads, screener, "stall", within_s=0.3))
        while not screener.batches:
            await asyncio.sleep(0.001)
        began = time.monotonic()
        ((decision, _),) = await ask(threads, screener, "fine")
        assert decision == "fine"
        assert time.monotonic() - began < SLOW_S * 2 + 0.25
        (late,) = await first
        assert isinstance(late, NotScreened)

    asyncio.run(run())
    screener.go.set()
    assert len(screener.threads) == 2


def test_slow_batches_are_screened_side_by_side(threads):
    screener = Screener(each_s=SLOW_S * 10)

    async def run() -> float:
        began = time.monotonic()
        await asyncio.gather(*(late(number) for number in range(3)))
        return time.monotonic() - began

    async def late(number: int) -> None:
        await asyncio.sleep(SLOW_S * 2 * number)
        await ask(threads, screener, str(number))

    assert asyncio.run(run()) < SLOW_S * 25
    assert len(screener.threads) == 3


def test_every_loop_is_answered_on_its_own(threads):
    screener = Screener()
    for text in ("one", "two", "three"):
        ((decision, _),) = asyncio.run(ask(threads, screener, text))
        assert decision == text
