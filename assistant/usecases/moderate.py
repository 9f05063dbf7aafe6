"""Screening a message: load the policy, run the flow, keep the decision, answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from assistant.errors import InvalidInput
from assistant.moderation.flow import Screener
from assistant.store.writer import Idempotency, NewDecision, write_all
from assistant.types import Decision, Message, Policy
from assistant.usecases.assistant import Assistant
from assistant.usecases.caller import Caller
from assistant.usecases.consequences import asked_consequences
from assistant.usecases.identity import new_decision_id
from assistant.usecases.judge import judge_entries
from assistant.usecases.rendering import render_decision
from assistant.usecases.request import BatchRequest, ModerateRequest


async def moderate(
    assistant: Assistant, caller: Caller, request: ModerateRequest, *, idempotency_key: str | None, body: bytes
) -> Mapping[str, Any]:
    """The native answer, after it was stored, unless ``store`` is false.

    Raises:
        InvalidInput: an idempotency key came with ``store=false``.
        Conflict: the key was used with another body.
        NotFound: there is no such community.
        DatabaseUnavailable: the decision could not be stored.
    """
    community = caller.community_for(request.community)
    _refuse_unstored_key([request], idempotency_key)
    screener = await assistant.screeners.get(community)
    message = request.message()
    decision, elapsed_ms = await _screen(assistant, screener, message)
    answer = render_decision(new_decision_id(), decision, message, elapsed_ms)
    if not request.store:
        return answer
    idempotency = _idempotency(assistant, idempotency_key, body)
    new = _new_decision(assistant, caller, community, screener.policy, message, decision, answer, idempotency)
    return (await assistant.writer.write(new)).response


async def moderate_batch(
    assistant: Assistant, caller: Caller, batch: BatchRequest, *, idempotency_key: str | None, body: bytes
) -> dict[str, Any]:
    """``{"results": [...]}`` in the order of the messages. Those to be stored are stored together, or none is."""
    _refuse_unstored_key(batch.messages, idempotency_key)
    communities = [caller.community_for(request.community) for request in batch.messages]
    if idempotency_key is not None and len(set(communities)) > 1:
        raise InvalidInput(field="Idempotency-Key", problem="covers one community; the messages name several")
    screeners = {community: await assistant.screeners.get(community) for community in set(communities)}
    return await asyncio.get_running_loop().run_in_executor(
        assistant.batches, _moderate_all, assistant, caller, batch, communities, screeners, idempotency_key, body
    )


def _moderate_all(
    assistant: Assistant,
    caller: Caller,
    batch: BatchRequest,
    communities: Sequence[str],
    screeners: Mapping[str, Screener],
    idempotency_key: str | None,
    body: bytes,
) -> dict[str, Any]:
    messages = [request.message() for request in batch.messages]
    decisions, elapsed_ms = _screen_batch(messages, communities, screeners)
    answers: list[Mapping[str, Any]] = [
        render_decision(new_decision_id(), decision, message, elapsed_ms)
        for decision, message in zip(decisions, messages, strict=True)
    ]
    stored = [at for at, request in enumerate(batch.messages) if request.store]
    new = [
        _new_decision(
            assistant,
            caller,
            communities[at],
            screeners[communities[at]].policy,
            messages[at],
            decisions[at],
            answers[at],
            None,
        )
        for at in stored
    ]
    kept = write_all(assistant.database, new, _idempotency(assistant, idempotency_key, body))
    for at, one in zip(stored, kept, strict=True):
        answers[at] = one.response
    return {"results": answers}


async def screen_only(
    assistant: Assistant, request: ModerateRequest, *, community: str, policy: Policy | None = None
) -> tuple[dict[str, Any], Policy]:
    """The native answer and the policy it was made under; nothing is stored. ``policy`` takes the place of the community's.

    Raises:
        InvalidPolicy: a rule of ``policy`` does not compile.
    """
    if policy is None:
        screener = await assistant.screeners.get(community)
    else:
        screener = await asyncio.to_thread(assistant.compile, policy)
    message = request.message()
    decision, elapsed_ms = await _screen(assistant, screener, message)
    return render_decision(new_decision_id(), decision, message, elapsed_ms), screener.policy


async def _screen(assistant: Assistant, screener: Screener, message: Message) -> tuple[Decision, float]:
    """Short texts on the event loop, together with whatever else waits there; long ones, and those of a slow model, in a worker thread."""
    length = len(message.text) + sum(len(part.text) for part in message.parts)
    if length <= assistant.settings.limits.pool_chars and assistant.classifier.quick:
        return await assistant.together.screen(screener, message)
    return await asyncio.to_thread(_timed, screener, message)


def _timed(screener: Screener, message: Message) -> tuple[Decision, float]:
    began = time.perf_counter()
    decision = screener.screen(message)
    return decision, (time.perf_counter() - began) * 1000


def _screen_batch(
    messages: Sequence[Message], communities: Sequence[str], screeners: Mapping[str, Screener]
) -> tuple[list[Decision], float]:
    """One decision per message, in order, and the mean milliseconds of one."""
    began = time.perf_counter()
    decisions: dict[int, Decision] = {}
    for community, screener in screeners.items():
        its = [at for at, name in enumerate(communities) if name == community]
        decisions |= zip(its, screener.screen_batch([messages[at] for at in its]), strict=True)
    elapsed_ms = (time.perf_counter() - began) * 1000 / len(messages)
    return [decisions[at] for at in range(len(messages))], elapsed_ms


def _refuse_unstored_key(requests: Sequence[ModerateRequest], idempotency_key: str | None) -> None:
    if idempotency_key is not None and not all(request.store for request in requests):
        raise InvalidInput("idempotency_store", field="Idempotency-Key, store")


def _idempotency(assistant: Assistant, key: str | None, body: bytes) -> Idempotency | None:
    if key is None:
        return None
    expires_at = assistant.clock() + timedelta(hours=assistant.settings.retention.idempotency_hours)
    return Idempotency(key, sha256(body).digest(), expires_at)


def _new_decision(
    assistant: Assistant,
    caller: Caller,
    community: str,
    policy: Policy,
    message: Message,
    decision: Decision,
    answer: Mapping[str, Any],
    idempotency: Idempotency | None,
) -> NewDecision:
    now = assistant.clock()
    days = assistant.settings.retention.text_days
    cases, deliveries = asked_consequences(assistant, community, message, decision, answer)
    deliveries += judge_entries(assistant, community, policy, message, decision, answer["id"])
    return NewDecision(
        id=answer["id"],
        community=community,
        created_at=now,
        response=answer,
        text=message.text,
        labels=tuple(decision.over),
        degraded=decision.degraded,
        parts={part.field: part.text for part in message.parts},
        context=[{"text": one.text, "member": one.member} for one in message.context],
        text_expires_at=now + timedelta(days=days) if days else None,
        member_id=message.member_id,
        channel=message.channel,
        platform=message.platform.name if message.platform else None,
        platform_message_id=message.platform.message_id if message.platform else None,
        purpose=message.purpose.value,
        key_id=caller.key_id,
        deliveries=deliveries,
        cases=cases,
        idempotency=idempotency,
    )
