"""In place of a model where nothing is screened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.errors import ModelError
from assistant.text import Normalised
from assistant.types import ModelRef


class NoClassifier:
    """Says so when it is asked, which its process never does."""

    @property
    def ref(self) -> ModelRef:
        return ModelRef("none", "0")

    @property
    def quick(self) -> bool:
        return True

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """Raises: ModelError."""
        raise ModelError("this process loaded no model: it carries out decisions and makes none")

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """Raises: ModelError."""
        raise ModelError("this process loaded no model: it carries out decisions and makes none")
