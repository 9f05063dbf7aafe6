"""The learned model of advertising claims, beside the rules: numpy, the shipped embedder's vectors and the risk model's encoders.

Four models, weighed together, say whether a stretch makes a claim: a linear one over hashed n-grams with log-count ratios (Wang and
Manning, 2012), a linear one over n-grams and the vector, which says which claim too, a support vector machine on the vector, which
knows what training texts it is near to, and upper layers of their own on the risk model's encoder of the language. Weights by
``models/advertising/train.py``; read once, never changed, so calls from many threads need no lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant.backends.encoder import Encoder
from assistant.backends.encoder_weights import read_once
from assistant.backends.shipped import shipped
from assistant.backends.static_embedder import StaticEmbedder
from assistant.errors import ModelError
from assistant.moderation.advertising.grams import BUCKETS, features, grams, windows
from assistant.moderation.advertising.learned import Reading
from assistant.ports import Embedder

NAME: Final = "models/advertising"
LANGUAGES: Final = ("en", "zh")
"""By script: no Han character, some."""

ENCODED: Final = 32
"""Stretches of a text that an encoder reads: those of which the other models are surest."""

NAMED: Final = 1.0
"""How much an encoder counts in which claim it is."""

_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_EDGE: Final = re.compile(r"[\s，。！？；、,.!?;:：「」“”\"'（）()]+")

_BLOCK: Final = 64
"""Stretches compared with the support vectors at once."""

F32 = NDArray[np.float32]
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class ClaimWeights:
    """``kinds`` are the ids of rules. ``weights`` has shape (2 + kinds, ``BUCKETS``) in steps of ``scale``, ``bias`` (2 + kinds,),
    ``dense`` (1 + kinds, dimensions): row 0 is the log odds of a claim; the softmax of the others is for none and for each kind, and
    they alone have ``dense`` weights. ``near`` (n, dimensions) holds the support vectors in steps of ``step``, ``pull`` (n + 1,) what
    each weighs, and the constant; ``gamma`` is the width of their kernel. ``mix`` (4,): the calibrated log odds are the three models'
    own, weighed, and a constant; ``mix_read`` (languages, 5) weighs an encoder's with them. ``threshold`` is the probability from which
    on a claim is found."""

    kinds: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: F32
    bias: F32
    dense: F32
    near: NDArray[np.int8]
    step: float
    pull: F32
    gamma: float
    mix: F32
    mix_read: F32
    threshold: float

    @classmethod
    def load(cls, path: Path) -> ClaimWeights:
        """
        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                read = cls(
                    tuple(held["kinds"].tolist()),
                    held["weights"],
                    held["scale"],
                    held["bias"],
                    held["dense"],
                    held["near"],
                    float(held["step"]),
                    held["pull"],
                    float(held["gamma"]),
                    held["mix"],
                    held["mix_read"],
                    float(held["threshold"]),
                )
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise ModelError(f"{path} cannot be read: {error}") from error
        for name, found, shape in (
            ("weights", read.weights, (2 + len(read.kinds), BUCKETS)),
            ("mix_read", read.mix_read, (len(LANGUAGES), 5)),
        ):
            if found.shape != shape:
                raise ModelError(f"{path} has {name} of shape {found.shape}, not {shape}")
        return read


class ClaimModel:
    """Implements ``assistant.moderation.advertising.learned.ClaimReader``."""

    def __init__(self, weights: ClaimWeights, embedder: Embedder, encoder_of: Callable[[str], Encoder]) -> None:
        """``encoder_of`` gives the encoder of one of ``LANGUAGES``; it is asked when a text of the language is there to read."""
        self._weights = weights
        self._near = weights.near.astype(np.float32) * weights.step
        self._embedder = embedder
        self._encoder_of = encoder_of

    @property
    def threshold(self) -> float:
        return self._weights.threshold

    def read(self, text: str) -> list[Reading]:
        """One reading per window of ``text``, which is folded; time linear in its length.

        Raises:
            ModelError: an encoder is missing or damaged, or was fitted over another one.
        """
        spans = windows(text)
        if not spans:
            return []
        stretches = [text[start:end] for start, end in spans]
        signals, margins = self._signals(stretches, self._embedder.encode(stretches))
        odds = mixed(signals, self._weights.mix)
        surest = np.argsort(-odds, kind="stable")[:ENCODED]
        script = np.array([script_of(one) for one in stretches])
        for number, language in enumerate(LANGUAGES):
            if len(its := surest[script[surest] == number]):
                read = self._encoder_of(language).logits([stretches[at] for at in its])
                odds[its] = mixed(np.column_stack([signals[its], read[:, 0]]), self._weights.mix_read[number])
                margins[its] = named(margins[its], read)
        return [
            Reading(*span, float(its), dict(zip(self._weights.kinds, own.tolist(), strict=True)))
            for span, its, own in zip(spans, probability(odds), shares(margins), strict=True)
        ]

    def _signals(self, stretches: Sequence[str], vectors: F32) -> tuple[F32, F32]:
        """Of each stretch what ``signals_of`` makes of the three models, shape (n, 3), and the margins of none and each kind."""
        held = self._weights
        rows = np.stack([held.weights[:, at].astype(np.float32) @ values for at, values in map(features, stretches)])
        rows = rows * held.scale + held.bias
        near = np.concatenate([kernel(block, self._near, held.gamma) @ held.pull[:-1] for block in _blocks(vectors)])
        margins = rows[:, 1:] + vectors @ held.dense.T
        return signals_of(rows[:, 0], margins, near + held.pull[-1]), margins

    def weightiest(self, stretch: str, kind: str) -> tuple[int, int]:
        """The run of whole words and characters in ``stretch`` that weighs most for ``kind``; never empty."""
        held = self._weights
        row = 2 + held.kinds.index(kind)
        weight = np.zeros(len(stretch) + 1)
        for its in grams(stretch):
            for gram in its:
                if gram.end > gram.start:
                    own = held.weights[(0, row), gram.bucket] * held.scale[[0, row]]
                    weight[gram.start : gram.end] += float(own.sum()) / (gram.end - gram.start)
        return _whole_words(stretch, *_densest(weight[:-1]))


