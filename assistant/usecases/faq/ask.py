"""A member asks: screened, understood, looked for, answered or handed over; all of it kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from assistant.backends.static_embedder import meaning
from assistant.errors import InvalidInput, NotFound, TooLarge
from assistant.faq import flow
from assistant.faq.asked_in import answer_language
from assistant.faq.choosing import Offer
from assistant.faq.flow import House
from assistant.faq.phrases import say
from assistant.faq.understand import DOUBT, MODEL, Understood, in_jest, understand
from assistant.moderation.enforce import needs_help
from assistant.moderation.flow import Screener
from assistant.moderation.helplines import emergency_number, region_of, region_of_zone
from assistant.moderation.notices import help_words
from assistant.store import communities, faq_conversations
from assistant.store.faq_conversations import Conversation, ConversationState, TurnRow
from assistant.types import Decision, Label, Message, Purpose
from assistant.types.faq import Entry, FaqOutcome, FaqReply, Hit, QuestionKind
from assistant.types.faq_settings import FaqSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.conversation import TURNS, Asker, earlier_turns, member_turn, open_conversation
from assistant.usecases.faq.demo import refuse_while_loading
from assistant.usecases.faq.handoffs import Handed, hand_off
from assistant.usecases.faq.lookup import look_up
from assistant.usecases.faq.masking import mask_strangers
from assistant.usecases.faq.search import find_hits, find_named
from assistant.usecases.faq.settings import settings_in
from assistant.usecases.faq.speaking import hours_text
from assistant.usecases.faq.taking import take
from assistant.usecases.faq.writing import write_answer
from assistant.usecases.identity import new_id
from assistant.words import choose_language

MAX_QUESTION_CHARS = 1_000
_REFUSED_LABELS = frozenset({Label.THREAT.value, Label.SEXUAL.value, Label.SEXUAL_MINORS.value})
"""Anger, insults and accusations are answered or handed over; only these are not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one question. ``handed`` is there while a person is asked."""

    reply: FaqReply
    conversation: Conversation
    turn_id: str
    language: str
    handed: Handed | None = None


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where the question is asked: who speaks in the conversation, what was said, the answer's language and the community's ``usual`` one,
    how the bot behaves here."""

    conversation: Conversation
    earlier: Sequence[TurnRow]
    language: str
    usual: str
    settings: FaqSettings
    house: House


async def ask(
    assistant: Assistant,
    asker: Asker,
    question: str,
    conversation_id: str | None,
    language: str | None,
    preferred: str | None = None,
    offer: Offer | None = None,
) -> Asked:
    """``language`` is the answer's; without it, it is told by ``preferred`` (what the asker's browser says), the question, and the
    community's own. Both are of ``LANGUAGES``. ``offer`` is what the bot asked back before, where the conversation is not kept here.

    Raises:
    InvalidInput: there is no question, or it is too long.
    NotFound: the conversation is not the asker's.
    StillLoading: the demo's entries are not there yet; nothing was kept.
    DatabaseUnavailable: nothing was kept.
    """
    text = question.strip()
    if not text:
        raise InvalidInput("text_empty", field="question", limit=1)
    if len(text) > MAX_QUESTION_CHARS:
        raise TooLarge(field="question", limit=MAX_QUESTION_CHARS)
    screener = await assistant.screeners.get(asker.community)
    setting = await asyncio.to_thread(_setting, assistant, asker, conversation_id, text, language, preferred)
    understood = replace(understand(text, earlier_turns(setting.earlier), meaning), language=setting.language)
    taken = None
    if understood.kind is not QuestionKind.CRISIS:
        taken = await asyncio.to_thread(
            take, assistant, asker, setting.earlier, offer, text, language=language, usual=setting.usual
        )
    if taken is not None:
        understood = taken.understood
    if not setting.settings.enabled:
        raise NotFound("faq_disabled", field="community")
    if setting.conversation.state is ConversationState.PERSON:
        reply = FaqReply(outcome=FaqOutcome.HANDOFF, answer="", because="person_holds", question=text)
    elif taken is not None and taken.unclear:
        reply = flow.asked_again(understood, taken.offer)
    elif taken is not None and understood.kind is QuestionKind.PLAIN:
        reply = await _settled(assistant, screener, setting, understood, taken.hits)
    else:
        reply = await _reply(assistant, asker, screener, setting, understood, text)
    return await asyncio.to_thread(_keep, assistant, asker, setting, understood, text, reply)


