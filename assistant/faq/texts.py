"""The texts that an entry is found by."""

from __future__ import annotations

from assistant.types.faq import Entry


def passage_text(entry: Entry) -> str:
    """The entry as one passage: where it stands, what it is called, the question and the answer."""
    parts = (*entry.headings, entry.title, entry.question, entry.answer)
    return "\n".join(dict.fromkeys(part for part in parts if part))


def entry_texts(entry: Entry) -> tuple[str, ...]:
    """The ways to ask it, then the passage: ``FaqIndex`` wants a vector for each, in this order."""
    return (*entry.utterances, passage_text(entry))