def signals_of(ratio: Floats, margins: Floats, near: Floats) -> F32:
    """What three models say of n stretches as log odds of a claim, shape (n, 3): ``ratio`` and ``near`` (n,), and of ``margins``
    (n, 1 + kinds), of none and each kind, those of any kind."""
    some = np.logaddexp.reduce(margins[:, 1:], axis=1) - margins[:, 0]
    return np.stack([ratio, some, near], axis=1).astype(np.float32)


def mixed(signals: Floats, mix: Floats) -> F32:
    """The calibrated log odds, shape (n,): ``signals`` (n, k) weighed with ``mix`` (k + 1,), the last of which is the constant."""
    found: F32 = (signals @ mix[:-1] + mix[-1]).astype(np.float32)
    return found


def named(margins: Floats, read: Floats) -> F32:
    """The margins (n, 1 + kinds) of none and each kind, and what an encoder says of them: ``read`` (n, 2 + kinds), of any claim, none and
    each kind."""
    found: F32 = (margins + NAMED * read[:, 1:]).astype(np.float32)
    return found


def probability(odds: Floats) -> F32:
    found: F32 = (1.0 / (1.0 + np.exp(-odds))).astype(np.float32)
    return found


def shares(margins: Floats) -> F32:
    """Of each kind in a claim, shape (n, kinds), rows sum to 1; ``margins`` (n, 1 + kinds) are of none and each kind."""
    some = np.logaddexp.reduce(margins[:, 1:], axis=1)
    found: F32 = np.exp(margins[:, 1:] - some[:, None]).astype(np.float32)
    return found


def script_of(stretch: str) -> int:
    """The place in ``LANGUAGES``."""
    return int(_HAN.search(stretch) is not None)


def kernel(vectors: F32, near: F32, gamma: float) -> F32:
    """``exp(-gamma * distance ** 2)`` of every one of n vectors to every one of m: (n, m)."""
    apart = (vectors**2).sum(axis=1)[:, None] + (near**2).sum(axis=1)[None, :] - 2 * vectors @ near.T
    found: F32 = np.exp(-gamma * apart).astype(np.float32)
    return found


def _blocks(vectors: F32) -> Iterator[F32]:
    for start in range(0, len(vectors), _BLOCK):
        yield vectors[start : start + _BLOCK]


def _densest(weight: NDArray[np.float64]) -> tuple[int, int]:
    """The run with the greatest sum over the mean (Kadane)."""
    over = weight - weight.mean()
    best, found, at, total = -np.inf, (0, len(over)), 0, 0.0
    for index, value in enumerate(over.tolist()):
        if total <= 0:
            at, total = index, 0.0
        total += value
        if total > best:
            best, found = total, (at, index + 1)
    return found


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and _latin(text[start - 1 : start + 1]):
        start -= 1
    while end < len(text) and _latin(text[end - 1 : end + 1]):
        end += 1
    inner = [(max(a, start), min(b, end)) for a, b in _between_marks(text) if a < end and start < b]
    return (inner[0][0], inner[-1][1]) if inner else (0, len(text))


def _between_marks(text: str) -> list[tuple[int, int]]:
    edges = [(0, 0), *(match.span() for match in _EDGE.finditer(text)), (len(text), len(text))]
    return [(before[1], after[0]) for before, after in pairwise(edges) if before[1] < after[0]]


def _latin(pair: str) -> bool:
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


@cache
def shipped_claims() -> ClaimModel:
    """The shipped model, read once per process.

    Raises:
        ModelError: it is missing or damaged.
    """
    return ClaimModel(ClaimWeights.load(shipped(NAME) / "claims.npz"), StaticEmbedder.load(), _shipped_encoder)


@cache
def _shipped_encoder(language: str) -> Encoder:
    below = read_once(shipped("models/risk") / f"encoder_{language}")
    return Encoder(below.under(shipped(NAME) / f"encoder_{language}.npz"))
