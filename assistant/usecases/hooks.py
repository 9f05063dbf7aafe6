"""A platform's request: verified, read, each of its events seen to, answered in the platform's words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from assistant.errors import AssistantError, NotFound, Unavailable
from assistant.store import deliveries
from assistant.types import (
    Command,
    Did,
    Event,
    HookReply,
    HookRequest,
    Joined,
    Message,
    Outcome,
    Part,
    PlatformRef,
    Pressed,
    Said,
)
from assistant.usecases.assistant import Assistant
from assistant.usecases.cards import read_press
from assistant.usecases.cases import resolve_case
from assistant.usecases.commands import answer_command
from assistant.usecases.deeds import note_deed
from assistant.usecases.registry import Held
from assistant.usecases.said import Deadline, take
from assistant.usecases.speech import language_of
from assistant.words import load_words

log = structlog.get_logger()

_ASKING_SHARE = 0.2
"""Of the time for the answer, what may have passed when a platform is no longer waited for."""


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """The platform's reply, and what became of the messages, to be counted."""

    reply: HookReply
    community: str
    outcomes: Sequence[Outcome] = ()


async def answer_hook(assistant: Assistant, connection_id: str, request: HookRequest, began: float) -> HookAnswer:
    """``began`` is when the request came in, by the system's monotonic clock: its platform's deadline counts from there.

    Raises:
        NotFound: there is no such connection in use.
        Unauthenticated: the platform did not send this.
        InvalidInput: it makes no sense.
        DatabaseUnavailable, Unavailable: nothing was kept; the platform has to send it again.
    """
    held = await assistant.registry.find(connection_id)
    platform, connection = held.platform, held.connection
    platform.verify(connection, request)
    hook = platform.parse(connection, request)
    if hook.answer is not None:
        return HookAnswer(hook.answer, connection.community)
    outcomes = await receive(assistant, held, hook.events, began)
    return HookAnswer(platform.reply(connection, hook, outcomes), connection.community, outcomes)


async def receive(assistant: Assistant, held: Held, events: Sequence[Event], began: float) -> list[Outcome]:
    """One outcome for each event, in order. Raises as ``answer_hook``, once all were seen to."""
    seconds = held.capabilities.deadline_s * assistant.settings.hooks.deadline_share
    deadline = Deadline(began, seconds)
    if len(events) == 1:
        return [await _see_to(assistant, held, events[0], deadline)]
    found = await asyncio.gather(
        *(_see_to(assistant, held, event, deadline) for event in events), return_exceptions=True
    )
    for outcome in found:
        if isinstance(outcome, BaseException):
            raise outcome
    return [outcome for outcome in found if isinstance(outcome, Outcome)]


async def _see_to(assistant: Assistant, held: Held, event: Event, deadline: Deadline) -> Outcome:
    if isinstance(event, Said):
        if event.message.channel is not None and event.message.channel == held.connection.staff_channel:
            return Outcome()  # the staff talk about what they see: theirs is not screened
        return await take(assistant, held, await _completed(assistant, held, event, deadline), deadline)
    if isinstance(event, Joined):
        return await take(assistant, held, _named(held, event), deadline)
    if isinstance(event, Did):
        return await _done(assistant, held, event, deadline)
    try:
        async with asyncio.timeout(deadline.left()):
            if isinstance(event, Command):
                return await answer_command(assistant, held, event, deadline)
            return await _pressed(assistant, held, event)
    except TimeoutError:
        raise Unavailable from None


async def _completed(assistant: Assistant, held: Held, said: Said, deadline: Deadline) -> Said:
    """With what the hook left out; where that cannot be had in time, it counts as unscreened text."""
    if held.platform.complete is None:
        return said
    try:
        async with asyncio.timeout(deadline.left(_ASKING_SHARE)):
            return await held.platform.complete(held.connection, said, assistant.outgoing)
    except (TimeoutError, AssistantError) as error:
        log.warning("what a hook leaves out could not be read", connection=held.connection.id, error=str(error))
    kinds = dict.fromkeys(("text", *said.message.unscreened))
    return replace(said, message=replace(said.message, unscreened=tuple(kinds)))


async def _done(assistant: Assistant, held: Held, did: Did, deadline: Deadline) -> Outcome:
    """Not in time, it is left to the thread: a deed is not worth a platform's retry."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(deadline.left()):
            await asyncio.to_thread(note_deed, assistant, held, did)
    return Outcome()


def _named(held: Held, joined: Joined) -> Said:
    """Someone who joins says their name."""
    message = Message(
        text="",
        member_id=joined.member_id,
        channel=joined.channel,
        platform=PlatformRef(held.connection.platform, None),
        parts=(Part("member.name", joined.name),),
    )
    return Said(key=joined.key, message=message, joined=True, locale=joined.locale, refs=joined.refs)


async def _pressed(assistant: Assistant, held: Held, pressed: Pressed) -> Outcome:
    """Only where the staff are: whoever may write there may decide there."""
    language = language_of(pressed.locale, "", held.language)
    read = read_press(pressed.value)
    if read is None:
        return Outcome()
    if held.connection.staff_channel is None or pressed.channel != held.connection.staff_channel:
        return Outcome(text=load_words().get("cards.not_here", language))
    case_id, resolution = read
    community = held.connection.community
    actor = f"{held.connection.platform}:{pressed.member_id}"
    try:
        if case_id is None:
            case_id = await asyncio.to_thread(_case_of_card, assistant, held, pressed)
        await asyncio.to_thread(
            resolve_case, assistant, community, case_id, resolution, actor=actor, note=None, refs=pressed.refs
        )
    except AssistantError as error:
        if error.status >= 500:
            raise
        values = {name: "" if value is None else value for name, value in error.values.items()}
        return Outcome(text=load_words().get(f"errors.{error.message}", language, **values))
    done = {"approve": "approved", "remove": "removed", "undo": "undone"}[resolution.value]
    return Outcome(text=load_words().get(f"cards.{done}", language, actor=actor))


def _case_of_card(assistant: Assistant, held: Held, pressed: Pressed) -> str:
    with assistant.database.transaction(held.connection.community) as transaction:
        posted = deliveries.of_message(
            transaction, held.connection.community, held.connection.id, pressed.message_id or ""
        )
    if posted is None or posted.case_id is None:
        raise NotFound("case_unknown", field="case")
    return posted.case_id
