"""What was written before a message: by its author, where a short one may go on from it; by whom it answers. Platforms send one
message at a time and no thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Semaphore

from assistant.errors import DatabaseUnavailable
from assistant.moderation.continued import MOST_FRAGMENTS, is_fragment
from assistant.ports import Clock
from assistant.store import decisions
from assistant.store.database import Database
from assistant.types import Connection, ContextMessage, Message

_THREADS, _MOST_WAITING, _MOST_S = 2, 64, 0.2


@dataclass
class Fragments:
    """``seconds``: for how long a message goes on; 0 for never. ``takes_on``: whether a reply's words may take on what it answers, so that
    this is worth looking up. A store that does not answer at once is not waited for."""

    database: Database
    clock: Clock
    seconds: float
    takes_on: Callable[[str], bool] = lambda _: False
    _places: Semaphore = field(default_factory=lambda: Semaphore(_MOST_WAITING))
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="fragments")
    )

    async def with_earlier(self, connection: Connection, message: Message, within_s: float) -> Message:
        """``message`` with the one that it answers, and its author's last ones of the channel, as context, if they may count."""
        goes_on = message.member_id is not None and not message.edit_of and bool(self.seconds)
        goes_on = goes_on and is_fragment(message.text)
        answers = message.reply_to is not None and self.takes_on(message.text)
        if message.context or not (goes_on or answers):
            return message
        if not self._places.acquire(blocking=False):
            return message
        work = self._threads.submit(self._earlier, connection, message, goes_on, answers)
        work.add_done_callback(lambda _: self._places.release())
        try:
            async with asyncio.timeout(min(within_s, _MOST_S)):
                return replace(message, context=await asyncio.wrap_future(work))
        except (TimeoutError, DatabaseUnavailable):
            return message

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _earlier(
        self, connection: Connection, message: Message, goes_on: bool, answers: bool
    ) -> tuple[ContextMessage, ...]:
        since = self.clock() - timedelta(seconds=self.seconds)
        found: list[ContextMessage] = []
        with self.database.transaction(connection.community) as transaction:
            if answers:
                found += decisions.answered(transaction, connection.id, message, connection.community)
            if goes_on:
                texts = decisions.recent_texts(
                    transaction, connection.id, message, since, MOST_FRAGMENTS, connection.community
                )
                found += [ContextMessage(text, message.member_id) for text in texts]
        return tuple(found)
