"""A message of a platform: screened, judged, stored with what it brings, and answered inside the platform's deadline whatever stalls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import structlog

from assistant.errors import AssistantError, Conflict, DatabaseUnavailable, NotFound, Unavailable
from assistant.moderation.degrade import degrade, unscreened
from assistant.moderation.enforce import enforce
from assistant.store.writer import Idempotency, NewDecision
from assistant.types import ContextMessage, Decision, Outcome, Policy, Said, Verdict
from assistant.types.event import EventType
from assistant.usecases.assistant import Assistant
from assistant.usecases.consequences import consequences, marks
from assistant.usecases.identity import new_decision_id
from assistant.usecases.judge import judge_entries
from assistant.usecases.registry import Held
from assistant.usecases.rendering import render_decision
from assistant.usecases.screening_threads import NotScreened
from assistant.usecases.speech import language_of

log = structlog.get_logger()

_FRAGMENTS_SHARE, _POLICY_SHARE, _SCREENING_SHARE, _STORE_SHARE = 0.2, 0.4, 0.6, 0.85
"""Of the time for the answer, how much may have passed when each stage is given up; the rest is the journal's."""
_LONGEST_KEY = 512
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a hook has to be answered: ``seconds`` after ``began``, by the system's monotonic clock."""

    began: float
    seconds: float

    def left(self, share: float = 1.0) -> float:
        """Seconds until ``share`` of the time is used up; never negative."""
        return max(0.0, self.began + self.seconds * share - time.monotonic())


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the screening, or in its place the fail mode, made of a message."""

    decision: Decision
    policy: Policy
    elapsed_ms: float = 0.0
    context: tuple[ContextMessage, ...] = ()


async def take(assistant: Assistant, held: Held, said: Said, deadline: Deadline) -> Outcome:
    """The outcome of one message, once its decision is stored, or in the journal because the store did not answer in time.

    Raises:
        Unavailable: neither took it; a platform that shows the message already will send it again.
    """
    said = _cut(said, assistant.settings.limits.text_chars)
    judged = await _judge(assistant, held, said, deadline)
    decision_id = new_decision_id()
    new = _new_decision(assistant, held, said, judged, decision_id)
    try:
        stored = await assistant.writer.write(new, deadline.left(_STORE_SHARE))
    except DatabaseUnavailable:
        return await _into_journal(assistant, held, said, judged, decision_id, deadline)
    except (Conflict, NotFound) as error:
        raise Unavailable from error
    return _outcome(held, said, stored.response)


async def _judge(assistant: Assistant, held: Held, said: Said, deadline: Deadline) -> _Judged:
    mode, policy = held.connection.fail_mode, assistant.unknown_policy
    try:
        screener = await assistant.screeners.at_hand(held.connection.community, deadline.left(_POLICY_SHARE))
        policy = screener.policy
        message = await assistant.fragments.with_earlier(held.connection, said.message, deadline.left(_FRAGMENTS_SHARE))
        within_s = deadline.left(_SCREENING_SHARE)
        decision, elapsed_ms = await assistant.threads.screen(screener.failing(mode), message, within_s)
    except Exception as error:
        if not isinstance(error, NotScreened | AssistantError):
            log.exception("screening failed", connection=held.connection.id)
        return _Judged(unscreened(policy, assistant.classifier.ref, said.message, "deadline", mode), policy)
    return _Judged(decision, policy, elapsed_ms, message.context if decision.over else ())


def _new_decision(assistant: Assistant, held: Held, said: Said, judged: _Judged, decision_id: str) -> NewDecision:
    """The decision as it is to be stored, with everything it brings."""
    connection, message, decision, now = held.connection, said.message, judged.decision, assistant.clock()
    enforcement = enforce(decision, said, connection, held.capabilities, judged.policy)
    answer = render_decision(decision_id, decision, message, judged.elapsed_ms)
    answer |= marks(held, said, decision, enforcement)
    cases, deliveries = consequences(assistant, held, said, decision, enforcement, answer)
    deliveries += judge_entries(
        assistant, connection.community, judged.policy, message, decision, decision_id, connection.id
    )
    days = assistant.settings.retention.text_days
    return NewDecision(
        id=answer["id"],
        community=connection.community,
        created_at=now,
        response=answer,
        text=message.text,
        labels=tuple(decision.over),
        degraded=decision.degraded,
        parts={part.field: part.text for part in message.parts},
        context=[{"text": one.text, "member": one.member} for one in judged.context],
        text_expires_at=now + timedelta(days=days) if days else None,
        member_id=message.member_id,
        channel=message.channel,
        platform=connection.platform,
        platform_message_id=message.platform.message_id if message.platform else None,
        purpose=message.purpose.value,
        connection_id=connection.id,
        refs=dict(said.refs),
        locale=said.locale,
        deliveries=deliveries,
        cases=cases,
        idempotency=_idempotency(assistant, connection.id, said.key),
        event_type=_event_type(said),
    )


def _event_type(said: Said) -> EventType | None:
    """What the member did by it. An edit is no second message, and what is said to us alone is not the community's."""
    if said.joined:
        return EventType.JOIN
    return EventType.MESSAGE if said.message.text and not said.private and not said.message.edit_of else None


