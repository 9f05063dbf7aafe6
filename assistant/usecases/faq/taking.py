"""A member's answer to the bot's own clarification, taken as what it picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.faq.asked_in import answer_language
from assistant.faq.choosing import Beside, Offer, choose
from assistant.faq.names import called, even_name
from assistant.faq.understand import Understood
from assistant.store.faq_conversations import TurnRow
from assistant.types.faq import FaqOutcome, Hit, QuestionKind
from assistant.usecases.assistant import Assistant
from assistant.usecases.faq.conversation import Asker, earlier_turns
from assistant.usecases.faq.search import find_hits, find_named

OWN = "account.own"


@dataclass(frozen=True, slots=True)
class Taken:
    """``understood`` is the question that was picked, or the one that was asked first; ``hits`` is the entry picked, empty where none was
    meant; ``unclear`` says that the answer does not tell which."""

    understood: Understood
    offer: Offer
    hits: Sequence[Hit] = ()
    unclear: bool = False


def take(
    assistant: Assistant,
    asker: Asker,
    earlier: Sequence[TurnRow],
    offer: Offer | None,
    text: str,
    *,
    language: str | None,
    usual: str,
) -> Taken | None:
    """None where nothing was offered, or ``text`` is a question of its own. ``offer`` is what was offered outside ``earlier``. Without
    ``language`` the answer is in that of the question that was asked first, ``usual`` being the community's. Blocks on the database and
    the model.
    """
    offer = offer or _offer(earlier)
    picked = choose(text, offer) if offer is not None else None
    if offer is None or picked is None:
        return None
    language = language or answer_language(offer.question, earlier_turns(earlier), usual)
    asked = Understood(QuestionKind.PLAIN, offer.question, language)
    if isinstance(picked, Beside):
        return Taken(asked, offer, unclear=picked is Beside.UNCLEAR)
    if offer.own_first and picked == offer.choices[0]:
        return Taken(Understood(QuestionKind.ACCOUNT, offer.question, language, OWN), offer)
    if find_named(assistant, asker.community, text, asker.roles, language) and even_name(text) != even_name(picked):
        return None
    hits = _entry(assistant, asker, picked, language)
    return Taken(Understood(QuestionKind.PLAIN, picked, language), offer, hits) if hits else None


def _offer(earlier: Sequence[TurnRow]) -> Offer | None:
    """What the last turn offers."""
    last = earlier[-1] if earlier else None
    if last is None or last.outcome != FaqOutcome.CLARIFY.value or not last.choices:
        return None
    return Offer(last.question or "", last.choices)


def _entry(assistant: Assistant, asker: Asker, name: str, language: str) -> list[Hit]:
    """The entry that ``name`` was shown for: by its question, or a passage by its title."""
    if named := find_named(assistant, asker.community, name, asker.roles, language):
        return named
    found = find_hits(assistant, asker.community, name, asker.roles, language)
    return [Hit(hit.entry, 1.0) for hit in found if even_name(called(hit.entry)) == even_name(name)][:1]
