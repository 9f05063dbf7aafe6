"""A message read once more in other words: for a label that the classifier takes from words which the message does not mean so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import structlog

from assistant.moderation.assess import Assessment, Classification, readings
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.types import Label

log = structlog.get_logger()

LEAST_SCORE: Final = 0.5
"""Below it no message is read again."""


def reread(
    classifier: Classifier,
    assessed: Sequence[Assessment],
    classified: Sequence[Classification],
    label: Label,
    other_words: Callable[[Assessment], Mapping[str, Normalised]],
) -> list[Classification]:
    """``classified``, with the score of ``label`` that the classifier gives to the texts of ``other_words``, by field, where that is
    lower; it names all texts of a message, or none. As in ``classify``, a text with its author's denials is what either reading says.
    Should that reading fail, what was found stands."""
    others = [
        other_words(one) if found.scores.get(label, 0.0) >= LEAST_SCORE else {}
        for one, found in zip(assessed, classified, strict=True)
    ]
    rows = [
        (index, field, text)
        for index, of_one in enumerate(others)
        for field, whole in of_one.items()
        for text in readings(whole)
    ]
    if not rows:
        return list(classified)
    try:
        read = classifier.classify([text for _, _, text in rows])
    except Exception:
        log.exception("texts could not be read in other words", label=label)
        return list(classified)
    scores: list[dict[str, float]] = [{} for _ in classified]
    for (index, field, _), said in zip(rows, read, strict=True):
        scores[index][field] = max(scores[index].get(field, 0.0), said.get(label, 0.0))
    return [_lowered(found, label, its) for found, its in zip(classified, scores, strict=True)]


def _lowered(found: Classification, label: Label, read: Mapping[str, float]) -> Classification:
    if not read:
        return found
    field = max(read, key=lambda one: read[one])
    score = read[field]
    if score >= found.scores[label]:
        return found
    return replace(found, scores={**found.scores, label: score}, fields={**found.fields, label: field})
