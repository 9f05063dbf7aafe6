"""The native answer: a decision as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.text import utf16_offsets
from assistant.types import Decision, Finding, Message, Purpose
from assistant.usecases.advertising import advertising_note, law_of


def render_decision(decision_id: str, decision: Decision, message: Message, elapsed_ms: float) -> dict[str, Any]:
    """The answer of ``POST /v1/moderate``; ``elapsed_ms`` is the screening alone, in milliseconds. A marketing text's says what advertising
    law has to do with it."""
    findings = render_findings(decision.findings, texts_of(message)) if decision.findings else []
    answer = {
        "id": decision_id,
        "action": decision.action.value,
        "flagged": decision.flagged,
        "scores": dict(decision.scores),
        "findings": findings,
        "masked_text": decision.masked_text,
        "reason": dict(decision.reason),
        "detected_language": decision.detected_language,
        "language_supported": decision.language_supported,
        "unscreened": list(decision.unscreened),
        "policy": {"id": decision.policy.id, "version": decision.policy.version},
        "model": {
            "id": decision.model.id,
            "version": decision.model.version,
            "uncalibrated": list(decision.model.uncalibrated),
        },
        "degraded": bool(decision.degraded),
        "elapsed_ms": round(elapsed_ms, 3),
    }
    if message.purpose is not Purpose.MARKETING:
        return answer
    for finding, shown in zip(decision.findings, findings, strict=True):
        if law := law_of(finding, shown["text"], message):
            shown["advertising"] = law
    return answer | {"advertising": advertising_note(decision, message)}


def texts_of(message: Message) -> dict[str, str]:
    """Every text of the message by the field that findings name."""
    return {"text": message.text, **{part.field: part.text for part in message.parts}}


def render_findings(findings: Sequence[Finding], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Findings with the characters they point at, counted in code points and in UTF-16 units."""
    offsets = {field: utf16_offsets(texts[field]) for field in {finding.field for finding in findings}}
    return [
        {
            "label": finding.label,
            "score": round(finding.score, 4),
            "start": finding.start,
            "end": finding.end,
            "start_utf16": offsets[finding.field][finding.start],
            "end_utf16": offsets[finding.field][finding.end],
            "text": texts[finding.field][finding.start : finding.end],
            "source": finding.source,
            "field": finding.field,
        }
        for finding in findings
    ]
