"""Personal data in an answer: masked, but for contacts that the community itself has published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.moderation.flow import Screener
from assistant.types import Finding, Label, Message, Purpose
from assistant.types.faq import Entry, FaqReply

_MASK = "*"


def mask_strangers(screener: Screener, reply: FaqReply, entries: Sequence[Entry], contacts: Sequence[str]) -> FaqReply:
    """The reply with every piece of personal data masked that stands in none of the community's own entries as a published contact.

    What an operator wrote into a question-and-answer entry is published by that; what stands in an imported document's passage is not,
    unless it is among ``contacts``.
    """
    published = [entry.answer for entry in entries if entry.question] + list(contacts)
    citations = tuple(replace(one, quote=_masked(screener, one.quote, published)) for one in reply.citations)
    return replace(reply, answer=_masked(screener, reply.answer, published), citations=citations)


def _masked(screener: Screener, text: str, published: Sequence[str]) -> str:
    found = screener.screen(Message(text, purpose=Purpose.QUESTION)).findings
    characters = list(text)
    for finding in found:
        if _is_data(finding) and not any(text[finding.start : finding.end] in known for known in published):
            characters[finding.start : finding.end] = _MASK * (finding.end - finding.start)
    return "".join(characters)


def _is_data(finding: Finding) -> bool:
    return finding.label == Label.PRIVACY.value and finding.source.startswith("rule:privacy.")
