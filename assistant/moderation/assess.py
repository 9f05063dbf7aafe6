"""The two stages that look at a text: rules and classifier. A stage that fails is named, never silently passed over."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

import structlog

from assistant.moderation.continued import Continued, brought_in
from assistant.moderation.denials import read_honestly
from assistant.ports import Classifier
from assistant.text import Detected, Normalised
from assistant.types import Advertising, Finding, Label, Message, Purpose

log = structlog.get_logger()


class Rulebook(Protocol):
    """Everything that finds by rule."""

    def find(self, text: Normalised) -> list[Finding]: ...

    def advertised(self, text: Normalised, where: Advertising) -> list[Finding]:
        """What advertising law finds in a marketing text."""
        ...

    def drawn(self, texts: Mapping[str, Normalised], where: Advertising) -> list[Finding]:
        """The same of all texts as one: a draw in one, and in another its prize. With their fields."""
        ...

    def spared(self, text: Normalised) -> Normalised:
        """``text`` less what the policy holds innocent, character for character: what the classifier is shown."""
        ...


@dataclass(frozen=True, slots=True)
class Assessment:
    """A message as read: each of its texts by field and as the classifier may see it, its language, what rules found, and the stages that
    failed. If it goes on from its author's last messages, ``continued`` are those as the classifier may see them, and the same with it;
    ``completed`` is what rules found in both together, ``before`` what they found in what went before, ``whole`` both as written."""

    message: Message
    texts: Mapping[str, Normalised]
    spared: Mapping[str, Normalised]
    language: Detected
    findings: list[Finding]
    failed: tuple[str, ...]
    continued: tuple[Normalised, Normalised] | None = None
    completed: Sequence[Finding] = ()
    before: Sequence[Finding] = ()
    whole: Continued | None = None


WHOLE = "whole"
WORD_ALONE = 0.95
"""Below every threshold at which the shipped policy hides or blocks: a word without a sentence takes a person, or a rule."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The highest probability of each label over the message's texts, and the field that has it: ``WHOLE`` where only what went before
    makes it so. ``around`` is the same of what went before, without the message and with it."""

    scores: Mapping[str, float]
    fields: Mapping[str, str]
    failed: tuple[str, ...] = ()
    around: Mapping[str, float] = field(default_factory=dict)


def find(rules: Rulebook, texts: Mapping[str, Normalised], message: Message) -> tuple[list[Finding], tuple[str, ...]]:
    """The findings of the rules in every text of the message, and the stages that failed."""
    findings: list[Finding] = []
    try:
        for field, text in texts.items():
            found = rules.find(text)
            if message.purpose is Purpose.MARKETING:
                found = told_once(found, rules.advertised(text, message.advertising))
            findings += found if field == "text" else [replace(f, field=field) for f in found]
        if message.purpose is Purpose.MARKETING and len(texts) > 1:
            findings += _apart(rules.drawn(texts, message.advertising), findings)
    except Exception:
        log.exception("stage failed", stage="rules")
        return findings, ("rules",)
    return findings, ()


def told_once(found: Sequence[Finding], by_law: Sequence[Finding]) -> list[Finding]:
    """Both, less those of ``found`` whose stretch and label a finding of advertising law tells too, and no less surely."""
    told = [
        one
        for one in found
        if any(
            one.label == law.label and law.start <= one.start and one.end <= law.end and one.score <= law.score
            for law in by_law
        )
    ]
    return [*(one for one in found if one not in told), *by_law]


def _apart(found: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """Those that no finding of the same source covers."""
    return [
        one
        for one in found
        if not any(
            (one.field, one.source) == (other.field, other.source) and other.start <= one.start and one.end <= other.end
            for other in others
        )
    ]


def find_continued(rules: Rulebook, whole: Continued) -> tuple[list[Finding], list[Finding], tuple[str, ...]]:
    """What the message completes, what lies before it, and the stages that failed."""
    try:
        found = rules.find(Normalised(whole.whole))
    except Exception:
        log.exception("stage failed", stage="rules")
        return [], [], ("rules",)
    return brought_in(found, whole.start), [one for one in found if one.end <= whole.start], ()


def classify(classifier: Classifier, assessed: Sequence[Assessment]) -> list[Classification]:
    """One classification per message. Languages that the classifier was not made for are left to the rules; one character by itself
    can be a swear word, and says too little to be anything else; of two the odds count half, and nobody is surer than ``WORD_ALONE``. A
    text whose author denies to cheat ("not a scam") is read without that too: its label is what either reading says."""
    rows = [
        (index, field, text)
        for index, one in enumerate(assessed)
        if one.language.supported
        for field, spared in one.spared.items()
        for text in readings(spared)
    ]
    try:
        found = classifier.classify([text for _, _, text in rows]) if rows else []
    except Exception:
        if len(assessed) > 1:  # one message's fault must not be another's
            return [classify(classifier, [one])[0] for one in assessed]
        log.exception("stage failed", stage="model")
        return [Classification({}, {}, ("model",) if one.language.supported else ()) for one in assessed]
    scores: list[dict[str, float]] = [{} for _ in assessed]
    fields: list[dict[str, str]] = [{} for _ in assessed]
    for (index, place, text), probabilities in zip(rows, found, strict=True):
        letters = _letters_alone(text)
        for label, said in probabilities.items():
            if letters == 1 and label != Label.PROFANITY:
                continue
            probability = _of_a_word(said) if letters == 2 and label != Label.PROFANITY else said
            if probability > scores[index].get(label, -1.0):
                scores[index][label] = probability
                fields[index][label] = place
    return [Classification(s, f) for s, f in zip(scores, fields, strict=True)]


def _of_a_word(said: float) -> float:
    return min(said / (2.0 - said), WORD_ALONE)


def readings(text: Normalised) -> list[Normalised]:
    """The text, and where its author denies to cheat, the same without that; nothing for an empty one."""
    honest = read_honestly(text)
    if not text.original:
        return []
    return [text] if honest is None or not honest.original.strip() else [text, honest]


def _letters_alone(text: Normalised) -> int:
    """How many letters and digits there are among spaces and marks, three at most; 0 if there is anything else, as an emoji."""
    shown = (char for char in text.folded.text if not char.isspace() and not unicodedata.category(char).startswith("P"))
    first = list(islice(shown, 3))
    return len(first) if all(map(str.isalnum, first)) else 0


def classify_continued(
    classifier: Classifier, assessed: Sequence[Assessment], classified: Sequence[Classification]
) -> list[Classification]:
    """``classified``, raised where a message says more with what went before: at least twice what went before says by itself, so that
    one bad fragment does not colour those after it."""
    wholes = [one.continued for one in assessed if one.continued is not None and one.language.supported]
    if not wholes:
        return list(classified)
    try:
        read = iter(classifier.classify([text for earlier_and_whole in wholes for text in earlier_and_whole]))
    except Exception:
        log.exception("stage failed", stage="model")
        return [
            replace(found, failed=("model",)) if one.continued is not None else found
            for one, found in zip(assessed, classified, strict=True)
        ]
    return [
        _raised(found, next(read), next(read)) if one.continued is not None and one.language.supported else found
        for one, found in zip(assessed, classified, strict=True)
    ]


def _raised(found: Classification, earlier: Mapping[str, float], whole: Mapping[str, float]) -> Classification:
    more = {
        label: score
        for label, score in whole.items()
        if score > found.scores.get(label, 0.0) and score >= 2 * earlier.get(label, 0.0)
    }
    fields = {**found.fields, **dict.fromkeys(more, WHOLE)}
    around = {label: max(score, earlier.get(label, 0.0)) for label, score in whole.items()}
    return Classification({**found.scores, **more}, fields, found.failed, around)
