"""What a language model wrote, held against the community's words: each sentence is supported by the passage it names, or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assistant.faq.facts import facts
from assistant.faq.sentences import sentences
from assistant.faq.tokens import lexical_tokens
from assistant.faq.trim import supported
from assistant.types.faq import Entry, Turn

_MAX_QUESTION: Final = 300
_KNOWN: Final = 0.5
"""Of a rewritten question's words, the least share (by length) that the conversation holds."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of the model, and the entry that supports it."""

    text: str
    entry: Entry


def written_sentences(data: Mapping[str, Any], entries: Sequence[Entry]) -> list[Written]:
    """Of an answer in the shape of the prompt ``faq_answer``, the sentences that its passages support, in order; none where the model says
    that nothing answers, and none that stands on another passage than it says. Passages are numbered from 1."""
    if data.get("answerable") is not True or not isinstance(data.get("sentences"), list):
        return []
    kept: list[Written] = []
    for one in data["sentences"]:
        kept += _kept(one, entries)
    return kept


def rewritten(data: Mapping[str, Any], question: str, turns: Sequence[Turn]) -> str:
    """The question as the model rewrote it (prompt ``faq_rewrite``), if it adds nothing: no number, address or name that was not said, and
    mostly words that were. Else ``question``."""
    text = data.get("question")
    if not isinstance(text, str) or not text.strip() or len(text) > _MAX_QUESTION:
        return question
    said = "\n".join([question, *(turn.text for turn in turns)])
    words = lexical_tokens(text)
    known = set(lexical_tokens(said))
    share = sum(len(word) for word in words if word in known) / max(1, sum(len(word) for word in words))
    return text.strip() if facts(text) <= facts(said) and share >= _KNOWN else question


def _kept(one: Any, entries: Sequence[Entry]) -> list[Written]:
    if not isinstance(one, Mapping):
        return []
    text, number = one.get("text"), one.get("passage")
    if not isinstance(text, str) or not isinstance(number, int) or isinstance(number, bool):
        return []
    if not 1 <= number <= len(entries):
        return []
    entry = entries[number - 1]
    return [Written(sentence, entry) for sentence in sentences(text) if supported(sentence, (entry.answer,))]
