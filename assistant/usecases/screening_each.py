"""A batch of messages screened together, or one by one where one of them cannot be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from assistant.moderation.flow import Screener
from assistant.types import Decision, Message

Outcome = tuple[Decision, float] | Exception
"""A decision with the milliseconds of screening one message of its batch, or what was raised for the message."""


def screen_each(screener: Screener, messages: Sequence[Message]) -> list[Outcome]:
    """One outcome per message, in order: what one message raises befalls no other."""
    began = time.perf_counter()
    try:
        decisions = screener.screen_batch(messages)
    except Exception as error:
        if len(messages) == 1:
            return [error]
        return [outcome for message in messages for outcome in screen_each(screener, [message])]
    each_ms = (time.perf_counter() - began) * 1000 / max(1, len(messages))
    return [(decision, each_ms) for decision in decisions]


def resolve(future: asyncio.Future[tuple[Decision, float]], outcome: Outcome) -> None:
    """``future`` with its ``outcome``, unless who waited for it has gone."""
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
