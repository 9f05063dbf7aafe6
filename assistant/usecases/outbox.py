"""The outbox's worker: what is due is carried out at least once, under one id, and tried again on the schedule of Standard Webhooks."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection as Transaction

from assistant.errors import (
    DatabaseUnavailable,
    DeliveryFailed,
    DeliveryRefused,
    NotFound,
    ReceiverGone,
    StillLoading,
)
from assistant.platforms import standard_webhooks
from assistant.store import cases, connections, deliveries
from assistant.store.database import EVERY_COMMUNITY
from assistant.types import Case, CaseKind, Delivery, DeliveryKind, DeliveryState, Do, Order, Receipt
from assistant.types.delivery import ANOTHER_HOLDS, DISABLED
from assistant.usecases.assistant import Assistant
from assistant.usecases.cards import card_buttons, card_text
from assistant.usecases.entries import event_entries, read_order
from assistant.usecases.faq.handoffs import with_contact
from assistant.usecases.faq.platform import answer_there
from assistant.usecases.follow_up import follow_up
from assistant.usecases.identity import new_id
from assistant.usecases.lifting import ENDED, another_holds
from assistant.usecases.opening import STOPPED, open_case
from assistant.usecases.policies import policy_in
from assistant.usecases.push.withholding import PREFIX, Later, withheld
from assistant.usecases.registry import Held
from assistant.words import load_words

log = structlog.get_logger()
T = TypeVar("T")

SCHEDULE_S = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each try, counted from the one before (Standard Webhooks, "Delivery and retries")."""
_JITTER = 0.2
MOST_CALLS = 8
"""To one connection at a time."""
_BUSY_S = 0.2
_THREADS = 4
_CARDS = frozenset({Do.POST, Do.AMEND})
_MISSED = frozenset({Do.DELETE, Do.HIDE, Do.RESTORE, Do.MUTE, Do.UNMUTE, Do.KICK, Do.BAN, Do.UNBAN})
"""Orders that a person has to see to if they cannot be carried out."""


