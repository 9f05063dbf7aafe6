"""The calendar: what is approved goes out at its hour, through the outbox or by hand, and its numbers come back."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import Connection as Transaction

from assistant.content.plans import plan_text
from assistant.content.results import NUMBERS
from assistant.content.rhythm import activity, best_slots, conflict
from assistant.content.surveys import as_text
from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.store import audit, content_calendar, content_drafts, content_messages, content_posts, deliveries
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.paging import Page
from assistant.types import DeliveryState, Do, Order
from assistant.types.content import Draft, DraftState, Entry, Post, SlotState
from assistant.types.content_settings import ContentSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.content.people import Actor
from assistant.usecases.content.render import screened_parts
from assistant.usecases.content.saving import call_off, save_draft
from assistant.usecases.content.screening import screen_draft
from assistant.usecases.content.settings import settings_in
from assistant.usecases.entries import order_entry
from assistant.usecases.identity import new_id
from assistant.usecases.request import AnyMoment, Name, Shape
from assistant.words import load_words

_FURTHEST: Final = timedelta(days=90)
_LEAST: Final = timedelta(days=4)
"""What is planned so far before and after a moment is looked at: gaps last 72 hours at most."""
MAX_NUMBER: Final = 10**12
Number = Annotated[float, Field(ge=0, le=MAX_NUMBER)]


class PlanRequest(Shape):
    """Without ``at``, the busiest hour within ``ahead_days`` that nothing speaks against. Without ``connection_id`` a page is made for a
    person who posts by hand. ``anyway`` plans into a conflict."""

    draft_id: Name
    actor: Actor
    at: AnyMoment | None = None
    ahead_days: int = Field(7, ge=1, le=28)
    connection_id: Name | None = None
    channel: Name | None = None
    anyway: bool = False


class NumbersRequest(Shape):
    """What a post brought so far; those left out stay as they are."""

    views: Number | None = None
    reactions: Number | None = None
    replies: Number | None = None
    shares: Number | None = None
    clicks: Number | None = None
    orders: Number | None = None

    def given(self) -> dict[str, float]:
        return {name: value for name in NUMBERS if (value := getattr(self, name)) is not None}


async def plan_screened(assistant: Assistant, community: str, asked: PlanRequest) -> tuple[Entry, str | None]:
    """As ``plan``; what was approved is screened once more, for the policy and the law may have changed since. What they block now loses
    its approval and keeps the new findings, so that two people may approve over them.

    Raises:
        Conflict: it is blocked now, and no two people have approved it.
    """
    draft = await asyncio.to_thread(_draft, assistant, community, asked.draft_id)
    if draft.state is DraftState.APPROVED and draft.seconded_by is None:
        text, parts = f"{draft.title}\n{draft.body}", screened_parts(draft.suggestion)
        screening = await screen_draft(assistant, community, text, parts, draft.jurisdictions, draft.category)
        if screening.blocked:
            found = replace(
                draft,
                state=DraftState.PROPOSED,
                screening=screening,
                approved_by=None,
                reason=None,
                updated_at=assistant.clock(),
            )
            await asyncio.to_thread(save_draft, assistant, found, draft.revision, asked.actor, "blocked")
            raise Conflict("draft_blocked", field="draft_id")
    return await asyncio.to_thread(plan, assistant, community, asked)


def plan(assistant: Assistant, community: str, asked: PlanRequest) -> tuple[Entry, str | None]:
    """The entry, and the secret of its page where it is posted by hand. Blocks on the database.

    Raises:
        NotFound: there is no such draft or connection.
        Conflict: the draft is not approved, is planned already, or the hour is taken.
        InvalidInput: the hour is over or too far away, or the connection cannot post.
    """
    now = assistant.clock()
    if asked.connection_id is not None:
        assistant.registry.look(asked.connection_id)
    with assistant.database.transaction(community) as transaction:
        content_calendar.one_at_a_time(transaction, community)
        draft = content_drafts.hold(transaction, community, asked.draft_id)
        if draft.state is not DraftState.APPROVED:
            raise Conflict("draft_unapproved", field="draft_id")
        settings = settings_in(transaction, community)
        at = _moment(transaction, community, settings, asked, now)
        entry = Entry(new_id("cal"), community, draft.id, at, SlotState.PLANNED, now, channel=asked.channel)
        secret = None
        if asked.connection_id is None:
            secret = secrets.token_urlsafe(24)
        else:
            entry = _through(assistant, transaction, entry, draft, asked, now)
        content_calendar.add(transaction, entry, _hash(secret) if secret else None, asked.actor)
        audit.write(transaction, community, now, actor=asked.actor, action="content.planned", subject=draft.id)
    return entry, secret


def list_calendar(
    assistant: Assistant,
    community: str,
    since: datetime | None,
    until: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[Entry]:
    """The latest first. Blocks on the database."""
    with assistant.database.transaction(community) as transaction:
        settle(transaction, community, assistant.clock())
        return content_calendar.page(transaction, community, since, until, cursor, limit)


def cancel(assistant: Assistant, community: str, entry_id: str, actor: str) -> Entry:
    """Raises: NotFound; Conflict, where it is not planned any more, or is being posted right now."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        settle(transaction, community, now)
        entry = content_calendar.get(transaction, community, entry_id)
        if entry.state is not SlotState.PLANNED:
            raise Conflict("entry_over", field="entry")
        if entry.delivery_id and not call_off(transaction, entry.delivery_id, "cancelled", now):
            raise Conflict("entry_over", field="entry")
        if not content_calendar.change(transaction, entry, SlotState.PLANNED, state=SlotState.CANCELLED.value):
            raise Conflict("entry_over", field="entry")
        audit.write(transaction, community, now, actor=actor, action="content.cancelled", subject=entry.draft_id)
    return replace(entry, state=SlotState.CANCELLED)


