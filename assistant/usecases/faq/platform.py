"""A question asked where members talk: answered there, in the conversation that the member had with the bot lately."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from assistant.errors import InvalidInput, NotFound
from assistant.faq.choosing import numbered
from assistant.moderation.enforce import can
from assistant.store import deliveries, faq_conversations
from assistant.types import Delivery, DeliveryState, Do, Order
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import order_entry
from assistant.usecases.faq.ask import MAX_QUESTION_CHARS, Asked, ask
from assistant.usecases.faq.conversation import Asker
from assistant.usecases.identity import new_id
from assistant.usecases.registry import Held
from assistant.words import load_words

GOES_ON_FOR = timedelta(hours=1)
"""After the last word a question begins a conversation of its own."""
_FOR_THE_MEMBER_ALONE = frozenset({"crisis"})
"""Said in private wherever the platform can, also where it was asked before everyone."""


async def answer_there(assistant: Assistant, held: Held, delivery: Delivery) -> None:
    """Asks, and writes the answer as an order, in the transaction that finishes the entry.

    Raises:
        DatabaseUnavailable: nothing was kept, or only the conversation.
    """
    payload = delivery.payload
    asker = Asker(
        delivery.community,
        member_id=payload["member_id"],
        connection_id=held.connection.id,
        channel=payload["channel"],
    )
    text, private = "", bool(payload["private"])
    try:
        before = await asyncio.to_thread(_before, assistant, asker)
        asked = await ask(assistant, asker, payload["question"][:MAX_QUESTION_CHARS], before, None)
        text = answer_text(asked)
        private = private or asked.reply.because in _FOR_THE_MEMBER_ALONE
    except (InvalidInput, NotFound):  # switched off meanwhile, or only white space
        text = ""
    await asyncio.to_thread(_written, assistant, held, delivery, text, private=private)


def answer_text(asked: Asked) -> str:
    """What the bot says, with its choices and sources; empty while a person speaks."""
    reply, words = asked.reply, load_words()
    if not reply.answer:
        return ""
    lines = [numbered(reply.answer, reply.choices)]
    titles = (f"{one.title} {one.source}".strip() for one in reply.citations)
    lines += dict.fromkeys(words.get("faq.source", asked.language, title=title) for title in titles if title)
    if reply.written:
        lines.append(words.get("faq.written", asked.language))
    return "\n".join(lines)


def _before(assistant: Assistant, asker: Asker) -> str | None:
    since = assistant.clock() - GOES_ON_FOR
    with assistant.database.transaction(asker.community) as transaction:
        found = faq_conversations.latest(transaction, asker.community, asker.owner_hash, asker.channel, since)
    return found.id if found is not None else None


def _written(assistant: Assistant, held: Held, delivery: Delivery, text: str, *, private: bool) -> None:
    payload, now = delivery.payload, assistant.clock()
    posts = can(held.capabilities, Do.POST, held.connection) is None
    writes = can(held.capabilities, Do.MESSAGE, held.connection) is None
    here = Do.POST if posts and not payload["private"] and not (private and writes) else Do.MESSAGE
    order = Order(
        id=new_id("dlv"),
        do=here,
        channel=payload["channel"],
        member_id=payload["member_id"],
        text=text,
        refs=payload["refs"],
    )
    with assistant.database.transaction(delivery.community) as transaction:
        if deliveries.hold(transaction, delivery.id):
            if text:
                deliveries.add(transaction, [order_entry(held, order, f"reply:{delivery.id}", now)])
            deliveries.finish(transaction, delivery.id, DeliveryState.DONE, now)
