"""A draft in a language model's words, within its limits; the template's where there is none, or where what it wrote will not do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import structlog

from assistant.content.checking import problem_with
from assistant.content.drafting import from_template, subject_of
from assistant.content.learning import voice
from assistant.errors import AssistantError, DeliveryFailed
from assistant.prompts import load_prompt
from assistant.store import content_settings
from assistant.text import visible
from assistant.types.content import Goal, Idea, Written
from assistant.types.content_settings import ContentSettings
from assistant.types.generation import Generated
from assistant.usecases.assistant import Assistant
from assistant.words import load_words

log = structlog.get_logger()

TRIES: Final = 2
"""The draft, and one repair."""
_SAMPLE_CHARS: Final = 400
_LANGUAGES: Final = {
    "en": "English",
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese as written in Taiwan",
    "zh-Hant-HK": "Traditional Chinese as written in Hong Kong",
}
_MILLION: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Brief:
    """``safe`` are the samples of members' messages that a model may be shown."""

    idea: Idea
    goal: Goal
    tone: str
    language: str
    safe: Sequence[str]
    examples: Sequence[str]


async def write(assistant: Assistant, community: str, settings: ContentSettings, brief: Brief) -> Written:
    """Raises: DatabaseUnavailable."""
    plain = from_template(brief.idea, brief.language)
    if assistant.generator is None or not await asyncio.to_thread(_affordable, assistant, community, settings):
        return plain
    problem = ""
    for _ in range(TRIES):
        try:
            generated = await _generate(assistant, settings, brief, problem)
        except AssistantError as error:
            problem = getattr(error, "problem", type(error).__name__)
            _log_failure(problem)
            if not isinstance(error, DeliveryFailed):
                break
            continue
        origin = await asyncio.to_thread(_account, assistant, community, settings, generated)
        data = generated.data or {}
        problem = problem_with(data, _told(settings, brief), brief.language) or ""
        if not problem:
            return Written(data["title"].strip(), data["body"].strip(), brief.language, machine=True, origin=origin)
        _log_failure(problem)
    return plain


def example_texts(assistant: Assistant, approved: Sequence[str], subject: str) -> list[str]:
    """The community's voice: its approved posts nearest to the subject."""
    if not approved:
        return []
    vectors = assistant.embedder.encode([*approved, subject])
    return voice(approved, vectors[:-1], vectors[-1])


def render_prompt(settings: ContentSettings, brief: Brief, problem: str = "") -> Any:
    """The prompt with its places filled: members' words stand in it as JSON, without what nobody sees, and nowhere else."""
    words = load_words()
    return load_prompt("content_draft").render(
        community=settings.name,
        language=_LANGUAGES[brief.language],
        voice=settings.voice,
        kind=words.get(f"content.kinds.{brief.idea.kind.value}.name", "en"),
        kind_brief=words.get(f"content.kinds.{brief.idea.kind.value}.measure", "en"),
        goal=brief.goal.value,
        tone=brief.tone,
        facts=list(settings.facts),
        subject=visible(subject_of(brief.idea, brief.language)),
        evidence=[visible(text)[:_SAMPLE_CHARS] for text in brief.safe],
        examples=[visible(text)[:_SAMPLE_CHARS] for text in brief.examples],
        problem=problem,
    )


async def _generate(assistant: Assistant, settings: ContentSettings, brief: Brief, problem: str) -> Generated:
    if assistant.generator is None:
        raise DeliveryFailed("there is no language model")
    return await assistant.generator.generate(
        render_prompt(settings, brief, problem),
        schema=load_prompt("content_draft").schema,
        max_tokens=settings.tokens_per_draft,
        timeout_s=settings.generation_timeout_s,
    )


def _told(settings: ContentSettings, brief: Brief) -> list[str]:
    day = brief.idea.day.isoformat() if brief.idea.day else ""
    return [*settings.facts, settings.name, subject_of(brief.idea, brief.language), day]


def _affordable(assistant: Assistant, community: str, settings: ContentSettings) -> bool:
    if max(settings.cost_per_million) == 0:
        return True
    with assistant.database.transaction(community) as transaction:
        spent = content_settings.spent(transaction, community, _today(assistant.clock(), settings))
    worst = _cost(settings, 4_000, settings.tokens_per_draft)
    return spent + worst <= Decimal(str(settings.budget_per_day))


def _account(
    assistant: Assistant, community: str, settings: ContentSettings, generated: Generated
) -> Mapping[str, Any]:
    """What it cost, kept and logged, with the prompt that it was made by."""
    prompt = load_prompt("content_draft")
    cost = _cost(settings, generated.prompt_tokens, generated.completion_tokens)
    with assistant.database.transaction(community) as transaction:
        day = _today(assistant.clock(), settings)
        content_settings.spend(transaction, community, day, generated.prompt_tokens, generated.completion_tokens, cost)
    origin = {
        "generator": "model",
        "model": generated.model,
        "prompt": prompt.id,
        "version": prompt.version,
        "digest": prompt.digest,
        "prompt_tokens": generated.prompt_tokens,
        "completion_tokens": generated.completion_tokens,
        "cost": float(cost),
        "currency": settings.currency,
    }
    log.info("a draft was written", **origin)
    return origin


def _cost(settings: ContentSettings, prompt: int, completion: int) -> Decimal:
    into, out = (Decimal(str(price)) for price in settings.cost_per_million)
    return (into * prompt + out * completion) / _MILLION


def _today(now: datetime, settings: ContentSettings) -> Any:
    return now.astimezone(settings.zone).date()


def _log_failure(problem: str) -> None:
    prompt = load_prompt("content_draft")
    log.warning("no draft was written", prompt=prompt.id, version=prompt.version, digest=prompt.digest, problem=problem)
