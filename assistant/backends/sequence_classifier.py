"""Any Hugging Face sequence classifier in place of the shipped model; ``transformers`` and ``torch`` are imported by ``load`` alone.

Weights are read from safetensors only, code from the model's repository is never run, and on a CPU everything is float32.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.backends.label_map import LabelMap
from assistant.backends.spans import heaviest
from assistant.errors import ModelError
from assistant.types import ModelRef

if TYPE_CHECKING:
    from assistant.text import Normalised

MOST_TOKENS = 512
WINDOWS_AT_ONCE = 16


class SequenceClassifier:
    """Implements ``assistant.ports.Classifier``. It reads texts as they were written; one longer than the model's input is read in
    overlapping windows and keeps the highest score of each label.
    """

    def __init__(self, model: Any, tokenizer: Any, labels: LabelMap, ref: ModelRef) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._labels = labels
        self._ref = ref
        self._window = _window(model.config, tokenizer)
        self._cutting = threading.Lock()
        """A fast tokenizer keeps its truncation as state, so two threads may not cut at once."""

    @classmethod
    def load(
        cls,
        model: str,
        revision: str | None = None,
        label_map: Path | None = None,
        local_files_only: bool = False,
    ) -> SequenceClassifier:
        """``model`` is a local folder or a hub id.

        Raises:
            ModelError: the extra ``models`` is not installed, the model cannot be read, or a label of it is not mapped.
        """
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as reason:
            raise ModelError(
                f"risk.model needs the extra `models`: in a checkout, pip install '.[models]' ({reason})"
            ) from reason
        source = {"revision": revision, "local_files_only": local_files_only, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(model, **source)
            found = AutoModelForSequenceClassification.from_pretrained(
                model, use_safetensors=True, dtype=torch.float32, **source
            )
        except (OSError, ValueError, RuntimeError, KeyError) as reason:
            raise ModelError(f"risk.model {model!r} cannot be loaded: {reason}") from reason
        found.eval().requires_grad_(requires_grad=False)
        names = [found.config.id2label[number] for number in range(found.config.num_labels)]
        labels = LabelMap.read(names, label_map)
        version = revision or getattr(found.config, "_commit_hash", None) or "local"
        return cls(found, tokenizer, labels, ModelRef(model, str(version), labels.ours))

    @property
    def ref(self) -> ModelRef:
        """Every label is named uncalibrated: whether a foreign model's scores are probabilities is not known here."""
        return self._ref

    @property
    def quick(self) -> bool:
        return False

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        if not texts:
            return []
        import torch

        cut = self._cut([text.original for text in texts])
        owners = cut.pop("overflow_to_sample_mapping").numpy()
        cut.pop("offset_mapping", None)
        parts = []
        with torch.inference_mode():
            for start in range(0, len(owners), WINDOWS_AT_ONCE):
                batch = {name: values[start : start + WINDOWS_AT_ONCE] for name, values in cut.items()}
                parts.append(self._probabilities(self._model(**batch).logits).numpy())
        scores = self._labels.combine(np.concatenate(parts), several=self._several)
        return [
            dict(zip(self._labels.ours, scores[owners == n].max(axis=0).tolist(), strict=True))
            for n in range(len(texts))
        ]

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """The spans whose tokens raise the label most: gradient times input of its logits (Shrikumar et al., 2017)."""
        if not text.original:
            return []
        whole = [(0, len(text.original))]
        if label not in self._labels.ours or not self._tokenizer.is_fast:
            return whole
        import torch

        cut = self._cut([text.original])
        cut.pop("overflow_to_sample_mapping")
        offsets = cut.pop("offset_mapping").numpy()
        load = np.zeros(len(text.original), np.float32)
        for window in range(len(offsets)):
            one = {name: values[window : window + 1] for name, values in cut.items()}
            vectors = self._model.get_input_embeddings()(one.pop("input_ids")).requires_grad_()
            logits = self._model(inputs_embeds=vectors, **one).logits[0, self._labels.columns(label)].sum()
            (slope,) = torch.autograd.grad(logits, vectors)
            for (start, end), share in zip(offsets[window], (slope * vectors).sum(-1)[0].tolist(), strict=True):
                load[start:end] = np.maximum(load[start:end], share / max(end - start, 1))
        return heaviest(load) or whole

    @property
    def _several(self) -> bool:
        return bool(self._model.config.problem_type == "multi_label_classification")

    def _probabilities(self, logits: Any) -> Any:
        return logits.sigmoid() if self._several or logits.shape[-1] == 1 else logits.softmax(-1)

    def _cut(self, texts: list[str]) -> dict[str, Any]:
        with self._cutting:
            found = self._tokenizer(
                texts,
                truncation=True,
                max_length=self._window,
                stride=self._window // 4,
                padding=True,
                return_overflowing_tokens=True,
                return_offsets_mapping=self._tokenizer.is_fast,
                return_tensors="pt",
            )
        return dict(found)


def _window(config: Any, tokenizer: Any) -> int:
    """Tokens of one window: what the model takes (RoBERTa's kind keeps two positions for itself), at most ``MOST_TOKENS``."""
    positions = getattr(config, "max_position_embeddings", MOST_TOKENS + 2) - 2 * (
        config.model_type.find("roberta") >= 0
    )
    return int(min(positions, tokenizer.model_max_length, MOST_TOKENS))
