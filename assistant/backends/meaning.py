"""What a text means, beside the n-grams' view of how it is written: the shipped embedder's vector through one hidden layer, numpy alone.

N-grams know only what they have seen; words unknown to them stand near known ones in the vectors. A fitted map per script and label joins
both logits. Deep averaging networks: Iyyer and others, ACL 2015.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.backends.ngram import Judged, windows
from assistant.backends.shipped import is_shipped
from assistant.backends.static_embedder import NAME, StaticEmbedder
from assistant.errors import ModelError
from assistant.ports import Embedder

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
ABOUT, WEIGHTS = "meaning.json", "meaning.npz"
LOUDER = 1.0
"""Where a disguise speaks louder than the letters by so much, in logits, what the letters mean may raise a score and not lower it."""

_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Layers:
    """``inner`` (dimensions x hidden) and ``outer`` (hidden x labels) with their biases."""

    inner: F32
    inner_bias: F32
    outer: F32
    outer_bias: F32

    def logits(self, vectors: F32) -> F32:
        """Texts x labels, for vectors of length 1 or 0."""
        found: F32 = np.maximum(vectors @ self.inner + self.inner_bias, 0) @ self.outer + self.outer_bias
        return found


@dataclass(frozen=True, slots=True)
class Meaning:
    """The logit of a label is ``own`` times the n-grams' plus ``read`` times the layers' plus ``shift``; each has a row per script (without
    a Han character, with) and a value per label."""

    embedder: Embedder
    layers: Layers
    own: F64
    read: F64
    shift: F64
    version: str

    @classmethod
    def load(cls, folder: Path, labels: tuple[str, ...]) -> Meaning | None:
        """The model of ``folder``; none where there is none, or the build has no embedder.

        Raises:
            ModelError: it is damaged, or was fitted to another embedder or other labels.
        """
        if not (folder / ABOUT).exists() or not is_shipped(NAME):
            return None
        embedder = StaticEmbedder.load()
        try:
            about = json.loads((folder / ABOUT).read_text("utf-8"))
            fitted_to, its, version = about["embedder"], tuple(about["labels"]), str(about["version"])
            own, read, shift = (np.array(about[name], np.float64) for name in ("own", "read", "shift"))
            with np.load(folder / WEIGHTS) as kept:
                parts = [kept[name].astype(np.float32) for name in Layers.__dataclass_fields__]
        except (OSError, KeyError, ValueError, BadZipFile) as reason:
            raise ModelError(f"the risk model's {ABOUT} in {folder} cannot be read: {reason}") from reason
        if fitted_to != embedder.ref.version:
            raise ModelError(f"{ABOUT} in {folder} was fitted to the embedder {fitted_to}: run models.risk.train again")
        if its != labels:
            raise ModelError(f"the labels of {ABOUT} in {folder} are not those of its n-grams")
        return cls(embedder, Layers(*parts), own, read, shift, version)

    def joined(self, judged: Judged, texts: Sequence[str]) -> F64:
        """Probabilities (texts x labels) from the n-grams' and what the ``texts``, with their disguises undone, mean."""
        own, read, shift = (one.take(judged.scripts, axis=0) for one in (self.own, self.read, self.shift))
        return joined(judged.scores, self.logits(texts) * read + shift, own, judged.disguise)

    def logits(self, texts: Sequence[str]) -> F32:
        """Texts x labels; of a long text the piece that says most of a label counts, else its length would drown it."""
        pieces = [windows(text) for text in texts]
        firsts = np.cumsum([0, *map(len, pieces)])[:-1]
        found = self.layers.logits(self.embedder.encode([piece for those in pieces for piece in those]))
        return np.maximum.reduceat(found, firsts, axis=0)


def joined(scores: F64, said: F64, own: F64, disguise: F32) -> F64:
    """Probabilities (texts x labels) whose logits are ``own`` times those of ``scores`` plus what another model ``said``, weighed and
    shifted; where ``disguise`` is ``LOUDER``, never below ``scores``."""
    kept = scores.clip(_EDGE, 1 - _EDGE)
    logits = np.log(kept / (1 - kept)) * own + said
    found: F64 = 1 / (1 + np.exp(-logits.clip(-30, 30)))
    return np.where(disguise > LOUDER, np.maximum(found, scores), found)
