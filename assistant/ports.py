"""The swap points, on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from assistant.text import Normalised
from assistant.types import ModelRef


class Classifier(Protocol):
    """Gives each text a calibrated probability in [0, 1] per label. Thread-safe; labels it does not know are absent."""

    @property
    def ref(self) -> ModelRef: ...

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        ...

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """The original spans (code points, end exclusive) that speak most for ``label``, in order; never empty for a non-empty text."""
        ...


class Clock(Protocol):
    """The time now, with a time zone."""

    def __call__(self) -> datetime: ...
