"""A classifier that reads a disguised Chinese text a second time, as it is meant; the higher score counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.backends.ngram import has_han, spelled_out
from assistant.backends.ngrams import codes
from assistant.backends.restored import Meant, Restorer, merged
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
        meant = {n: Normalised(read.text) for n, text in enumerate(texts) if (read := self.meant(text)) is not None}
        found = self._classifier.classify([*texts, *meant.values()])
        scores, again = found[: len(texts)], found[len(texts) :]
        for n, other in zip(meant, again, strict=True):
            scores[n] = {label: max(score, other[label]) for label, score in scores[n].items()}
        return scores

    def meant(self, text: Normalised) -> Meant | None:
        """What a text with Chinese characters, or spelled in pinyin, most likely says, if it says something else than is written."""
        letters, syllables = text.readings[0]
        if not has_han(codes(letters)) and not spelled_out(letters, syllables):
            return None
        said = sounded(text.original)
        if said is None:
            return self._restorer.meant(text)
        spelled, places = said
        found = self._restorer.meant(Normalised(spelled))
        if found is None:
            return None
        return Meant(found.text, [(places[start], places[end - 1] + 1) for start, end in found.spans])

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """Where the classifier sees it: in the text as written, or, where that speaks louder, in what is read as meant."""
        meant = self.meant(text)
        if meant is not None:
            other = Normalised(meant.text)
            written, read = self._classifier.classify([text, other])
            if read.get(label, 0.0) > written.get(label, 0.0):
                spans = [
                    span for start, end in self._classifier.evidence(other, label) for span in meant.behind(start, end)
                ]
                return merged(spans)
        return self._classifier.evidence(text, label)
