"""A questionnaire, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """``options`` are numbered from 0; ``several``: more than one may be chosen."""

    id: str
    ask: str
    options: tuple[str, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """``counts`` are members by option, ``answered`` those who chose any; ``refused`` answered with what is no option."""

    question: Question
    counts: tuple[int, ...]
    answered: int
    refused: int
