"""Screening in a few threads: a stalled one holds up nobody else, and once all are stuck everybody is told at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from assistant.types import Message
from assistant.usecases import screening_threads
from assistant.usecases.screening_threads import MAX_BATCH, NotScreened, ScreeningThreads

AT_ONCE = 0.25
STUCK = 0.15
LONG = 10.0


class Screener:
    """Says what it was given. ``stall`` waits until ``release``; ``boom`` fails."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.batches: list[list[str]] = []
        self.running = self.most = 0
        self._lock = threading.Lock()

    def screen_batch(self, messages: Sequence[Message]) -> list[str]:
        texts = [message.text for message in messages]
        with self._lock:
            self.batches.append(texts)
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            if any(text.startswith("stall") for text in texts):
                assert self.release.wait(30)
            if "boom" in texts:
                raise ValueError("boom")
            return [f"{text}!" for text in texts]
        finally:
            with self._lock:
                self.running -= 1


@pytest.fixture
def screener(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(screening_threads, "STUCK_S", STUCK)
    screener = Screener()
    yield screener
    screener.release.set()


async def ask(threads: ScreeningThreads, screener: Screener, text: str, within_s: float = LONG) -> str:
    decision, each_ms = await threads.screen(screener, Message(text), within_s)
    assert each_ms >= 0
    return decision


async def stall(threads: ScreeningThreads, screener: Screener, number: int) -> None:
    """So many threads are stalled, one after the other, and known to be stuck."""
    for count in range(1, number + 1):
        with pytest.raises(NotScreened):
            await ask(threads, screener, f"stall{count}", STUCK)
        for _ in range(100):
            if threads.stuck == count:
                break
            await asyncio.sleep(0.02)
        assert threads.stuck == count


def test_everybody_gets_their_own_answer(screener: Screener) -> None:
    async def main() -> list[str]:
        threads = ScreeningThreads(threads=3)
        try:
            return await asyncio.gather(*(ask(threads, screener, f"m{n}") for n in range(200)))
        finally:
            threads.stop()

    assert asyncio.run(main()) == [f"m{n}!" for n in range(200)]
    assert screener.most <= 3
    assert max(map(len, screener.batches)) <= MAX_BATCH


def test_whoever_stalls_is_answered_in_their_time(screener: Screener) -> None:
    async def main() -> float:
        threads = ScreeningThreads(threads=2)
        began = time.monotonic()
        with pytest.raises(NotScreened):
            await ask(threads, screener, "stall", 0.1)
        return time.monotonic() - began

    assert 0.09 < asyncio.run(main()) < 0.1 + AT_ONCE


def test_a_stalled_thread_holds_up_nobody_else(screener: Screener) -> None:
    async def main() -> None:
        threads = ScreeningThreads(threads=2)
        await stall(threads, screener, 1)
        for number in range(20):
            assert await ask(threads, screener, f"m{number}", 2.0) == f"m{number}!"

    asyncio.run(main())


def test_what_waits_behind_a_slow_one_is_taken_over_before_that_is_stuck(screener: Screener) -> None:
    async def main() -> float:
        threads = ScreeningThreads(threads=2)
        slow = asyncio.create_task(ask(threads, screener, "stall"))
        while not screener.running:
            await asyncio.sleep(0.001)
        began = time.monotonic()
        assert await ask(threads, screener, "m", 5.0) == "m!"
        passed = time.monotonic() - began
        screener.release.set()
        await slow
        threads.stop()
        return passed

    assert asyncio.run(main()) < screening_threads.SLOW_S + AT_ONCE


def test_never_more_threads_than_that_and_once_all_are_stuck_everybody_is_told_at_once(screener: Screener) -> None:
    async def main() -> None:
        before = threading.active_count()
        threads = ScreeningThreads(threads=3)
        await stall(threads, screener, 3)
        began = time.monotonic()
        for _ in range(50):
            with pytest.raises(NotScreened):
                await ask(threads, screener, "m")
        assert time.monotonic() - began < AT_ONCE, "nobody waited for a thread"
        assert screener.running == screener.most == 3
        assert threading.active_count() <= before + 3, "threads of tests before may have ended meanwhile"

    asyncio.run(main())
    assert not any("m" in batch for batch in screener.batches)


def test_it_recovers_and_screens_nothing_for_those_who_left(screener: Screener) -> None:
    async def main() -> None:
        threads = ScreeningThreads(threads=2)
        await stall(threads, screener, 1)
        patient = asyncio.create_task(ask(threads, screener, "stall, but patiently"))
        for _ in range(100):
            if screener.running == 2:
                break
            await asyncio.sleep(0.005)
        with pytest.raises(NotScreened):
            await ask(threads, screener, "impatient", 0.05)  # queued: the second is not known to be stuck yet
        for _ in range(100):
            if threads.stuck == 2:
                break
            await asyncio.sleep(0.02)
        with pytest.raises(NotScreened):
            await ask(threads, screener, "told at once")
        screener.release.set()
        assert await patient == "stall, but patiently!"
        for _ in range(100):
            if threads.stuck == 0:
                break
            await asyncio.sleep(0.02)
        assert await asyncio.gather(*(ask(threads, screener, f"m{n}") for n in range(10))) == [
            f"m{n}!" for n in range(10)
        ]
        threads.stop()

    asyncio.run(main())
    seen = {text for batch in screener.batches for text in batch}
    assert "impatient" not in seen
    assert "told at once" not in seen


def test_one_that_fails_in_a_batch_hurts_no_other(screener: Screener) -> None:
    async def main() -> list[object]:
        threads = ScreeningThreads(threads=1)
        first = asyncio.create_task(ask(threads, screener, "stall"))
        await asyncio.sleep(0.05)
        texts = ["a", "b", "boom", "c", "d"]
        rest = [asyncio.create_task(ask(threads, screener, text)) for text in texts]
        await asyncio.sleep(0)
        screener.release.set()
        assert await first == "stall!"
        found = await asyncio.gather(*rest, return_exceptions=True)
        assert await ask(threads, screener, "after") == "after!", "its thread goes on"
        threads.stop()
        return found

    found = asyncio.run(main())
    assert ["a", "b", "boom", "c", "d"] in screener.batches, "they were one batch"
    assert isinstance(found[2], ValueError)
    assert [one for one in found if isinstance(one, str)] == ["a!", "b!", "c!", "d!"]


def test_messages_of_two_policies_are_not_mixed(screener: Screener) -> None:
    other = Screener()

    async def main() -> None:
        threads = ScreeningThreads(threads=1)
        first = asyncio.create_task(ask(threads, screener, "stall"))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(ask(threads, one, text)) for one, text in ((screener, "a"), (other, "b"))]
        await asyncio.sleep(0)
        screener.release.set()
        await asyncio.gather(first, *rest)
        threads.stop()

    asyncio.run(main())
    assert other.batches == [["b"]]
    assert screener.batches == [["stall"], ["a"]]


