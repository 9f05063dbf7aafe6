"""A classifier that reads a disguised Chinese text a second time, as it is meant; the higher score counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.backends.ngram import has_han, spelled_out
from assistant.backends.ngrams import codes
from assistant.backends.restored import Restorer
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.text.emoji import sounded
from assistant.types import ModelRef


class RestoringClassifier:
    """Implements ``assistant.ports.Classifier`` over another one, whose scores it never lowers."""

    def __init__(self, classifier: Classifier, restorer: Restorer) -> None:
        self._classifier = classifier
        self._restorer = restorer
        its = classifier.ref
        self._ref = ModelRef(its.id, f"{its.version}-{restorer.version}", its.uncalibrated)

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def quick(self) -> bool:
        return self._classifier.quick

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        meant = {n: Normalised(said) for n, text in enumerate(texts) if (said := self.meant(text)) is not None}
        found = self._classifier.classify([*texts, *meant.values()])
        scores, again = found[: len(texts)], found[len(texts) :]
        for n, other in zip(meant, again, strict=True):
            scores[n] = {label: max(score, other[label]) for label, score in scores[n].items()}
        return scores

    def meant(self, text: Normalised) -> str | None:
        """What a text with Chinese characters, or spelled in pinyin, most likely says, if it says something else than is written."""
        letters, syllables = text.readings[0]
        if not has_han(codes(letters)) and not spelled_out(letters, syllables):
            return None
        said = sounded(text.original)
        return self._restorer.meant(text if said is None else Normalised(said))

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """Where the classifier sees it in the text as written."""
        return self._classifier.evidence(text, label)