def _idempotency(assistant: Assistant, connection_id: str, key: str) -> Idempotency:
    """The platform's id of the message stands for its body: retries may differ in their times. The database takes keys of 2.7 kB at most:
    a long one is kept as its hash."""
    hours, digest = assistant.settings.hooks.idempotency_hours, sha256(f"hook:{connection_id}:{key}".encode())
    kept = key if len(key.encode()) <= _LONGEST_KEY else f"sha256:{digest.hexdigest()}"
    return Idempotency(f"hook:{connection_id}:{kept}", digest.digest(), assistant.clock() + timedelta(hours=hours))


async def _into_journal(
    assistant: Assistant, held: Held, said: Said, judged: _Judged, decision_id: str, deadline: Deadline
) -> Outcome:
    """The fail mode's answer. Nothing is carried out before the decision is in the store."""
    late = replace(judged, decision=degrade(judged.decision, "store", held.connection.fail_mode))
    new = _new_decision(assistant, held, said, late, decision_id)
    write = asyncio.ensure_future(assistant.journal.append(new))
    try:
        async with asyncio.timeout(deadline.left()):
            await asyncio.shield(write)
    except TimeoutError:
        write.add_done_callback(_retrieved)
        log.error("the journal's disk does not answer in time", connection=held.connection.id)  # noqa: TRY400
        if not said.before:
            raise Unavailable from None
    except Unavailable:
        if not said.before:
            raise
    return _outcome(held, said, new.response)


def _retrieved(task: asyncio.Future[None]) -> None:
    if not task.cancelled():
        task.exception()


def _outcome(held: Held, said: Said, answer: Mapping[str, Any]) -> Outcome:
    """By the stored answer: a message that comes again gets what it got first."""
    verdict = Verdict.ALLOW if held.dry_run else Verdict(answer.get("verdict", Verdict.ALLOW.value))
    language = language_of(said.locale, answer["detected_language"], held.language)
    return Outcome(
        verdict=verdict,
        text=answer["masked_text"] if verdict is Verdict.REWRITE else "",
        reason=answer["reason"].get(language, "") if verdict is Verdict.REJECT else "",
        degraded=bool(answer["degraded"]),
        decision_id=answer["id"],
        action=answer["action"],
    )


def _cut(said: Said, limit: int) -> Said:
    """Texts over the limit are screened up to it, and the rest is named as unscreened."""
    message = said.message
    if all(len(text) <= limit for text in (message.text, *(part.text for part in message.parts))):
        return said
    parts = tuple(replace(part, text=part.text[:limit]) for part in message.parts)
    rest = (*message.unscreened, "text_over_limit")
    return replace(said, message=replace(message, text=message.text[:limit], parts=parts, unscreened=rest))
