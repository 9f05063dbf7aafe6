"""What a marketing text's findings rest on, as JSON. Not legal advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.backends.claims import shipped_claims
from assistant.moderation.advertising import Advice, advise, reword
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
    """Beside a marketing text's findings: what was asked about, and the text as it may be said."""
    where = message.advertising
    spoken = spoken_in(decision.detected_language, where)
    return {
        "jurisdictions": [one.value for one in where.jurisdictions] or [one.value for one in Jurisdiction],
        "category": where.category.value,
        "rewording": reword(message.text, decision.findings, where, spoken, shipped_claims()),
        "note": load_words().every("content.not_legal_advice"),
    }


def spoken_in(detected: str, where: Advertising) -> str:
    """The language that words are put in; Traditional is Hong Kong's where the advertisement is shown there alone."""
    if detected == "zh-Hant" and where.jurisdictions == (Jurisdiction.HK,):
        return "zh-Hant-HK"
    return detected