@dataclass
class OutboxWorker:
    """Any number of them may run, in any number of processes. One slow receiver holds up nobody else."""

    assistant: Assistant
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _calls: Counter[str] = field(default_factory=Counter)
    _next_call: dict[str, float] = field(default_factory=dict)
    _fine: set[str] = field(default_factory=set)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="outbox")
    )

    async def run(self, stopping: asyncio.Event) -> None:
        """Until ``stopping``; what is under way then is finished."""
        section = self.assistant.settings.outbox
        while not stopping.is_set():
            try:
                taken = await self._take()
            except DatabaseUnavailable:
                taken = 0
            except Exception:
                log.exception("the outbox could not be read")
                taken = 0
            if not taken:
                await _pause(stopping, section.poll_s)
            elif len(self._tasks) >= section.batch:
                await asyncio.wait(self._tasks, timeout=section.poll_s, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*self._tasks)
        self._threads.shutdown(wait=True)

    async def _take(self) -> int:
        """Begins with as many due entries as there is room for; how many there were."""
        section = self.assistant.settings.outbox
        room = section.batch - len(self._tasks)
        if room <= 0:
            return 0
        now = self.assistant.clock()
        batch, stopped = await self._in_thread(self._claim, now, now + timedelta(seconds=section.lease_s), room)
        for delivery in batch:
            task = asyncio.create_task(self._see_to(delivery, stopped=delivery.connection_id in stopped))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(batch)

    async def _see_to(self, delivery: Delivery, *, stopped: bool) -> None:
        try:
            held = await self._held(delivery)
            if held is None or (stopped and delivery.kind is not DeliveryKind.FOLLOW_UP):
                await self._in_thread(self._finish, delivery, DeliveryState.DEAD, DISABLED)
            elif delivery.kind is DeliveryKind.FOLLOW_UP:
                await self._in_thread(self._follow_up, held, delivery)
            elif delivery.kind is DeliveryKind.QUESTION:
                await answer_there(self.assistant, held, delivery)
            elif (no := await self._in_thread(self._withheld, delivery)) is not None:
                await self._hold_back(delivery, no)
            elif (wait_s := self._wait_s(held)) > 0:
                due_at = self.assistant.clock() + timedelta(seconds=wait_s)
                await self._in_thread(self._postpone, delivery, due_at, None, uncounted=True)
            else:
                await self._deliver(held, delivery)
        except DatabaseUnavailable:
            return  # the lease ends, and somebody takes it again
        except StillLoading as error:
            due_at = self.assistant.clock() + timedelta(seconds=error.retry_after)
            await self._in_thread(self._postpone, delivery, due_at, None, uncounted=True)
        except Exception:
            log.exception("a delivery met an error of ours", delivery=delivery.id)
            await self._in_thread(self._try_later, delivery, "an error of ours; the log says which", None)

    def _withheld(self, delivery: Delivery) -> str | Later | None:
        """Why it is not to be sent any more, or when, by what has become of it since it was entered."""
        if delivery.key.startswith(PREFIX):
            return withheld(self.assistant, delivery)
        if delivery.kind is DeliveryKind.ORDER and delivery.payload.get("do") in ENDED:
            return ANOTHER_HOLDS if another_holds(self.assistant, delivery) else None
        return None

    async def _hold_back(self, delivery: Delivery, no: str | Later) -> None:
        if isinstance(no, Later):
            await self._in_thread(self._postpone, delivery, no.at, None, uncounted=True)
        else:
            await self._in_thread(self._finish, delivery, DeliveryState.SKIPPED, str(no))

    async def _deliver(self, held: Held, delivery: Delivery) -> None:
        timeout_s = max(1.0, self.assistant.settings.outbox.lease_s * 0.8)
        self._calls[held.connection.id] += 1
        try:
            async with asyncio.timeout(timeout_s):
                receipt = await self._send(held, delivery)
        except TimeoutError:
            await self._in_thread(self._try_later, delivery, "no answer in time", None)
        except DeliveryFailed as error:
            await self._in_thread(self._try_later, delivery, error.problem, error.retry_after)
        except DeliveryRefused as error:
            await self._in_thread(self._give_up, held, delivery, error)
        else:
            await self._in_thread(self._done, held, delivery, receipt)
        finally:
            self._calls[held.connection.id] -= 1

    async def _send(self, held: Held, delivery: Delivery) -> Receipt:
        http = self.assistant.outgoing
        if delivery.kind is DeliveryKind.EVENT:
            kind, data = delivery.payload["type"], with_contact(self.assistant, delivery.payload["data"])
            return await standard_webhooks.send(held.connection, delivery.id, kind, data, http)
        order = read_order(delivery)
        if delivery.case_id is not None and order.do in _CARDS:
            order = await self._in_thread(self._card, held, delivery, order)
        return await held.platform.act(held.connection, order, http)

    async def _held(self, delivery: Delivery) -> Held | None:
        try:
            return await self.assistant.registry.find(delivery.connection_id or "")
        except NotFound:
            return None

    def _wait_s(self, held: Held) -> float:
        """Seconds until this connection may be called again, by its rate and by what it is busy with; else the place in the line is
        taken."""
        if self._calls[held.connection.id] >= MOST_CALLS:
            return _BUSY_S
        now = time.monotonic()
        at = max(self._next_call.get(held.connection.id, 0.0), now)
        if at - now > 1.0:
            return at - now
        self._next_call[held.connection.id] = at + 1 / held.capabilities.per_second
        return 0.0

    def _claim(self, now: datetime, lease_ends: datetime, batch: int) -> tuple[list[Delivery], set[str]]:
        """What is due, and those of its connections that are sent nothing more: not by what this process remembers of them, for
        another may have stopped one just now."""
        with self.assistant.database.transaction(EVERY_COMMUNITY) as transaction:
            claimed = deliveries.claim(transaction, now, lease_ends, batch)
            about = {one.connection_id for one in claimed if one.connection_id is not None}
            return claimed, connections.stopped_among(transaction, about) if about else set()

    def _card(self, held: Held, delivery: Delivery, order: Order) -> Order:
        with self.assistant.database.transaction(delivery.community) as transaction:
            case = cases.get(transaction, delivery.community, delivery.case_id or "")
            text = card_text(transaction, case, held.language)
        return Order(
            id=order.id,
            do=order.do,
            channel=order.channel,
            message_id=order.message_id,
            refs=order.refs,
            text=text,
            buttons=card_buttons(case, held.language),
        )

    def _follow_up(self, held: Held, delivery: Delivery) -> None:
        now = self.assistant.clock()
        with self.assistant.database.transaction(delivery.community) as transaction:
            if deliveries.hold(transaction, delivery.id):
                try:
                    policy = policy_in(transaction, delivery.community)
                    follow_up(self.assistant, transaction, held, delivery, policy)
                except NotFound:
                    log.warning("a follow-up's decision is gone", delivery=delivery.id)
                deliveries.finish(transaction, delivery.id, DeliveryState.DONE, now)

    def _done(self, held: Held, delivery: Delivery, receipt: Receipt) -> None:
        now = self.assistant.clock()
        with self.assistant.database.transaction(delivery.community) as transaction:
            deliveries.finish(transaction, delivery.id, DeliveryState.DONE, now, message_id=receipt.message_id)
            if held.connection.id not in self._fine:
                connections.succeeded(transaction, held.connection.id)
            self._tell_systems(transaction, delivery, {"carried_out": True})
        self._fine.add(held.connection.id)

    def _finish(self, delivery: Delivery, state: DeliveryState, because: str) -> None:
        with self.assistant.database.transaction(delivery.community) as transaction:
            deliveries.finish(transaction, delivery.id, state, self.assistant.clock(), because=because)

    def _postpone(self, delivery: Delivery, due_at: Any, because: str | None, *, uncounted: bool = False) -> None:
        with self.assistant.database.transaction(delivery.community) as transaction:
            deliveries.postpone(transaction, delivery.id, due_at, because, uncounted=uncounted)

    def _try_later(self, delivery: Delivery, because: str, retry_after: float | None) -> None:
        now = self.assistant.clock()
        connection_id = delivery.connection_id or ""
        self._fine.discard(connection_id)
        with self.assistant.database.transaction(delivery.community) as transaction:
            connections.failed(transaction, connection_id, now)
            if delivery.attempts < len(SCHEDULE_S):
                wait_s = max(SCHEDULE_S[delivery.attempts] * random.uniform(1, 1 + _JITTER), retry_after or 0.0)  # noqa: S311
                due_at = now + timedelta(seconds=wait_s)
                deliveries.postpone(transaction, delivery.id, due_at, because)
                return
            self._bury(transaction, delivery, because)
            hours = timedelta(hours=self.assistant.settings.outbox.disable_after_hours)
            if connections.stop(transaction, connection_id, because, now, failing_for=hours):
                self._alert(transaction, delivery, because)

    def _give_up(self, held: Held, delivery: Delivery, error: DeliveryRefused) -> None:
        """The receiver will never take it. One that is gone is not asked again at all."""
        now, because = self.assistant.clock(), error.problem
        with self.assistant.database.transaction(delivery.community) as transaction:
            self._bury(transaction, delivery, because)
            stopped = isinstance(error, ReceiverGone) and connections.stop(
                transaction, held.connection.id, because, now
            )
            if stopped:
                self._alert(transaction, delivery, because)
        if stopped:
            self.assistant.registry.refresh()

    def _bury(self, transaction: Transaction, delivery: Delivery, because: str) -> None:
        now = self.assistant.clock()
        if not deliveries.finish(transaction, delivery.id, DeliveryState.DEAD, now, because=because):
            return
        self._tell_systems(transaction, delivery, {"carried_out": False, "because": because})
        do = delivery.payload.get("do")
        if delivery.kind is DeliveryKind.ORDER and do in {one.value for one in _MISSED}:
            case = Case(
                id=new_id("cas"),
                community=delivery.community,
                key=f"dead:{delivery.id}",
                kind=CaseKind.CANNOT,
                decision_id=delivery.decision_id,
                connection_id=delivery.connection_id,
                member_id=delivery.payload.get("member_id"),
                channel=delivery.payload.get("channel"),
                details={"because": f"{do}: {because}"},
                created_at=now,
            )
            open_case(self.assistant, transaction, case)

    def _alert(self, transaction: Transaction, delivery: Delivery, because: str) -> None:
        """The staff, and the other systems of the community, learn that a connection is no longer used."""
        now, connection_id = self.assistant.clock(), delivery.connection_id or ""
        log.error("a connection is sent nothing more", connection=connection_id, because=because)
        case = Case(
            id=new_id("cas"),
            community=delivery.community,
            key=f"stopped:{connection_id}:{now.timestamp()}",
            kind=CaseKind.ALERT,
            connection_id=connection_id,
            details={"alert": STOPPED, "because": because, "text": self._alert_text(connection_id, because)},
            created_at=now,
        )
        open_case(self.assistant, transaction, case)
        data = {"alert": STOPPED, "connection_id": connection_id, "because": because}
        around = [
            one
            for one in self.assistant.registry.of_community(delivery.community)
            if one.connection.id != connection_id
        ]
        deliveries.add(transaction, event_entries(around, "alert", case.id, data, now))

    def _alert_text(self, connection_id: str, because: str) -> str:
        held = self.assistant.registry.get(connection_id)
        language, name = (held.language, held.connection.name) if held is not None else ("en", connection_id)
        return load_words().get("alerts.connection_stopped", language, connection=name, because=because)

    def _tell_systems(self, transaction: Transaction, delivery: Delivery, outcome: Mapping[str, Any]) -> None:
        do = delivery.payload.get("do")
        if delivery.kind is not DeliveryKind.ORDER or do not in {one.value for one in _MISSED}:
            return
        data = {
            "delivery_id": delivery.id,
            "decision_id": delivery.decision_id,
            "action": do,
            "connection_id": delivery.connection_id,
            "member_id": delivery.payload.get("member_id"),
            "message_id": delivery.payload.get("message_id"),
            **outcome,
        }
        around = self.assistant.registry.of_community(delivery.community)
        now = self.assistant.clock()
        deliveries.add(transaction, event_entries(around, "action", delivery.id, data, now, delivery.decision_id))

    async def _in_thread(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **named))


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
