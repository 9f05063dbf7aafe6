"""The findings that a decision shows: those of the labels that reached a threshold, the classifier's own among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog

from assistant.moderation.assess import WHOLE, Assessment, Classification
from assistant.ports import Classifier
from assistant.types import Finding

log = structlog.get_logger()

LEAST_MODEL_SCORE = 0.05
"""A classifier that gives a label less than this adds no evidence to what a rule found."""


def evidence(
    classifier: Classifier,
    assessed: Assessment,
    classified: Classification,
    findings: Sequence[Finding],
    over: Collection[str],
) -> list[Finding]:
    """Findings of the labels in ``over``, in the order of the text.

    A label that the classifier raised has spans from its weights, less those that a rule points at already.
    """
    if not over:
        return []
    shown = [finding for finding in findings if finding.label in over]
    by_rule = {finding.label for finding in shown}
    for label in over:
        score = classified.scores.get(label, 0.0)
        if score >= LEAST_MODEL_SCORE and (label not in by_rule or score >= 0.5):
            found = _from_model(classifier, assessed, classified.fields[label], label, score)
            shown += [finding for finding in found if not any(_same_place(finding, other) for other in shown)]
    return sorted(shown, key=lambda f: (f.field != "text", f.field, f.start, -f.end, -f.score))


def _same_place(finding: Finding, other: Finding) -> bool:
    return (
        finding.label == other.label
        and finding.field == other.field
        and finding.start < other.end
        and other.start < finding.end
    )


def _from_model(classifier: Classifier, assessed: Assessment, field: str, label: str, score: float) -> list[Finding]:
    source = f"model:{classifier.ref.id}"
    if field == WHOLE:
        return [Finding(label, round(float(score), 4), 0, len(assessed.message.text), source)]
    text = assessed.spared[field]
    try:
        spans = classifier.evidence(text, label)
    except Exception:
        log.exception("no evidence", label=label)
        spans = [(0, len(text.original))]
    return [Finding(label, round(float(score), 4), start, end, source, field) for start, end in spans]
