"""What a marketing text's findings rest on, as JSON. Not legal advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.backends.claims import shipped_claims
from assistant.moderation.advertising import Advice, advise, is_advertising, reword
from assistant.types import Advertising, Decision, Finding, Jurisdiction, Law, Message, Purpose
from assistant.words import load_words


def law_of(finding: Finding, words: str, message: Message) -> dict[str, Any] | None:
    """The articles, the advice and what may be said instead; None where advertising law says nothing."""
    if message.purpose is not Purpose.MARKETING:
        return None
    advice = advise(finding, words, message.advertising)
    return render_advice(advice) if advice else None


def render_advice(advice: Advice) -> dict[str, Any]:
    return {
        "prohibited": advice.prohibited,
        "laws": [render_law(law) for law in advice.laws],
        "advice": dict(advice.advice),
        "instead": dict(advice.instead),
    }


def render_law(law: Law) -> dict[str, Any]:
    return {
        "id": law.id,
        "jurisdiction": law.jurisdiction,
        "law": law.law,
        "article": law.article,
        "checked": law.checked,
        "compared": law.compared,
        "platform": law.platform,
    }


def advertising_note(decision: Decision, message: Message) -> Mapping[str, Any]:
    """Beside a marketing text's findings: what was asked about, the text as it may be said, and so each part in which the law finds
    something, by its field."""
    where = message.advertising
    spoken = spoken_in(decision.detected_language, where)
    return {
        "jurisdictions": [one.value for one in where.jurisdictions] or [one.value for one in Jurisdiction],
        "category": where.category.value,
        "rewording": reword(message.text, decision.findings, where, spoken, shipped_claims()),
        "rewordings": rewordings(decision, message),
        "note": load_words().every("content.not_legal_advice"),
    }


def rewordings(decision: Decision, message: Message) -> dict[str, str]:
    """Each text of the message in which advertising law finds something, as it may be said, by field (``text``, ``plan.rewards[0]``)."""
    where, found = message.advertising, {one.field for one in decision.findings if is_advertising(one.source)}
    texts = {"text": message.text, **{part.field: part.text for part in message.parts}}
    spoken = spoken_in(decision.detected_language, where)
    return {
        field: reword(text, decision.findings, where, spoken, shipped_claims(), field)
        for field, text in texts.items()
        if field in found
    }


def spoken_in(detected: str, where: Advertising) -> str:
    """The language that words are put in; Traditional is Hong Kong's where the advertisement is shown there alone."""
    if detected == "zh-Hant" and where.jurisdictions == (Jurisdiction.HK,):
        return "zh-Hant-HK"
    return detected
