"""What the language model of the content desk costs: set aside before it is asked, set right once it has answered.

What is set aside stays spent where nobody learns what became of it, so that a day's budget is never overdrawn, whoever else is writing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from assistant.store import content_settings
from assistant.types.content_settings import ContentSettings
from assistant.types.generation import Prompted
from assistant.usecases.assistant import Assistant

_MILLION: Final = Decimal(1_000_000)
_MOST_TOKENS: Final = 10_000_000
"""Of one answer, whatever its server says."""
_FRAME: Final = 64
"""Tokens that a server puts around a prompt, at most."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """``cost`` was set aside on ``day``, in the settings' currency."""

    day: date
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer, and what they cost."""

    prompt_tokens: int
    completion_tokens: int
    cost: Decimal


def prompt_size(prompt: Prompted) -> int:
    """Tokens that the prompt has at most, nearly always: a third of its ASCII characters, and two for each other one."""
    text = prompt.system + prompt.user
    plain = sum(char.isascii() for char in text)
    return plain // 3 + 2 * (len(text) - plain) + _FRAME


def set_aside(assistant: Assistant, community: str, settings: ContentSettings, prompt: Prompted) -> Reserve | None:
    """The most that an answer to ``prompt`` may cost; None where the day's budget has no room for it. Blocks on the database."""
    day = _day(assistant.clock(), settings)
    worst = _cost(settings, prompt_size(prompt), settings.tokens_per_draft)
    if worst == 0:
        return Reserve(day, worst)
    budget = Decimal(str(settings.budget_per_day))
    with assistant.database.transaction(community) as transaction:
        if not content_settings.reserve(transaction, community, day, worst, budget):
            return None
    return Reserve(day, worst)


def settle(
    assistant: Assistant,
    community: str,
    settings: ContentSettings,
    reserve: Reserve,
    prompt_tokens: int,
    completion_tokens: int,
) -> Usage:
    """An answer came: its tokens are counted, in place of what was set aside; where none were told, that stays. Blocks on the database."""
    prompt, completion = min(prompt_tokens, _MOST_TOKENS), min(completion_tokens, _MOST_TOKENS)
    cost = _cost(settings, prompt, completion) if prompt or completion else reserve.cost
    with assistant.database.transaction(community) as transaction:
        content_settings.spend(transaction, community, reserve.day, prompt, completion, cost - reserve.cost)
    return Usage(prompt, completion, cost)


def give_back(assistant: Assistant, community: str, reserve: Reserve) -> None:
    """The model was not asked, or refused. Blocks on the database."""
    if reserve.cost:
        with assistant.database.transaction(community) as transaction:
            content_settings.release(transaction, community, reserve.day, reserve.cost)


def _cost(settings: ContentSettings, prompt: int, completion: int) -> Decimal:
    into, out = (Decimal(str(price)) for price in settings.cost_per_million)
    return (into * prompt + out * completion) / _MILLION


def _day(now: datetime, settings: ContentSettings) -> date:
    return now.astimezone(settings.zone).date()
