"""Screening together what arrives together: requests that wait at the same moment share one call of the classifier."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from assistant.moderation.flow import Screener
from assistant.types import Decision, Message
from assistant.usecases.screening_each import resolve, screen_each

MAX_TOGETHER = 64


@dataclass(slots=True, eq=False)
class _Waiting:
    message: Message
    future: asyncio.Future[tuple[Decision, float]]


class Together:
    """For short texts, on the event loop: nothing waits longer than for the callbacks that are due anyway."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Screener, list[_Waiting]] = defaultdict(list)
        self._scheduled = False

    async def screen(self, screener: Screener, message: Message) -> tuple[Decision, float]:
        """The decision and the milliseconds of screening, a shared call's divided among those who shared it."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(message, loop.create_future())
        self._waiting[screener].append(waiting)
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._flush)
        return await waiting.future

    def _flush(self) -> None:
        self._scheduled = False
        due, self._waiting = self._waiting, defaultdict(list)
        for screener, waiting in due.items():
            for at in range(0, len(waiting), MAX_TOGETHER):
                _screen(screener, waiting[at : at + MAX_TOGETHER])


def _screen(screener: Screener, waiting: list[_Waiting]) -> None:
    for one, outcome in zip(waiting, screen_each(screener, [one.message for one in waiting]), strict=True):
        resolve(one.future, outcome)
