"""Questions that a person answers: handed over, held, answered, and told where the member is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection as Transaction

from assistant.errors import ConfigurationError, Conflict, InvalidInput, TooLarge
from assistant.store import audit, deliveries, faq_conversations
from assistant.store.database import EVERY_COMMUNITY
from assistant.store.faq_conversations import Conversation, ConversationState, Handoff, HandoffState, TurnRow
from assistant.store.paging import Page
from assistant.store.vault import Sealed
from assistant.types import Do, Order
from assistant.types.faq import Entry, FaqOutcome, FaqReply
from assistant.types.faq_settings import FaqSettings
from assistant.usecases.assistant import Assistant
from assistant.usecases.entries import event_entries, order_entry
from assistant.usecases.faq.conversation import Asker, own_conversation
from assistant.usecases.faq.entries import Prepared, keep_prepared, prepared
from assistant.usecases.faq.settings import settings_in
from assistant.usecases.faq.speaking import hours_text
from assistant.usecases.identity import new_id

EVENT = "handoff"
MAX_ANSWER_CHARS = 10_000
MAX_CONTACT_CHARS = 200
_URGENT = frozenset({"crisis", "safety", "medical"})
_SHOWN_TURNS = 20


@dataclass(frozen=True, slots=True)
class Handed:
    """What the member may know of it."""

    id: str
    on_duty: bool
    hours: str
    promised_minutes: int | None
    write_to: str


def hand_off(
    assistant: Assistant,
    transaction: Transaction,
    conversation: Conversation,
    settings: FaqSettings,
    reply: FaqReply,
    language: str,
    now: datetime,
) -> Handed:
    """Opens a hand-off, or keeps the one that is open, in the transaction that keeps the turn. The community's systems are told; of a
    product that may hurt somebody, or of a member who may hurt themselves, at the first message. ``language`` is the member's."""
    on_duty = settings.on_duty(now)
    found = faq_conversations.open_handoff(transaction, conversation)
    urgent = reply.because in _URGENT
    if found is None:
        minutes = settings.promised_minutes
        found = Handoff(
            id=new_id("hnd"),
            community=conversation.community,
            conversation_id=conversation.id,
            question=reply.question,
            because=reply.because,
            urgent=urgent,
            tried=tuple(citation.entry_id for citation in reply.citations),
            due_at=now + timedelta(minutes=minutes) if minutes and on_duty else None,
            created_at=now,
            updated_at=now,
        )
        faq_conversations.add_handoff(transaction, found)
        _tell(assistant, transaction, conversation, found, now, "opened")
    elif urgent and not found.urgent:
        found = faq_conversations.change_handoff(transaction, found, now, urgent=True, because=reply.because)
        _tell(assistant, transaction, conversation, found, now, "urgent")
    return Handed(found.id, on_duty, hours_text(settings, language), settings.promised_minutes, settings.write_to)


def ask_for_person(
    assistant: Assistant, asker: Asker, conversation_id: str, contact: Mapping[str, str] | None, *, consent: bool
) -> Handed:
    """The button for a person, and a contact to be written to, kept sealed and only with consent. Blocks on the database.

    Raises:
        NotFound: the conversation is not the asker's.
        InvalidInput: a contact without consent, or too long.
    """
    now = assistant.clock()
    with assistant.database.transaction(asker.community) as transaction:
        conversation = own_conversation(transaction, asker, conversation_id, lock=True)
        settings = settings_in(transaction, asker.community)
        said = [
            row for row in faq_conversations.turns(transaction, conversation, _SHOWN_TURNS) if row.author == "member"
        ]
        question = said[-1].text if said else ""
        reply = FaqReply(outcome=FaqOutcome.HANDOFF, answer="", because="human", question=question)
        handed = hand_off(assistant, transaction, conversation, settings, reply, conversation.language, now)
        if contact is not None:
            _keep_contact(assistant, transaction, asker.community, handed.id, contact, now, consent=consent)
        if conversation.state is not ConversationState.PERSON:
            faq_conversations.set_state(transaction, conversation, ConversationState.WAITING, now)
    return handed


def list_handoffs(
    assistant: Assistant, community: str, *, state: HandoffState | None, cursor: str | None, limit: int
) -> Page[Handoff]:
    with assistant.database.transaction(community) as transaction:
        return faq_conversations.page_handoffs(transaction, community, state, cursor, limit)


def show_handoff(assistant: Assistant, community: str, handoff_id: str) -> dict[str, Any]:
    """With the conversation, and the contact that the member left to be answered at: ``None`` where there is none, or its key is gone.

    Raises: NotFound.
    """
    with assistant.database.transaction(community) as transaction:
        handoff = faq_conversations.get_handoff(transaction, community, handoff_id)
        conversation = faq_conversations.get(transaction, community, handoff.conversation_id)
        turns = faq_conversations.turns(transaction, conversation, _SHOWN_TURNS)
    contact = None
    if handoff.contact is not None:
        with suppress(ConfigurationError):
            contact = assistant.vault.open(Sealed(**handoff.contact), f"handoff/{handoff_id}")
    return render_handoff(handoff, turns) | {"contact": contact}