def put_numbers(assistant: Assistant, community: str, entry_id: str, numbers: Mapping[str, float]) -> Entry:
    """Raises: NotFound; Conflict, where it was not published."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        settle(transaction, community, now)
        entry = content_calendar.get(transaction, community, entry_id, lock=True)
        return _measured(transaction, entry, numbers, now)


def settle(transaction: Transaction, community: str, now: datetime) -> None:
    """Brings in what the outbox did meanwhile: published, or not."""
    for entry, over in content_calendar.carried_out(transaction, community):
        if over["state"] == DeliveryState.DONE.value:
            _publish(transaction, entry, over["at"] or now, over["text"])
        else:
            because = over["because"] or over["state"]
            content_calendar.change(
                transaction, entry, SlotState.PLANNED, state=SlotState.FAILED.value, because=because
            )


def open_page(assistant: Assistant, secret: str) -> tuple[Entry, Draft]:
    """By the page's secret alone. Raises: NotFound, also where what is planned is not approved."""
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        entry = content_calendar.by_token(transaction, _hash(secret))
        if entry is None or entry.state not in {SlotState.PLANNED, SlotState.PUBLISHED}:
            raise NotFound("page_unknown", field="page")
        draft = content_drafts.get(transaction, entry.community, entry.draft_id)
        if entry.state is SlotState.PLANNED and draft.state is not DraftState.APPROVED:
            raise NotFound("page_unknown", field="page")
        return entry, draft


def posted_by_hand(
    assistant: Assistant, secret: str, numbers: Mapping[str, float], emptied: Collection[str] = ()
) -> Entry:
    """Done, and its numbers, as often as they are corrected; those ``emptied`` are known no longer. Raises: NotFound."""
    entry, _ = open_page(assistant, secret)
    now = assistant.clock()
    with assistant.database.transaction(entry.community) as transaction:
        if entry.state is SlotState.PLANNED:
            _publish(transaction, entry, now)
        if entry.state is SlotState.PLANNED or numbers or emptied:
            entry = content_calendar.get(transaction, entry.community, entry.id, lock=True)
            if entry.state is not SlotState.PUBLISHED:
                raise NotFound("page_unknown", field="page")
        return _measured(transaction, entry, numbers, now, emptied) if numbers or emptied else entry


def published_text(draft: Draft) -> str:
    """The words that go out, with a plan's rules and rewards and a questionnaire's questions; a language model's are marked."""
    rules = plan_text(draft.suggestion.get("plan"), draft.language)
    survey = as_text(draft.suggestion.get("survey"), draft.language)
    text = "\n\n".join(filter(None, [draft.title, draft.body, rules, survey]))
    words = load_words()
    mark = words.get("content.marked", draft.language, mark=words.get("content.machine", draft.language))
    return f"{text}\n\n{mark}" if draft.machine else text