def _setting(
    assistant: Assistant,
    asker: Asker,
    conversation_id: str | None,
    text: str,
    language: str | None,
    preferred: str | None,
) -> _Setting:
    now = assistant.clock()
    with assistant.database.transaction(asker.community) as transaction:
        refuse_while_loading(transaction, asker.community)
        owner = communities.get(transaction, asker.community)
        settings = settings_in(transaction, asker.community)
        own = choose_language(owner.default_language)
        conversation = open_conversation(
            transaction, asker, conversation_id, language or answer_language(text, (), own, preferred), now
        )
        earlier = faq_conversations.turns(transaction, conversation, TURNS) if conversation_id else []
    spoken = language or answer_language(text, earlier_turns(earlier), own, preferred)
    return _Setting(conversation, earlier, spoken, own, settings, _house(assistant, owner, settings, spoken, now))


def _house(
    assistant: Assistant, owner: communities.Community, settings: FaqSettings, language: str, now: datetime
) -> House:
    region = region_of(language, None) or region_of(owner.default_language, None) or region_of_zone(settings.time_zone)
    return House(
        name=owner.name,
        floor=settings.floor if settings.floor is not None else assistant.reranker.floor,
        gap=settings.gap if settings.gap is not None else assistant.reranker.gap,
        on_duty=settings.on_duty(now),
        hours=hours_text(settings, language),
        promised_minutes=settings.promised_minutes,
        write_to=settings.write_to,
        emergency=emergency_number(region) if region else None,
        help=help_words(language, region, owner.name),
    )


async def _reply(
    assistant: Assistant, asker: Asker, screener: Screener, setting: _Setting, understood: Understood, text: str
) -> FaqReply:
    decision = await asyncio.to_thread(_screen, screener, text, asker)
    if understood.kind is not QuestionKind.CRISIS and await _endangered(screener, decision, understood, text, asker):
        understood = replace(understood, kind=QuestionKind.CRISIS, because="screened")
    if _REFUSED_LABELS.intersection(decision.over) and understood.kind is QuestionKind.PLAIN:
        understood = replace(understood, kind=QuestionKind.ABUSE, because="screened")
    own = understood.kind is QuestionKind.ACCOUNT
    if own and understood.because != DOUBT and (found := await _looked_up(assistant, asker, setting, understood)):
        return found
    answered = understood.kind not in {*flow.REFUSED, QuestionKind.CRISIS}
    if answered and (named := await _named(assistant, asker, understood, text)):
        return await _settled(assistant, screener, setting, replace(understood, question=text), named)
    if own and understood.because in {MODEL, DOUBT}:
        hits = await _hits(assistant, asker, understood)
        if (asked := flow.own_or_general(understood, hits, setting.house)) is not None:
            return await asyncio.to_thread(_safe, screener, setting, understood, hits, asked)
        if understood.because == DOUBT:
            understood = replace(understood, kind=QuestionKind.PLAIN, because="")
    if (reply := flow.special(understood, setting.house)) is not None:
        return reply
    alone = replace(understood, question=text)
    hits, reply = await _found(assistant, asker, setting, alone)
    if reply.outcome is FaqOutcome.ANSWER:
        understood = alone  # a question that is clear by itself needs nothing of what was said before
    elif understood.question != text:
        hits, reply = await _found(assistant, asker, setting, understood)
    return await _written(assistant, screener, setting, understood, hits, reply)


async def _settled(
    assistant: Assistant, screener: Screener, setting: _Setting, understood: Understood, hits: Sequence[Hit]
) -> FaqReply:
    """The answer of the one entry that is meant for certain, or that nobody knows."""
    reply = flow.from_hits(understood, hits, setting.house)
    return await _written(assistant, screener, setting, understood, hits, reply)


async def _written(
    assistant: Assistant,
    screener: Screener,
    setting: _Setting,
    understood: Understood,
    hits: Sequence[Hit],
    reply: FaqReply,
) -> FaqReply:
    """In the language model's words where the community wants that; and safe to show."""
    if reply.outcome is FaqOutcome.ANSWER and setting.settings.use_generator and assistant.generator is not None:
        reply = await write_answer(assistant.generator, setting.house.name, understood, hits, reply)
    return await asyncio.to_thread(_safe, screener, setting, understood, hits, reply)


async def _named(assistant: Assistant, asker: Asker, understood: Understood, text: str) -> Sequence[Hit]:
    """The entry with this very question."""
    return await asyncio.to_thread(find_named, assistant, asker.community, text, asker.roles, understood.language)


async def _found(
    assistant: Assistant, asker: Asker, setting: _Setting, understood: Understood
) -> tuple[Sequence[Hit], FaqReply]:
    hits = await _hits(assistant, asker, understood)
    return hits, flow.from_hits(understood, hits, setting.house)


async def _hits(assistant: Assistant, asker: Asker, understood: Understood) -> Sequence[Hit]:
    return await asyncio.to_thread(
        find_hits, assistant, asker.community, understood.question, asker.roles, understood.language
    )


