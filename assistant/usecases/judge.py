"""The judge: a language model asked about messages in the grey zone, after they were answered. What it raises waits for a person.

Whatever has to be judged is an entry of the outbox, written with its decision; a worker takes it under a lease and finishes it once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import structlog
from sqlalchemy import Connection as Transaction

from assistant.errors import AssistantError, DatabaseUnavailable, DeliveryFailed, NotFound, Unreadable
from assistant.moderation.judge import asked_about
from assistant.ports import Generator
from assistant.prompts import load_prompt
from assistant.store import decisions, deliveries, judgements
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.decisions import DecisionRow
from assistant.types import Decision, Delivery, DeliveryKind, DeliveryState, Judge, Message, Policy
from assistant.types.generation import Generated
from assistant.usecases.assistant import Assistant
from assistant.usecases.identity import new_id
from assistant.usecases.judge_prompt import judge_prompt
from assistant.usecases.judge_records import SEEN, Verdict, seen, settle
from assistant.usecases.policies import policy_in

log = structlog.get_logger()

POLL_S: Final = 1.0
AT_ONCE: Final = 4
TRIES: Final = 2
"""The question, and one repair of an answer that cannot be read."""
MOST_ATTEMPTS: Final = 5
"""To reach the model at all."""
_LEASE: Final = timedelta(minutes=6)
"""Longer than two answers at their longest."""
_PROMPT_TOKENS: Final = 6_000
"""What a prompt comes to at most, for the bound of what it may cost."""
OFF, NO_MODEL, NO_TEXT, LATE = "off", "no_model", "no_text", "late"
QUEUE, BUDGET, UNREADABLE = "queue_full", "budget", "unreadable"


@dataclass(frozen=True, slots=True)
class _Task:
    delivery: Delivery
    policy: Policy
    row: DecisionRow
    before: list[DecisionRow]
    spent: Decimal
    """On this message, in earlier attempts."""


def judge_entries(
    assistant: Assistant,
    community: str,
    policy: Policy,
    message: Message,
    decision: Decision,
    decision_id: str,
    connection_id: str | None = None,
) -> list[Delivery]:
    """What is to be stored with the decision, so that the judge is asked about it; empty where it is not to be."""
    if assistant.generator is None or not assistant.settings.retention.text_days:
        return []
    labels = asked_about(policy, message, decision)
    if not labels:
        return []
    now = assistant.clock()
    return [
        Delivery(
            id=new_id("dlv"),
            community=community,
            connection_id=connection_id,
            kind=DeliveryKind.JUDGE,
            key=f"judge:{decision_id}",
            decision_id=decision_id,
            payload={"labels": list(labels), "roles": list(message.roles)},
            due_at=now,
            created_at=now,
        )
    ]


async def keep_judging(assistant: Assistant) -> None:
    """In the background of a worker, until cancelled."""
    while True:
        taken = 0
        try:
            taken = await judge_due(assistant)
        except DatabaseUnavailable:
            pass
        except Exception:
            log.exception("the judge's queue could not be read")
        if not taken:
            await asyncio.sleep(POLL_S)


async def judge_due(assistant: Assistant) -> int:
    """Sees to as many due entries as are asked about at once; how many there were. Any number of workers may."""
    now = assistant.clock()
    batch = await asyncio.to_thread(_claim, assistant, now)
    await asyncio.gather(*(_see_to(assistant, one) for one in batch))
    return len(batch)


def _claim(assistant: Assistant, now: datetime) -> list[Delivery]:
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        return judgements.claim(transaction, now, now + _LEASE, AT_ONCE)


async def _see_to(assistant: Assistant, delivery: Delivery) -> None:
    try:
        task = await asyncio.to_thread(_prepare, assistant, delivery)
        if task is None or assistant.generator is None:
            return
        verdict = await _ask(assistant.generator, task)
        await asyncio.to_thread(settle, assistant, delivery, task.row, task.policy, verdict)
    except DatabaseUnavailable:
        return  # the lease ends, and somebody takes it again
    except DeliveryFailed as error:
        await asyncio.to_thread(_try_later, assistant, delivery, error)
    except AssistantError as error:
        await asyncio.to_thread(_give_up, assistant, delivery, getattr(error, "problem", type(error).__name__))
    except Exception:
        log.exception("a message could not be judged", delivery=delivery.id)


def _prepare(assistant: Assistant, delivery: Delivery) -> _Task | None:
    """What is to be asked, and noted as asked; ``None`` for what is not, or not now."""
    now, community = assistant.clock(), delivery.community
    with assistant.database.transaction(community) as transaction:
        judgements.lock(transaction, community)
        if not deliveries.hold(transaction, delivery.id):
            return None
        policy = policy_in(transaction, community)
        row = _decision(transaction, delivery)
        before = judgements.waiting_before(transaction, delivery)
        because = _because_not(assistant, transaction, delivery, policy.judge, row, before, now)
        if because is not None or row is None:
            deliveries.finish(transaction, delivery.id, DeliveryState.SKIPPED, now, because=because)
            return None
        if _too_many(transaction, policy.judge, community, now):
            wait = timedelta(seconds=min(600.0, 10 + 60 * before / policy.judge.per_minute))
            deliveries.postpone(transaction, delivery.id, now + wait, uncounted=True)
            return None
        spent = Decimal(str(delivery.payload.get("cost", 0)))
        noted = {"asked_at": judgements.moment(now), "cost": float(spent + _worst(policy.judge))}
        judgements.note(transaction, delivery, noted)
        since = row.created_at - timedelta(minutes=policy.judge.within_minutes)
        earlier = decisions.said_before(transaction, row, since, policy.judge.context)
        return _Task(delivery, policy, row, earlier, spent)


def _decision(transaction: Transaction, delivery: Delivery) -> DecisionRow | None:
    try:
        return decisions.get(transaction, delivery.community, delivery.decision_id or "")
    except NotFound:
        return None


def _because_not(
    assistant: Assistant,
    transaction: Transaction,
    delivery: Delivery,
    judge: Judge,
    row: DecisionRow | None,
    before: int,
    now: datetime,
) -> str | None:
    """Why the model is not asked about it at all."""
    if assistant.generator is None:
        return NO_MODEL
    if not judge.enabled:
        return OFF
    if row is None or row.text is None:
        return NO_TEXT
    if now - delivery.created_at > timedelta(minutes=judge.within_minutes):
        return LATE
    if before >= judge.queue:
        return QUEUE
    if seen(transaction, row):
        return SEEN
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    spent = judgements.spent_since(transaction, delivery.community, today) if max(judge.cost_per_million) else 0
    return BUDGET if spent + _worst(judge) > Decimal(str(judge.budget_per_day)) else None


def _too_many(transaction: Transaction, judge: Judge, community: str, now: datetime) -> bool:
    return (
        judgements.asked_since(transaction, community, now - timedelta(minutes=1)) >= judge.per_minute
        or judgements.asked_since(transaction, community, now - timedelta(hours=1)) >= judge.per_hour
    )


async def _ask(generator: Generator, task: _Task) -> Verdict:
    """Raises: DeliveryFailed, DeliveryRefused: the model could not be asked."""
    prompt, judge, problem = load_prompt("judge"), task.policy.judge, ""
    for tried in range(TRIES):
        try:
            generated = await generator.generate(
                judge_prompt(task.delivery, task.row, task.before, problem),
                schema=prompt.schema,
                max_tokens=judge.tokens,
                timeout_s=judge.timeout_s,
            )
        except Unreadable as error:
            problem = error.problem
            log.warning("a judge's answer cannot be read", decision=task.row.id, prompt=prompt.id, problem=problem)
            continue
        cost = task.spent + tried * _worst_once(judge) + _cost(judge, generated)
        return Verdict(generated.data, _origin(generated, generator, cost, judge))
    nothing = Generated("", model=generator.ref.id)
    origin = _origin(nothing, generator, task.spent + _worst(judge), judge)
    return Verdict(None, origin, UNREADABLE)


def _origin(generated: Generated, generator: Generator, cost: Decimal, judge: Judge) -> Mapping[str, Any]:
    prompt = load_prompt("judge")
    return {
        "model": generated.model or generator.ref.id,
        "prompt": prompt.id,
        "version": prompt.version,
        "digest": prompt.digest,
        "prompt_tokens": generated.prompt_tokens,
        "completion_tokens": generated.completion_tokens,
        "cost": float(cost),
        "currency": judge.currency,
    }


def _cost(judge: Judge, generated: Generated) -> Decimal:
    return _price(judge, generated.prompt_tokens, generated.completion_tokens)


def _worst(judge: Judge) -> Decimal:
    return TRIES * _worst_once(judge)


def _worst_once(judge: Judge) -> Decimal:
    return _price(judge, _PROMPT_TOKENS, judge.tokens)


def _price(judge: Judge, prompt: int, completion: int) -> Decimal:
    into, out = (Decimal(str(price)) for price in judge.cost_per_million)
    return (into * prompt + out * completion) / Decimal(1_000_000)


def _try_later(assistant: Assistant, delivery: Delivery, error: DeliveryFailed) -> None:
    if delivery.attempts >= MOST_ATTEMPTS:
        _give_up(assistant, delivery, error.problem)
        return
    wait = timedelta(seconds=max(15.0 * 2**delivery.attempts, error.retry_after or 0.0))
    with assistant.database.transaction(delivery.community) as transaction:
        judgements.note(transaction, delivery, {"cost": delivery.payload.get("cost", 0)})
        deliveries.postpone(transaction, delivery.id, assistant.clock() + wait, error.problem)


def _give_up(assistant: Assistant, delivery: Delivery, because: str) -> None:
    log.warning("a message was not judged", delivery=delivery.id, because=because)
    with assistant.database.transaction(delivery.community) as transaction:
        deliveries.finish(transaction, delivery.id, DeliveryState.DEAD, assistant.clock(), because=because)
