"""The shipped classifier: a light one judges every text; where it sees anything, an encoder of the text's language reads it too.

Both logits are joined by a fitted map per language and label. Where syllables or another undone disguise speak louder than the letters, the
encoder, which reads letters alone, may raise a score and not lower it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.backends.encoder import Encoder
from assistant.backends.encoder_weights import read_once
from assistant.backends.light import LightClassifier
from assistant.backends.meaning import joined
from assistant.backends.ngram import Judged, spelled_out
from assistant.backends.shipped import shipped
from assistant.errors import ModelError
from assistant.text import Normalised
from assistant.types import ModelRef

F64 = npt.NDArray[np.float64]
ABOUT = "cascade.json"
JOINT = "joint.json"
"""In an encoder's own folder, its maps where ``cascade.json`` does not name its language: it was fitted by itself."""

LANGUAGES = ("en", "zh")
"""By script: no Han character, some. A language without an encoder is left to the n-grams."""


@dataclass(frozen=True, slots=True)
class Joint:
    """One language: a text is read by the encoder where any label's score reaches its ``gate``; then the logit of each label is
    ``own`` times the light one's plus ``read`` times the encoder's plus ``shift``. All have one value per label.
    """

    encoder: Encoder
    gate: F64
    own: F64
    read: F64
    shift: F64

    def joined(self, scores: F64, read: npt.NDArray[np.float32], disguise: npt.NDArray[np.float32]) -> F64:
        """Probabilities (texts x labels)."""
        return joined(scores, read * self.read + self.shift, self.own, disguise)


class CascadeClassifier:
    """Implements ``assistant.ports.Classifier``."""

    def __init__(self, light: LightClassifier, joints: Mapping[int, Joint], version: str) -> None:
        self._light = light
        self._joints = dict(joints)
        its = light.ref
        self._ref = ModelRef("risk-cascade", f"{its.version}-{version}", its.uncalibrated)

    @classmethod
    def load(cls, folder: Path | None = None) -> CascadeClassifier:
        """The model of ``folder``, or the shipped one; the light one alone where no ``cascade.json`` lies beside it.

        Raises:
            ModelError: it is missing or damaged.
        """
        folder = folder or shipped("models/risk")
        light = LightClassifier.load(folder)
        if not (folder / ABOUT).exists():
            return cls(light, {}, "alone")
        try:
            about = _about(folder)
            labels, version = _labels(about), str(about["version"])
            joints = {
                script: _joint(folder / f"encoder_{name}", about[name])
                for script, name in enumerate(LANGUAGES)
                if name in about
            }
        except (OSError, KeyError, ValueError) as reason:
            raise ModelError(f"the risk model's {ABOUT} in {folder} cannot be read: {reason}") from reason
        if labels != {light.labels}:
            raise ModelError(f"the labels of {ABOUT} or {JOINT} in {folder} are not those of its n-grams")
        return cls(light, joints, version)

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def quick(self) -> bool:
        """All but one in fifty texts of ordinary talk are judged without an encoder."""
        return True

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        if not texts:
            return []
        judged = self._light.judged(texts)
        for script, joint in self._joints.items():
            self._read(joint, np.flatnonzero(judged.scripts == script), texts, judged)
        return [dict(zip(self._light.labels, row, strict=True)) for row in judged.scores.tolist()]

    def _read(self, joint: Joint, own: npt.NDArray[np.int64], texts: Sequence[Normalised], judged: Judged) -> None:
        """Puts the joined scores of the grey texts among ``own`` in place of the light ones."""
        grey = own[(judged.scores[own] >= joint.gate).any(axis=1)]
        grey = np.array([n for n in grey if judged.scripts[n] or not spelled_out(*texts[n].readings[0])], np.int64)
        if len(grey):
            read = joint.encoder.logits([texts[n].leet.text for n in grey])
            judged.scores[grey] = joint.joined(judged.scores[grey], read, judged.disguise[grey])

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """Where the n-grams see it: they alone say which characters."""
        return self._light.evidence(text, label)


def _about(folder: Path) -> dict[str, Any]:
    """``cascade.json``, and what encoders that were fitted by themselves bring along."""
    about: dict[str, Any] = json.loads((folder / ABOUT).read_text("utf-8"))
    for name in LANGUAGES:
        own = folder / f"encoder_{name}" / JOINT
        if name not in about and own.exists():
            about[name] = json.loads(own.read_text("utf-8"))
            about["version"] = f"{about['version']}-{about[name]['version']}"
    return about


def _labels(about: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Each list of labels that stands in it: one, if all is well."""
    own = [about[name] for name in LANGUAGES if name in about and "labels" in about[name]]
    return {tuple(maps["labels"]) for maps in (about, *own)}


def _joint(folder: Path, about: Mapping[str, Sequence[float]]) -> Joint:
    maps = {name: np.array(about[name], np.float64) for name in ("gate", "own", "read", "shift")}
    encoder = Encoder(read_once(folder))
    encoder.logits([""])  # so that the first member does not wait for the threads of matrix multiplication
    return Joint(encoder, **maps)
