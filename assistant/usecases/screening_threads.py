"""Screening for those who wait no longer than their deadline: in a few threads, whose stalling nobody else feels.

Only one is at work while it is quick: what comes meanwhile is its next batch, which costs less than threads in each other's way. Another
takes over what waits once it is not. A thread that stalls cannot be killed, so there are at most so many; once all of them are stuck,
everyone is told at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from assistant.moderation.flow import Screener
from assistant.types import Decision, Message
from assistant.usecases.screening_each import Outcome, resolve, screen_each

MAX_BATCH = 16
"""Messages that one stalling among them takes along."""
SLOW_S = 0.03
"""A thread that screens one batch for longer than this has another take what waits."""
STUCK_S = 1.0
"""A thread that screens one batch for longer than this is stuck: with all threads stuck, nothing more is queued."""


class NotScreened(Exception):
    """The screening did not end in time, or could not begin."""


@dataclass(slots=True, eq=False)
class _Waiting:
    screener: Screener
    message: Message
    future: asyncio.Future[tuple[Decision, float]]
    loop: asyncio.AbstractEventLoop
    abandoned: bool = False


@dataclass(slots=True)
class _Thread:
    since: float | None = None
    """When it began its batch; ``None`` while it has none."""

    def at_work(self, seconds: float) -> bool:
        """For no longer than that."""
        return self.since is not None and time.monotonic() - self.since <= seconds


@dataclass
class ScreeningThreads:
    """``threads`` at most, started as they are needed; over ``most_waiting`` messages, further ones are refused."""

    threads: int = 4
    most_waiting: int = 2_000
    _queue: deque[_Waiting] = field(default_factory=deque)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _running: list[_Thread] = field(default_factory=list)
    _watching: asyncio.AbstractEventLoop | None = None
    _stopping: bool = False

    async def screen(self, screener: Screener, message: Message, within_s: float) -> tuple[Decision, float]:
        """The decision, and the milliseconds of screening one message of its batch.

        Raises:
            NotScreened: it did not end within ``within_s`` seconds, every thread is stuck, too many wait, or ``stop`` was called.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(screener, message, loop.create_future(), loop)
        with self._changed:
            if self._stopping or len(self._queue) >= self.most_waiting or self.stuck >= self.threads:
                raise NotScreened
            self._queue.append(waiting)
            self._see_to_it(loop)
        late = loop.call_later(within_s, resolve, waiting.future, NotScreened())
        try:
            return await waiting.future
        finally:
            late.cancel()
            waiting.abandoned = True

    @property
    def stuck(self) -> int:
        """Threads that have been at one batch for longer than ``STUCK_S``."""
        now = time.monotonic()
        return sum(1 for one in self._running if one.since is not None and now - one.since > STUCK_S)

    def stop(self) -> None:
        """No more is taken; threads end when their batch does, and a stalled one with the process."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _see_to_it(self, loop: asyncio.AbstractEventLoop) -> None:
        """A thread that is quick takes what waits by itself; in case it is not, there will be another look."""
        if not any(one.at_work(SLOW_S) for one in self._running):
            self._start_as_needed()
            self._changed.notify()
        if self._watching is not loop:
            self._watching = loop
            loop.call_later(SLOW_S, self._look_again, loop)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._changed:
            self._watching = None
            if self._queue and not self._stopping:
                self._see_to_it(loop)

    def _start_as_needed(self) -> None:
        if len(self._running) < self.threads and not any(one.since is None for one in self._running):
            state = _Thread()
            self._running.append(state)
            threading.Thread(target=self._run, args=(state,), name="screening", daemon=True).start()

    def _run(self, state: _Thread) -> None:
        while batch := self._take(state):
            by_screener: defaultdict[Screener, list[_Waiting]] = defaultdict(list)
            for waiting in batch:
                if not waiting.abandoned:
                    by_screener[waiting.screener].append(waiting)
            for screener, its in by_screener.items():
                for one, outcome in zip(its, screen_each(screener, [one.message for one in its]), strict=True):
                    _answer(one, outcome)

    def _take(self, state: _Thread) -> list[_Waiting]:
        """Empty only at the end."""
        with self._changed:
            state.since = None
            while not self._stopping and (not self._queue or any(one.at_work(SLOW_S) for one in self._running)):
                self._changed.wait()
            state.since = time.monotonic()
            return [self._queue.popleft() for _ in range(min(MAX_BATCH, len(self._queue)))]


def _answer(waiting: _Waiting, outcome: Outcome) -> None:
    if not waiting.loop.is_closed():
        waiting.loop.call_soon_threadsafe(resolve, waiting.future, outcome)