def test_too_many_waiting_are_refused_at_once(screener: Screener) -> None:
    async def main() -> None:
        threads = ScreeningThreads(threads=1, most_waiting=3)
        first = asyncio.create_task(ask(threads, screener, "stall"))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(ask(threads, screener, f"m{n}")) for n in range(3)]
        await asyncio.sleep(0)
        began = time.monotonic()
        with pytest.raises(NotScreened):
            await ask(threads, screener, "one too many")
        assert time.monotonic() - began < AT_ONCE
        screener.release.set()
        assert await asyncio.gather(first, *rest) == ["stall!", "m0!", "m1!", "m2!"]
        threads.stop()

    asyncio.run(main())


def test_stopped_it_takes_no_more_and_its_threads_end(screener: Screener) -> None:
    async def main() -> None:
        threads = ScreeningThreads(threads=2)
        assert await ask(threads, screener, "m") == "m!"
        before = threading.active_count()
        threads.stop()
        with pytest.raises(NotScreened):
            await ask(threads, screener, "late")
        for _ in range(100):
            if threading.active_count() < before:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("a thread lives on")

    asyncio.run(main())


def test_an_answer_after_its_asker_is_gone_is_no_error(screener: Screener) -> None:
    """Neither a loop that was closed meanwhile nor a future that was given up stops the thread."""
    threads = ScreeningThreads(threads=1)

    async def leave() -> None:
        with pytest.raises(NotScreened):
            await ask(threads, screener, "stall", 0.05)

    asyncio.run(leave())
    screener.release.set()

    async def come() -> str:
        return await ask(threads, screener, "m", 5.0)

    deadline = time.monotonic() + 5
    while threads.stuck and time.monotonic() < deadline:
        time.sleep(0.02)
    assert asyncio.run(come()) == "m!"
    threads.stop()
