"""What a question is: its kind, its language, and itself with what earlier turns left open filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.faq.asked_in import asked_in
from assistant.faq.kinds import load_kind_model
from assistant.faq.rewrite import rewrite
from assistant.faq.rulebook import Readings, load_rulebook
from assistant.types.faq import QuestionKind, Turn

_ORDER: Final = (
    QuestionKind.CRISIS,
    QuestionKind.ABUSE,
    QuestionKind.INJECTION,
    QuestionKind.SAFETY,
    QuestionKind.MEDICAL,
    QuestionKind.HUMAN,
    QuestionKind.MACHINE,
    QuestionKind.TALK,
    QuestionKind.ACCOUNT,
)
"""The first kind with a rule that holds decides: what may hurt somebody first; last what is known by how it is said."""

_CARRIED: Final = (QuestionKind.CRISIS, QuestionKind.SAFETY, QuestionKind.MEDICAL, QuestionKind.ACCOUNT)
"""Kinds that a question may have by what it refers to ("and my refund?")."""


_LEARNED: Final = (QuestionKind.ACCOUNT, QuestionKind.MEDICAL, QuestionKind.SAFETY, QuestionKind.HUMAN)
"""Kinds that the model alone may tell, as no more comes of them than a person."""
_SURE: Final = 0.6
"""What the model has to be of an injection: those who try one are told what the bot is for."""

_OWN: Final = 0.35
"""What the model alone has to give for a question about the member's own things."""

MODEL: Final = "model"
DOUBT: Final = "doubt"
Meaning = Callable[[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Understood:
    """``question`` stands by itself; ``language`` is one that the words file knows, or a code of ISO 639-1; ``because`` is the rule's id,
    ``model``, or ``doubt`` where the question may be about the member's own things or general; empty for a plain question."""

    kind: QuestionKind
    question: str
    language: str
    because: str = ""


def understand(question: str, turns: Sequence[Turn], meaning: Meaning) -> Understood:
    """``turns`` are what was said before, oldest first; ``meaning`` gives the shipped embedder's vector of a text."""
    whole = rewrite(question, turns)
    kind, because = _kind(question, _ORDER)
    if kind is QuestionKind.PLAIN and whole != question:
        kind, because = _kind(whole, _CARRIED)
    if kind is QuestionKind.PLAIN:
        kind, because = _learned(whole, meaning(whole))
        if kind is QuestionKind.MEDICAL and load_rulebook("goods").first(Readings.of(whole)):
            kind, because = QuestionKind.PLAIN, ""
    return Understood(kind, whole, asked_in(question, turns), because)


def in_jest(text: str) -> bool:
    """Whether words of death in ``text`` are a figure of speech (想死你們了, 累死了)."""
    return load_rulebook("hyperbole").first(Readings.of(text)) is not None


def _kind(text: str, kinds: Sequence[QuestionKind]) -> tuple[QuestionKind, str]:
    readings = Readings.of(text)
    goods = load_rulebook("goods").first(readings) is not None
    for kind in kinds:
        if (goods and kind is QuestionKind.MEDICAL) or (kind is QuestionKind.ACCOUNT and _general(readings)):
            continue
        if rule := load_rulebook(kind.value).first(readings):
            return kind, rule
    return QuestionKind.PLAIN, ""


def _learned(text: str, vector: NDArray[np.float32]) -> tuple[QuestionKind, str]:
    """What the model takes it for, where it is sure enough that it is not plain."""
    model = load_kind_model()
    probabilities = model.probabilities(text, vector)
    if probabilities[QuestionKind.INJECTION.value] > _SURE:
        return QuestionKind.INJECTION, MODEL
    own = probabilities[QuestionKind.ACCOUNT.value]
    if 1 - probabilities[QuestionKind.PLAIN.value] > model.threshold:
        kind = max(_LEARNED, key=lambda kind: probabilities[kind.value])
        return (kind, MODEL) if kind is not QuestionKind.ACCOUNT else _own(text, own)
    return _own(text, own) if own > model.doubt else (QuestionKind.PLAIN, "")


def _own(text: str, probability: float) -> tuple[QuestionKind, str]:
    """What is not plainly general may be about the member's own things; for certain only where the model, or the words, are sure, as the
    model takes for one's own whatever it has not seen."""
    readings = Readings.of(text)
    if _general(readings):
        return QuestionKind.PLAIN, ""
    if probability > _OWN or load_rulebook("own").first(readings):
        return QuestionKind.ACCOUNT, MODEL
    return QuestionKind.ACCOUNT, DOUBT


def _general(readings: Readings) -> bool:
    """Whether it asks what may be done with anybody's (may my points be given to my mother?)."""
    return load_rulebook("own").first(readings) == "own.general"