def hold_handoff(assistant: Assistant, community: str, handoff_id: str, actor: str) -> Handoff:
    """From now on a person speaks, and the bot is silent. Raises: NotFound; Conflict, where somebody else has it."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        _, conversation = _locked(transaction, community, handoff_id)
        handoff = faq_conversations.hold_handoff(transaction, community, handoff_id, actor, now)
        faq_conversations.set_state(transaction, conversation, ConversationState.PERSON, now)
        audit.write(transaction, community, now, actor=actor, action="handoff.hold", subject=handoff_id)
        return handoff


def release_handoff(assistant: Assistant, community: str, handoff_id: str, actor: str) -> Handoff:
    """Back to the queue; the bot speaks again. Raises: NotFound; Conflict, where nobody holds it."""
    now = assistant.clock()
    with assistant.database.transaction(community) as transaction:
        handoff, conversation = _locked(transaction, community, handoff_id)
        if handoff.state is not HandoffState.HELD:
            raise Conflict(field="handoff")
        faq_conversations.set_state(transaction, conversation, ConversationState.WAITING, now)
        audit.write(transaction, community, now, actor=actor, action="handoff.release", subject=handoff_id)
        return faq_conversations.change_handoff(
            transaction, handoff, now, state=HandoffState.WAITING.value, held_by=None
        )


def answer_handoff(
    assistant: Assistant,
    community: str,
    handoff_id: str,
    answer: str,
    *,
    actor: str,
    publish: bool,
    keep_holding: bool = False,
) -> Handoff:
    """A person's answer: into the conversation, to where the member is, and with ``publish`` into the FAQ. The bot speaks again afterwards,
    unless the person goes on.

    Raises:
        NotFound; InvalidInput, for an empty answer, or one to ``publish`` where nothing was asked; TooLarge; Conflict, where it is
        answered already.
    """
    text = answer.strip()
    if not text:
        raise InvalidInput("text_empty", field="answer", limit=1)
    if len(text) > MAX_ANSWER_CHARS:
        raise TooLarge(field="answer", limit=MAX_ANSWER_CHARS)
    now = assistant.clock()
    entry = _published(assistant, community, handoff_id, text) if publish else None
    with assistant.database.transaction(community) as transaction:
        handoff, conversation = _locked(transaction, community, handoff_id)
        if handoff.state in {HandoffState.ANSWERED, HandoffState.CLOSED}:
            raise Conflict("handoff_answered", field="handoff")
        _check_length(assistant, conversation, text)
        turn = _staff_turn(conversation, text, actor, now)
        faq_conversations.add_turn(transaction, turn)
        if keep_holding:
            changed = faq_conversations.hold_handoff(transaction, community, handoff_id, actor, now)
            state = ConversationState.PERSON
        else:
            changed = faq_conversations.change_handoff(
                transaction, handoff, now, state=HandoffState.ANSWERED.value, answered_by=actor
            )
            state = ConversationState.BOT
        faq_conversations.set_state(transaction, conversation, state, now)
        _deliver(assistant, transaction, conversation, changed, turn, now)
        audit.write(transaction, community, now, actor=actor, action="handoff.answer", subject=handoff_id)
        if entry is not None:
            keep_prepared(assistant, transaction, community, entry, actor=actor)
    if entry is not None:
        assistant.replicas.look_again(community)
    return changed


def _locked(transaction: Transaction, community: str, handoff_id: str) -> tuple[Handoff, Conversation]:
    """The conversation first, as where its member writes: in the other order the two would wait for each other. Raises: NotFound."""
    about = faq_conversations.get_handoff(transaction, community, handoff_id).conversation_id
    conversation = faq_conversations.get(transaction, community, about, lock=True)
    return faq_conversations.get_handoff(transaction, community, handoff_id, lock=True), conversation


def _published(assistant: Assistant, community: str, handoff_id: str, answer: str) -> Prepared:
    """The entry that an answer becomes; a hand-off's question does not change, so it is made ready before anything is locked."""
    with assistant.database.transaction(community) as transaction:
        question = faq_conversations.get_handoff(transaction, community, handoff_id).question
    if not question.strip():
        raise InvalidInput(field="publish", problem="nothing was asked that an entry could answer")
    entry = Entry(id=f"handoff-{handoff_id}", language="", question=question, answer=answer, source="")
    return prepared(assistant, [entry])


