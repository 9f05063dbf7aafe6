"""The shipped risk classifier: log-count-ratio n-gram weights, a head for characters and one for pinyin, numpy alone.

Wang and Manning, "Baselines and Bigrams" (ACL 2012), give the weighting; the pinyin head sees through homophones. Scores are calibrated on
data held back from training. The model is read once and never changed, so calls from many threads need no lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from assistant.backends.ngram_weights import F32, Weights
from assistant.backends.ngrams import MAX_CODES, SALT, U32, codes, distinct, grams, joined, prepared
from assistant.backends.shipped import shipped
from assistant.backends.spans import heaviest, worded
from assistant.types import ModelRef

if TYPE_CHECKING:
    from assistant.text import Normalised, View

Cut = TypeVar("Cut", U32, str)
LETTERS, SYLLABLES = 0, 1
Readings = Sequence[tuple[str, str]]
"""``Normalised.readings``: letters and syllables, as written first."""
WINDOW = 320
STEP = 240
"""Code points: a longer text is scored in overlapping windows and keeps the highest, else its length would drown or raise the score."""

UNDONE_HANDICAP = 0.5
"""Taken from the logits of a further reading (split characters merged, emoji spoken): much ordinary writing has one too."""

_HAN = (0x3400, 0x9FFF)
_SPELLED = 0.6
_ROW_BITS = 32
_ROW_MASK = (1 << _ROW_BITS) - 1


@dataclass(frozen=True, slots=True)
class Judged:
    """``scores`` (texts x labels) are probabilities; ``scripts`` (texts) 1 where there is a Han character; ``disguise`` (texts x labels)
    says by how much, in logits, the syllables or a further reading speak louder than the letters as written.
    """

    scores: npt.NDArray[np.float64]
    scripts: npt.NDArray[np.int64]
    disguise: F32


class NgramClassifier:
    """Implements ``assistant.ports.Classifier``."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._ref = ModelRef("risk-ngram", weights.version, weights.uncalibrated)

    @classmethod
    def load(cls, folder: Path | None = None) -> NgramClassifier:
        """The model of ``folder``, or the shipped one.

        Raises:
            ModelError: it is missing or damaged.
        """
        return cls(Weights.load(folder or shipped("models/risk")))

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def quick(self) -> bool:
        return True

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        if not texts:
            return []
        found = self.judged([text.readings for text in texts])
        return [dict(zip(self._weights.labels, row, strict=True)) for row in found.scores.tolist()]

    @property
    def labels(self) -> tuple[str, ...]:
        return self._weights.labels

    def judged(self, texts: Sequence[Readings]) -> Judged:
        """What each text's readings score; the highest counts."""
        pieces: list[U32] = []
        which: list[int] = []
        firsts: list[int] = []
        scripts: list[int] = []
        undone: list[bool] = []
        for readings in texts:
            firsts.append(len(pieces))
            scripts.append(int(has_han(codes(readings[0][0]))))
            for number, (letters, syllables) in enumerate(readings):
                pieces += windows(codes(prepared(letters)))
                which += [LETTERS * 2 + scripts[-1]] * (len(pieces) - len(which))
                if scripts[-1] or spelled_out(letters, syllables):
                    pieces += windows(codes(prepared(syllables)) + SALT)
                    which += [SYLLABLES * 2 + scripts[-1]] * (len(pieces) - len(which))
                undone += [number > 0] * (len(pieces) - len(undone))
        maps, kinds, late = self._weights.calibration, np.array(which), np.array(undone)
        logits = self.margins(pieces, kinds) * maps.head_slope.take(kinds, axis=0) + maps.head_shift.take(kinds, axis=0)
        logits[late] -= UNDONE_HANDICAP
        best = np.maximum.reduceat(logits, firsts, axis=0)
        scores = _sigmoid(best * maps.slope.take(scripts, axis=0) + maps.shift.take(scripts, axis=0))
        logits[late | (kinds >= SYLLABLES * 2)] = -np.inf
        return Judged(scores, np.array(scripts), best - np.maximum.reduceat(logits, firsts, axis=0))

    def margins(self, pieces: Sequence[U32], which: npt.NDArray[np.int64]) -> F32:
        """The raw sum of weights (pieces x labels) before any calibration; ``which`` is twice the head plus the script."""
        sums = np.concatenate([self._sums(pieces[a:b]) for a, b in _blocks(pieces)])
        margins: F32 = sums * self._weights.scales + self._weights.bias.take(which, axis=0)
        return margins

    def _sums(self, pieces: Sequence[U32]) -> npt.NDArray[np.int32]:
        found = grams(joined(pieces))
        at, rows = self._weights.find(found.keys)
        edges = np.cumsum([0, *[len(piece) + 1 for piece in pieces]])
        owner = np.searchsorted(edges, found.starts.take(at), side="right") - 1
        nobody = np.arange(len(pieces)) << _ROW_BITS
        pairs = distinct(np.concatenate([nobody, (owner << _ROW_BITS) | rows]))
        weights = self._weights.rows.take(pairs & _ROW_MASK, axis=0)
        sums: npt.NDArray[np.int32] = np.add.reduceat(weights, np.searchsorted(pairs, nobody), axis=0, dtype=np.int32)
        return sums

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """The original spans (code points, end exclusive) that speak most for ``label``, in order; all of the text if none does."""
        if label not in self._weights.labels:
            return [(0, len(text.original))] if text.original else []
        column = self._weights.labels.index(label)
        views = (text.leet, text.pinyin)
        loads = [self._load(view, column, salt) for view, salt in zip(views, (np.uint32(0), SALT), strict=True)]
        view, load = max(zip(views, loads, strict=True), key=lambda pair: float(pair[1].clip(min=0).sum()))
        found = [view.span(start, end) for start, end in worded(view.text, heaviest(load))]
        return found or ([(0, len(text.original))] if text.original else [])

    def _load(self, view: View, column: int, salt: np.uint32) -> F32:
        """What each character of the view adds to the label's margin: an n-gram's weight is shared among its characters."""
        load = np.zeros(len(view.text) + 2, np.float32)
        for start in range(0, max(len(view.text), 1), MAX_CODES // 2):
            part = view.text[start : start + MAX_CODES // 2]
            found = grams(codes(prepared(part)) + salt)
            at, rows = self._weights.find(found.keys)
            lengths = found.lengths[at]
            share = self._weights.rows[rows, column] * self._weights.scales[column] / lengths
            where = np.repeat(found.starts[at], lengths) + _ramps(lengths)
            load[start : start + len(part) + 2] += np.bincount(where, np.repeat(share, lengths), len(part) + 2)
        return load[1:-1]


def has_han(points: U32) -> bool:
    """Whether any code point is a Chinese character of the basic planes."""
    return bool(((points >= _HAN[0]) & (points <= _HAN[1])).any())


def spelled_out(letters: str, syllables: str) -> bool:
    """Whether a text without Chinese characters is pinyin for the greater part; a few English words always read as syllables."""
    return len(syllables) <= len(letters) * _SPELLED


def windows(points: Cut) -> list[Cut]:
    """Code points, or a text, whole if short, else in overlapping pieces."""
    if len(points) <= WINDOW:
        return [points]
    return [points[start : start + WINDOW] for start in range(0, len(points) - WINDOW + STEP, STEP)]


def _blocks(pieces: Sequence[U32]) -> list[tuple[int, int]]:
    """Ranges of pieces, each at most ``MAX_CODES`` together."""
    ranges, start, size = [], 0, 0
    for number, piece in enumerate(pieces):
        if size + len(piece) + 1 > MAX_CODES:
            ranges.append((start, number))
            start, size = number, 0
        size += len(piece) + 1
    return [*ranges, (start, len(pieces))]


def _ramps(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0 to length - 1 for each length, end to end."""
    ends = np.cumsum(lengths)
    ramps: npt.NDArray[np.int64] = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
    return ramps


def _sigmoid(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    probabilities: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60).astype(np.float64)))
    return probabilities