def _draft(assistant: Assistant, community: str, draft_id: str) -> Draft:
    with assistant.database.transaction(community) as transaction:
        return content_drafts.get(transaction, community, draft_id)


def _moment(
    transaction: Transaction, community: str, settings: ContentSettings, asked: PlanRequest, now: datetime
) -> datetime:
    if asked.at is None:
        return _best(transaction, community, settings, asked, now)
    if not now - timedelta(minutes=5) <= asked.at <= now + _FURTHEST:
        raise InvalidInput(field="at", limit=_FURTHEST.days, problem="must lie within the next 90 days")
    taken = content_calendar.planned(transaction, community, asked.at - _LEAST, asked.at + _LEAST)
    problem = conflict(asked.at, taken, settings)
    if problem is not None and not asked.anyway:
        raise Conflict(f"slot_{problem}", field="at")
    return asked.at


def _best(
    transaction: Transaction, community: str, settings: ContentSettings, asked: PlanRequest, now: datetime
) -> datetime:
    until = now + timedelta(days=asked.ahead_days)
    taken = content_calendar.planned(transaction, community, now - _LEAST, until + _LEAST)
    moments = content_messages.moments(transaction, community, now - timedelta(days=56), now, 50_000)
    slots = best_slots(activity(moments, settings.zone), now, until, taken, settings, 1)
    if not slots:
        raise Conflict("slot_none", field="at")
    return slots[0].at


def _through(
    assistant: Assistant, transaction: Transaction, entry: Entry, draft: Draft, asked: PlanRequest, now: datetime
) -> Entry:
    held = assistant.registry.get(asked.connection_id or "")
    if held is None or held.connection.community != entry.community:
        raise NotFound("connection_unknown", field="connection_id")
    if asked.channel is None:
        raise InvalidInput(field="channel", problem="is needed for a connection")
    text, limit = published_text(draft), held.capabilities.longest_text
    if limit is not None and not limit.holds(text):
        problem = (
            f"takes {limit.most} {limit.unit.value} at most, and the post has {limit.length(text)}: it would be cut"
        )
        raise InvalidInput(field="connection_id", limit=limit.most, problem=problem)
    order = Order(id=new_id("dlv"), do=Do.POST, channel=asked.channel, text=text)
    delivery = order_entry(held, order, f"content:{entry.id}", now, due_at=entry.at)
    if delivery.state is not DeliveryState.WAITING:
        raise InvalidInput("connection_cannot_post", field="connection_id", because=delivery.because)
    deliveries.add(transaction, [delivery])
    return replace(entry, connection_id=held.connection.id, delivery_id=delivery.id)


def _publish(transaction: Transaction, entry: Entry, at: datetime, sent: str | None = None) -> None:
    """``sent`` is what a connection took, and counts whatever became of the draft; by hand only what is approved is published."""
    draft = content_drafts.hold(transaction, entry.community, entry.draft_id)
    approved = draft.state is DraftState.APPROVED
    if sent is None and not approved:
        return
    published = {"state": SlotState.PUBLISHED.value, "published_at": at}
    if not content_calendar.change(transaction, entry, SlotState.PLANNED, **published):
        return
    if approved:
        content_drafts.save(transaction, replace(draft, state=DraftState.PUBLISHED, updated_at=at), draft.revision)
    post = Post(entry.id, sent or published_text(draft), at, draft.kind, {}, draft.id)
    content_posts.put(transaction, entry.community, [post], at)


def _measured(
    transaction: Transaction, entry: Entry, numbers: Mapping[str, float], now: datetime, emptied: Collection[str] = ()
) -> Entry:
    if entry.state is not SlotState.PUBLISHED:
        raise Conflict("entry_unpublished", field="entry")
    kept = {name: value for name, value in entry.numbers.items() if name not in emptied}
    together: dict[str, Any] = {**kept, **numbers}
    content_calendar.change(transaction, entry, SlotState.PUBLISHED, numbers=together)
    content_posts.set_numbers(transaction, entry.community, entry.id, together, now)
    return replace(entry, numbers=together)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