def tell_late(assistant: Assistant) -> int:
    """An event for each hand-off past its promised wait, once; how many there were."""
    now = assistant.clock()
    with assistant.database.transaction(EVERY_COMMUNITY) as transaction:
        late = faq_conversations.late_handoffs(transaction, now)
        for handoff in late:
            around = assistant.registry.of_community(handoff.community)
            data = {"handoff_id": handoff.id, "what": "late", "question": handoff.question}
            deliveries.add(transaction, event_entries(around, EVENT, f"late:{handoff.id}", data, now))
    return len(late)


def render_handoff(handoff: Handoff, turns: Sequence[TurnRow] = ()) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": handoff.id,
        "conversation_id": handoff.conversation_id,
        "question": handoff.question,
        "because": handoff.because,
        "urgent": handoff.urgent,
        "tried": list(handoff.tried),
        "state": handoff.state.value,
        "held_by": handoff.held_by,
        "answered_by": handoff.answered_by,
        "has_contact": handoff.contact is not None,
        "due_at": handoff.due_at.isoformat() if handoff.due_at else None,
        "created_at": handoff.created_at.isoformat(),
    }
    if turns:
        document["turns"] = [
            {"author": one.author, "text": one.text, "at": one.created_at.isoformat()} for one in turns
        ]
    return document


def _keep_contact(
    assistant: Assistant,
    transaction: Transaction,
    community: str,
    handoff_id: str,
    contact: Mapping[str, str],
    now: datetime,
    *,
    consent: bool,
) -> None:
    if not consent:
        raise InvalidInput(field="consent", problem="is needed to keep a contact")
    value = contact.get("value", "").strip()
    if not 1 <= len(value) <= MAX_CONTACT_CHARS:
        raise InvalidInput(
            field="contact.value", limit=MAX_CONTACT_CHARS, problem=f"must have 1 to {MAX_CONTACT_CHARS} characters"
        )
    handoff = faq_conversations.get_handoff(transaction, community, handoff_id, lock=True)
    sealed = assistant.vault.seal(f"{contact.get('kind', 'other')}:{value}", f"handoff/{handoff_id}")
    faq_conversations.change_handoff(transaction, handoff, now, contact=asdict(sealed))


def _check_length(assistant: Assistant, conversation: Conversation, text: str) -> None:
    """Raises: TooLarge, where the platform on which it was asked would cut the answer."""
    held = assistant.registry.get(conversation.connection_id or "")
    longest = held.capabilities.longest_text if held is not None else None
    if longest is not None and not longest.holds(text):
        raise TooLarge(field="answer", limit=longest.most, unit=longest.unit.value)


def _deliver(
    assistant: Assistant,
    transaction: Transaction,
    conversation: Conversation,
    handoff: Handoff,
    turn: TurnRow,
    now: datetime,
) -> None:
    """To the platform where it was asked; and to the community's systems, with the contact that the member left for this."""
    held = assistant.registry.get(conversation.connection_id or "")
    if held is not None and conversation.member_id is not None:
        order = Order(
            id=new_id("dlv"),
            do=Do.MESSAGE,
            channel=conversation.channel,
            member_id=conversation.member_id,
            text=turn.text,
        )
        deliveries.add(transaction, [order_entry(held, order, f"answer:{turn.id}", now)])
    _tell(assistant, transaction, conversation, handoff, now, "answered", turn)


def with_contact(assistant: Assistant, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is posted of an event that is kept: the contact, if there is one, in the clear."""
    sealed = data.get("contact")
    if not isinstance(sealed, Mapping):
        return data
    return {**data, "contact": assistant.vault.open(Sealed(**sealed), f"handoff/{data['handoff_id']}")}


def _tell(
    assistant: Assistant,
    transaction: Transaction,
    conversation: Conversation,
    handoff: Handoff,
    now: datetime,
    what: str,
    turn: TurnRow | None = None,
) -> None:
    rows = faq_conversations.turns(transaction, conversation, _SHOWN_TURNS)
    data: dict[str, Any] = {
        "what": what,
        "handoff_id": handoff.id,
        "conversation_id": conversation.id,
        "question": handoff.question,
        "because": handoff.because,
        "urgent": handoff.urgent,
        "tried": list(handoff.tried),
        "member_id": conversation.member_id,
        "turns": [{"author": row.author, "text": row.text} for row in rows],
    }
    if turn is not None:
        data["answer"] = turn.text
        if handoff.contact is not None:
            data["contact"] = dict(handoff.contact)  # sealed, until it is sent
    around = assistant.registry.of_community(conversation.community)
    deliveries.add(transaction, event_entries(around, EVENT, f"{what}:{handoff.id}:{now.timestamp()}", data, now))


def _staff_turn(conversation: Conversation, text: str, actor: str, now: datetime) -> TurnRow:
    return TurnRow(
        id=new_id("trn"),
        community=conversation.community,
        conversation_id=conversation.id,
        created_at=now,
        author="staff",
        text=text,
        named_by=actor,
    )
