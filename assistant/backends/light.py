"""What reads every text: n-grams, and what the text means beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.backends.meaning import Meaning
from assistant.backends.ngram import Judged, NgramClassifier
from assistant.backends.shipped import shipped
from assistant.text import Normalised
from assistant.types import ModelRef


class LightClassifier:
    """Implements ``assistant.ports.Classifier``."""

    def __init__(self, ngrams: NgramClassifier, meaning: Meaning | None) -> None:
        self._ngrams = ngrams
        self._meaning = meaning
        its = ngrams.ref
        version = its.version if meaning is None else f"{its.version}-{meaning.version}"
        self._ref = ModelRef("risk-light", version, its.uncalibrated)

    @classmethod
    def load(cls, folder: Path | None = None) -> LightClassifier:
        """The model of ``folder``, or the shipped one; n-grams alone where nothing lies beside them.

        Raises:
            ModelError: it is missing or damaged.
        """
        folder = folder or shipped("models/risk")
        ngrams = NgramClassifier.load(folder)
        return cls(ngrams, Meaning.load(folder, ngrams.labels))

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def quick(self) -> bool:
        return True

    @property
    def labels(self) -> tuple[str, ...]:
        return self._ngrams.labels

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        if not texts:
            return []
        return [dict(zip(self.labels, row, strict=True)) for row in self.judged(texts).scores.tolist()]

    def judged(self, texts: Sequence[Normalised]) -> Judged:
        """What each text scores; of at least one."""
        judged = self._ngrams.judged([text.readings for text in texts])
        if self._meaning is not None:
            judged.scores[:] = self._meaning.joined(judged, [text.leet.text for text in texts])
        return judged

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """Where the n-grams see it: they alone say which characters."""
        return self._ngrams.evidence(text, label)
