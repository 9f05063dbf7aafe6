"""Suggestions: load, understand, rank, write, screen; each is given out as soon as it is screened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assistant.content.drafting import from_template, posted_subject, subject_of
from assistant.content.flow import Insight, empty_because, suggest, understand
from assistant.content.plans import PLANNED_KINDS, over_soon, plan_of, post_by, times_of
from assistant.content.rank import Ranked, Taste, written_again
from assistant.content.repeats import TOO_MUCH
from assistant.content.rhythm import activity, best_slots, soonest_slot
from assistant.content.surveys import as_document, survey_of
from assistant.errors import InvalidInput
from assistant.store import content_calendar, content_messages
from assistant.types import Label, Message
from assistant.types.content import Kind, Slot, Written
from assistant.types.content_settings import ContentSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.asking import SuggestionsRequest
from assistant.usecases.content.calendar import settle
from assistant.usecases.content.material import Loaded, load
from assistant.usecases.content.render import (
    render_insight,
    render_plan,
    render_suggestion,
    screened_parts,
    text_of,
)
from assistant.usecases.content.screening import screen_draft
from assistant.usecases.content.writing import TRIES, Brief, example_texts, write
from assistant.words import load_words

_INJECTED: Final = 0.5
_AT_ONCE: Final = 4
"""Drafts of one request that are written at a time, where the language model answers so many."""

_AROUND: Final = timedelta(days=4)
"""What is planned so far before and after the time counts for gaps (72 hours at most) and full days."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """What the suggestions of one request share."""

    asked: SuggestionsRequest
    loaded: Loaded
    insight: Insight
    ranked: Sequence[Ranked]
    slots: Sequence[Slot | None]
    empty: str | None
    named: frozenset[str]
    language: str
    now: datetime
    deadline: float


async def suggestions(
    assistant: Assistant, community: str, asked: SuggestionsRequest
) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """Pairs of a name and a document: ``insight`` first, then a ``suggestion`` at a time, the best first. Drafts that the language model
    has not written by the time in which one of them could have had all its tries are the template's.

    Raises:
        NotFound: there is no such community or segment.
        InvalidInput: ``at`` lies in the future.

    Where nothing is suggested, the insight's ``empty`` says why.
    """
    now = assistant.clock()
    if asked.at is not None and asked.at > now:
        raise InvalidInput(field="at", problem="must not lie in the future")
    ready = await asyncio.to_thread(_prepare, assistant, community, asked, asked.at or now)
    loaded = ready.loaded
    yield "insight", render_insight(ready.insight, loaded.material, ready.language, ready.named, loaded, ready.empty)
    room = asyncio.Semaphore(min(_AT_ONCE, assistant.generator.at_once if assistant.generator else _AT_ONCE))
    tasks = [
        asyncio.create_task(_in_turn(room, assistant, community, ready, ranked, place))
        for place, ranked in enumerate(ready.ranked)
    ]
    try:
        for task in tasks:
            yield "suggestion", await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def suggest_all(assistant: Assistant, community: str, asked: SuggestionsRequest) -> dict[str, Any]:
    """The whole answer at once."""
    document: dict[str, Any] = {"insight": {}, "suggestions": []}
    async for name, part in suggestions(assistant, community, asked):
        if name == "insight":
            document["insight"] = part
        else:
            document["suggestions"].append(part)
    return document


def understand_at(
    assistant: Assistant, community: str, asked: SuggestionsRequest, at: datetime
) -> tuple[Loaded, Insight]:
    """What the messages up to ``at`` show; what went out meanwhile counts as posted. Blocks."""
    with assistant.database.transaction(community) as transaction:
        settle(transaction, community, assistant.clock())
    loaded = load(assistant, community, at, asked.days, asked.segment)
    return loaded, understand(loaded.material, loaded.vectors, loaded.period)


async def _in_turn(
    room: asyncio.Semaphore, assistant: Assistant, community: str, ready: _Ready, ranked: Ranked, place: int
) -> dict[str, Any]:
    async with room:
        return await _written(assistant, community, ready, ranked, place)


def _prepare(assistant: Assistant, community: str, asked: SuggestionsRequest, at: datetime) -> _Ready:
    loaded, insight = understand_at(assistant, community, asked, at)
    language = asked.spoken(loaded.settings.language)
    kinds = frozenset(asked.kinds)
    taste = Taste(asked.goal, kinds, loaded.used, loaded.liked, loaded.subjects, loaded.reasons, language)
    ranked = suggest(loaded.material, insight, assistant.embedder, at, taste, asked.count)
    until = at + timedelta(days=asked.ahead_days)
    with assistant.database.transaction(community) as transaction:
        people = {name for topic in insight.topics for name in topic.people}
        people |= {name for need in insight.needs for name in need.people}
        named = content_messages.may_be_named(transaction, community, sorted(people))
        taken = content_calendar.planned(transaction, community, at - _AROUND, until + _AROUND)
    shares = activity(loaded.moments, loaded.settings.zone)
    slots = _slots(ranked, shares, at, until, taken, loaded.settings)
    empty = None
    if not ranked:
        empty = _empty(empty_because(loaded.material, insight, taste), asked, language)
    deadline = time.monotonic() + TRIES * loaded.settings.generation_timeout_s
    return _Ready(asked, loaded, insight, ranked, slots, empty, named, language, at, deadline)


def _slots(
    ranked: Sequence[Ranked],
    shares: NDArray[np.float64],
    at: datetime,
    until: datetime,
    taken: Sequence[datetime],
    settings: ContentSettings,
) -> list[Slot | None]:
    """The busiest hour that is left for each in turn; what is about a day goes out before it is over. What must not wait comes first,
    and at the first good hour."""
    slots: list[Slot | None] = [None] * len(ranked)
    for place in sorted(range(len(ranked)), key=lambda place: (not ranked[place].idea.soon, place)):
        idea = ranked[place].idea
        last = min(until, post_by(idea, at, settings.zone) or until)
        full = [*taken, *(slot.at for slot in slots if slot)]
        if idea.soon or over_soon(idea, at, settings.zone):
            slots[place] = soonest_slot(shares, at, last, full, settings)
        else:
            slots[place] = next(iter(best_slots(shares, at, last, full, settings, 1)), None)
    return slots


def _empty(because: str, asked: SuggestionsRequest, language: str) -> str:
    words = load_words()
    kinds = ", ".join(words.get(f"content.kinds.{kind.value}.name", language) for kind in asked.kinds)
    return words.get(f"content.empty.{because}", language, kinds=kinds, days=asked.days)


async def _written(assistant: Assistant, community: str, ready: _Ready, ranked: Ranked, place: int) -> dict[str, Any]:
    settings, idea = ready.loaded.settings, ranked.idea
    written = await _draft(assistant, community, ready, ranked)
    if written.machine:
        material = ready.loaded.material
        posts = [*material.posts, *material.drafts]
        again = await asyncio.to_thread(
            written_again, ranked, text_of(written), posts, assistant.embedder, ready.now, ready.language
        )
        if again.repetition < TOO_MUCH:
            ranked = again
        else:
            written = from_template(idea, ready.language)
    slot = ready.slots[place]
    plan = None
    survey = (
        as_document(survey_of(posted_subject(idea, ready.language), ready.language))
        if idea.kind is Kind.SURVEY
        else None
    )
    if idea.kind in PLANNED_KINDS:
        times = times_of(idea, slot.at if slot else ready.now, settings.zone)
        asked = ready.asked
        plan = render_plan(plan_of(idea, times, ready.language, asked.budget, settings.currency, asked.prize))
    parts = screened_parts({"plan": plan, "survey": survey})
    screening = await screen_draft(
        assistant, community, text_of(written), parts, settings.jurisdictions, settings.category.value
    )
    return render_suggestion(ranked, written, screening, slot, plan, survey, ready.loaded, ready.asked, ready.named)


async def _draft(assistant: Assistant, community: str, ready: _Ready, ranked: Ranked) -> Written:
    """By the language model where there is one and the subject, which is members' words, is safe; else the template's."""
    idea, asked = ranked.idea, ready.asked
    if assistant.generator is None or not asked.write or time.monotonic() >= ready.deadline:
        return from_template(idea, ready.language)
    subject, samples = subject_of(idea, ready.language), [one.text for one in idea.evidence]
    subject_safe, *safe = await _safe(assistant, community, [subject, *samples])
    if not subject_safe:
        return from_template(idea, ready.language)
    examples = await asyncio.to_thread(example_texts, assistant, ready.loaded.voice, subject)
    shown = [text for text, fine in zip(samples, safe, strict=True) if fine]
    brief = Brief(idea, asked.goal, asked.tone, ready.language, shown, examples)
    return await write(assistant, community, ready.loaded.settings, brief, ready.deadline)


async def _safe(assistant: Assistant, community: str, texts: Sequence[str]) -> list[bool]:
    """Of each text, whether moderation finds nothing in it: no instructions, no personal data, nothing harmful goes to a language model."""
    screener = await assistant.screeners.get(community)
    decisions = await asyncio.to_thread(screener.screen_batch, [Message(text) for text in texts])
    return [not one.flagged and one.scores.get(Label.INJECTION, 0.0) < _INJECTED for one in decisions]
