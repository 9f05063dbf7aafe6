"""How a foreign model's labels become ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.types import is_label


@dataclass(frozen=True, slots=True)
class LabelMap:
    """``targets[i]`` is our label for the model's label ``i``, or ``None`` where it means nothing to us (``neutral``)."""

    targets: tuple[str | None, ...]

    @classmethod
    def read(cls, names: Sequence[str], path: Path | None) -> LabelMap:
        """For a model whose labels are ``names``, from a JSON object of its names to ours or null; without one, names must be ours.

        Raises:
            ModelError: the file cannot be read, a name is missing from it, or a target is no label of ours.
        """
        given = _given(path) if path is not None else {name: name.lower() for name in names if is_label(name.lower())}
        missing = [name for name in names if name not in given]
        if path is not None and missing:
            raise ModelError(
                f"{path} does not map {', '.join(missing)}; write null for a label that means nothing here"
            )
        unknown = sorted({target for target in given.values() if target is not None and not is_label(target)})
        if unknown:
            raise ModelError(f"{path} maps to {', '.join(unknown)}, which is no label")
        targets = tuple(given.get(name) for name in names)
        if not any(targets):
            raise ModelError(f"none of the model's labels ({', '.join(names)}) is ours: set risk.label_map")
        return cls(targets)

    @property
    def ours(self) -> tuple[str, ...]:
        """Our labels that the model scores, without repeats."""
        return tuple(dict.fromkeys(target for target in self.targets if target is not None))

    def columns(self, label: str) -> list[int]:
        """Which of the model's labels mean ``label``."""
        return [number for number, target in enumerate(self.targets) if target == label]

    def combine(self, probabilities: npt.NDArray[np.floating], *, several: bool) -> npt.NDArray[np.float64]:
        """Rows x model labels to rows x ours. Labels that share a target add up where exactly one of the model's is true, else the highest
        counts (``several``).
        """
        merge = np.max if several else np.sum
        columns = [merge(probabilities[:, self.columns(label)], axis=1) for label in self.ours]
        combined: npt.NDArray[np.float64] = np.stack(columns, axis=1).astype(np.float64).clip(0.0, 1.0)
        return combined


def _given(path: Path) -> dict[str, str | None]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as reason:
        raise ModelError(f"risk.label_map {path} cannot be read: {reason}") from reason
    if not isinstance(found, dict) or not all(isinstance(v, str | None) for v in found.values()):
        raise ModelError(f"risk.label_map {path} must be a JSON object of label to label or null")
    return found