async def _endangered(screener: Screener, decision: Decision, understood: Understood, text: str, asker: Asker) -> bool:
    """Whether the asker may hurt themselves, by what was screened of the question and of what it leans on."""
    if needs_help(decision):
        return not in_jest(text) and (understood.kind is not QuestionKind.PLAIN or _listed(decision))
    if understood.question == text:
        return False
    whole = await asyncio.to_thread(_screen, screener, understood.question, asker)
    return needs_help(whole) and not in_jest(understood.question)


def _listed(decision: Decision) -> bool:
    """Whether more than a model tells of harm to oneself: a model alone takes "can I cut it myself" for it."""
    return any(
        finding.label == Label.SELF_HARM.value and not finding.source.startswith("model:")
        for finding in decision.findings
    )


def _screen(screener: Screener, text: str, asker: Asker) -> Decision:
    return screener.screen(Message(text, member_id=asker.member_id, purpose=Purpose.QUESTION))


async def _looked_up(assistant: Assistant, asker: Asker, setting: _Setting, understood: Understood) -> FaqReply | None:
    """The shop's own answer about the member's own things; never for somebody whom nobody vouches for."""
    if asker.member_id is None or asker.connection_id is not None or setting.settings.lookup_url is None:
        return None
    found = await look_up(
        assistant,
        setting.settings,
        member_id=asker.member_id,
        question=understood.question,
        language=understood.language,
    )
    if found is None:
        text = flow.handed_over(setting.house, understood.language, "lookup_failed")
        return FaqReply(outcome=FaqOutcome.HANDOFF, answer=text, because="lookup_failed", question=understood.question)
    return FaqReply(
        outcome=FaqOutcome.LOOKUP, answer=found.answer, confidence=1.0, because="lookup", question=understood.question
    )


def _safe(
    screener: Screener, setting: _Setting, understood: Understood, hits: Sequence[Hit], reply: FaqReply
) -> FaqReply:
    """Personal data that is not the community's own is masked; what the policy would block is not shown."""
    if reply.outcome is not FaqOutcome.ANSWER or not reply.citations:
        return reply
    cited = _entries(hits, reply)
    masked = mask_strangers(screener, reply, cited, setting.settings.contacts)
    decision = screener.screen(Message(masked.answer, purpose=Purpose.QUESTION))
    if not _REFUSED_LABELS.intersection(decision.over):
        return masked
    text = f"{say('screened', understood.language)}"
    return FaqReply(outcome=FaqOutcome.HANDOFF, answer=text, because="screened", question=understood.question)


def _entries(hits: Sequence[Hit], reply: FaqReply) -> list[Entry]:
    wanted = {citation.entry_id for citation in reply.citations}
    return [hit.entry for hit in hits if hit.entry.id in wanted]


def _keep(
    assistant: Assistant, asker: Asker, setting: _Setting, understood: Understood, text: str, reply: FaqReply
) -> Asked:
    now = assistant.clock()
    handed: Handed | None = None
    with assistant.database.transaction(asker.community) as transaction:
        conversation = faq_conversations.get(transaction, asker.community, setting.conversation.id, lock=True)
        faq_conversations.add_turn(transaction, member_turn(conversation, text, now))
        if conversation.state is ConversationState.PERSON:
            reply = replace(reply, outcome=FaqOutcome.HANDOFF, answer="", citations=(), because="person_holds")
        turn = _bot_turn(assistant, conversation, reply)
        if reply.answer:
            faq_conversations.add_turn(transaction, turn)
        if reply.outcome is FaqOutcome.HANDOFF and reply.because != "person_holds":
            handed = hand_off(assistant, transaction, conversation, setting.settings, reply, understood.language, now)
        faq_conversations.set_state(
            transaction,
            conversation,
            ConversationState.WAITING if handed is not None else conversation.state,
            now,
        )
    return Asked(reply, setting.conversation, turn.id, understood.language, handed)


def _bot_turn(assistant: Assistant, conversation: Conversation, reply: FaqReply) -> TurnRow:
    return TurnRow(
        id=new_id("trn"),
        community=conversation.community,
        conversation_id=conversation.id,
        created_at=assistant.clock(),
        author="bot",
        text=reply.answer,
        outcome=reply.outcome.value,
        because=reply.because,
        question=reply.question,
        choices=reply.choices,
        entry_ids=tuple(citation.entry_id for citation in reply.citations),
        citations=[
            {"entry_id": one.entry_id, "title": one.title, "quote": one.quote, "source": one.source}
            for one in reply.citations
        ],
        confidence=float(np.float32(reply.confidence)),
    )
