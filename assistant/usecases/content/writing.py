"""A draft in a language model's words, within its limits; the template's where there is none, or where what it wrote will not do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from assistant.content.checking import problem_with
from assistant.content.drafting import from_template, subject_of
from assistant.content.learning import voice
from assistant.errors import AssistantError, DatabaseUnavailable, DeliveryFailed, Late, Unreadable
from assistant.ports import Generator
from assistant.prompts import load_prompt
from assistant.text import visible
from assistant.types.content import Goal, Idea, Written
from assistant.types.content_settings import ContentSettings
from assistant.types.generation import Generated, Prompted
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.spending import Reserve, Usage, give_back, set_aside, settle
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


@dataclass(frozen=True, slots=True)
class Brief:
    """``safe`` are the samples of members' messages that a model may be shown."""

    idea: Idea
    goal: Goal
    tone: str
    language: str
    safe: Sequence[str]
    examples: Sequence[str]


async def write(
    assistant: Assistant, community: str, settings: ContentSettings, brief: Brief, deadline: float
) -> Written:
    """The template's words where the model writes none that will do before ``deadline``, in seconds of ``time.monotonic``.

    Raises: DatabaseUnavailable.
    """
    plain = from_template(brief.idea, brief.language)
    problem = ""
    for _ in range(TRIES):
        try:
            answer = await _ask(assistant, community, settings, render_prompt(settings, brief, problem), deadline)
        except DatabaseUnavailable:
            raise
        except AssistantError as error:
            problem = getattr(error, "problem", type(error).__name__)
            _log_failure(problem)
            if not isinstance(error, DeliveryFailed):
                break
            continue
        if answer is None:
            break
        generated, origin = answer
        data = generated.data or {}
        own = [*settings.facts, settings.name]
        problem = problem_with(data, _told(settings, brief), brief.language, own) or ""
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


def render_prompt(settings: ContentSettings, brief: Brief, problem: str = "") -> Prompted:
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


async def _ask(
    assistant: Assistant, community: str, settings: ContentSettings, prompt: Prompted, deadline: float
) -> tuple[Generated, Mapping[str, Any]] | None:
    """An answer with where it came from; None where there is no model, time or money left.

    What an answer took is counted, be it of use or not; what nobody waited for any more counts as the most that it may have cost.
    """
    left_s = deadline - time.monotonic()
    if assistant.generator is None or left_s <= 0:
        return None
    reserve = await asyncio.to_thread(set_aside, assistant, community, settings, prompt)
    if reserve is None:
        return None
    try:
        generated = await _generate(assistant.generator, settings, prompt, left_s)
    except Unreadable as error:
        told = Generated("", None, error.model, False, error.prompt_tokens, error.completion_tokens)
        await asyncio.to_thread(_account, assistant, community, settings, reserve, told)
        raise
    except Late:
        raise
    except AssistantError:
        await asyncio.to_thread(give_back, assistant, community, reserve)
        raise
    return generated, await asyncio.to_thread(_account, assistant, community, settings, reserve, generated)


async def _generate(generator: Generator, settings: ContentSettings, prompt: Prompted, left_s: float) -> Generated:
    try:
        async with asyncio.timeout(left_s):
            return await generator.generate(
                prompt,
                schema=load_prompt("content_draft").schema,
                max_tokens=settings.tokens_per_draft,
                timeout_s=min(settings.generation_timeout_s, left_s),
            )
    except TimeoutError:
        raise Late("the request's time is over") from None


def _told(settings: ContentSettings, brief: Brief) -> list[str]:
    day = brief.idea.day.isoformat() if brief.idea.day else ""
    return [*settings.facts, settings.name, subject_of(brief.idea, brief.language), day]


def _account(
    assistant: Assistant, community: str, settings: ContentSettings, reserve: Reserve, generated: Generated
) -> Mapping[str, Any]:
    """What it cost, kept and logged, with the prompt that it was made by."""
    tokens = generated.prompt_tokens, generated.completion_tokens
    usage = settle(assistant, community, settings, reserve, *tokens)
    origin = _origin(settings, generated, usage)
    log.info("a language model answered", **origin)
    return origin


def _origin(settings: ContentSettings, generated: Generated, usage: Usage) -> Mapping[str, Any]:
    prompt = load_prompt("content_draft")
    return {
        "generator": "model",
        "model": generated.model,
        "prompt": prompt.id,
        "version": prompt.version,
        "digest": prompt.digest,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost": float(usage.cost),
        "currency": settings.currency,
    }


def _log_failure(problem: str) -> None:
    prompt = load_prompt("content_draft")
    log.warning("no draft was written", prompt=prompt.id, version=prompt.version, digest=prompt.digest, problem=problem)
