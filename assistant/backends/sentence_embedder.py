"""Any sentence-transformers model in place of the shipped embedder; the library and torch are imported by ``load`` alone.

Weights are read from safetensors only, code from the model's repository is never run, and on a CPU everything is float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.types import ModelRef

F32 = npt.NDArray[np.float32]
TEXTS_AT_ONCE = 32
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle")
OTHER_FORMATS = ("*.h5", "*.ot", "*.msgpack", "*.onnx", "onnx/*", "openvino/*", "*.py")
QUERY, PASSAGE = "query", "passage"


class SentenceEmbedder:
    """Implements ``assistant.ports.Embedder``."""

    def __init__(self, model: Any, ref: ModelRef, prompts: Mapping[str, str], normalize: bool) -> None:
        self._model = model
        self._ref = ref
        self._prompts = dict(prompts)
        self._normalize = normalize

    @classmethod
    def load(
        cls,
        model: str,
        revision: str | None = None,
        prompts: Mapping[str, str] | None = None,
        truncate: int | None = None,
        normalize: bool = True,
        local_files_only: bool = False,
    ) -> SentenceEmbedder:
        """``model`` is a local folder or a hub id; ``prompts`` is what is put before a text, under ``query`` and ``passage``;
        ``truncate`` keeps the first so many dimensions.

        Raises:
            ModelError: the extra ``models`` is not installed, or the model cannot be read, is kept in pickles or has code of its own.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as reason:
            raise ModelError(
                f"embedding.model needs the extra `models`: in a checkout, pip install '.[models]' ({reason})"
            ) from reason
        unknown = set(prompts or {}) - {QUERY, PASSAGE}
        if unknown:
            raise ModelError(f"embedding.prompts may hold query and passage, not {', '.join(sorted(unknown))}")
        try:
            folder, version = _folder(model, revision, local_files_only)
            found = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True, "dtype": "float32"},
            )
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError) as reason:
            raise ModelError(f"embedding.model {model!r} cannot be loaded: {reason}") from reason
        most = int(found.get_embedding_dimension() or 0)
        if truncate is not None and not 1 <= truncate <= most:
            raise ModelError(
                f"embedding.truncate must lie between 1 and {most}, the model's dimensions, not {truncate}"
            )
        found.truncate_dim = truncate
        found.eval().requires_grad_(requires_grad=False)
        return cls(found, ModelRef(model, f"{version}-{truncate or most}"), prompts or {}, normalize)

    @property
    def ref(self) -> ModelRef:
        return self._ref

    @property
    def dimensions(self) -> int:
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], *, query: bool = False) -> F32:
        """Shape (texts, ``dimensions``), each row of length 1 if ``normalize``; ``query`` puts the query's prompt before the texts."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        prompt = self._prompts.get(QUERY if query else PASSAGE, "")
        sound = [(prompt + text).encode("utf-8", "replace").decode("utf-8") for text in texts]
        found = self._model.encode(
            sound,
            prompt="",
            batch_size=TEXTS_AT_ONCE,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=self._normalize,
        )
        return np.asarray(found, np.float32)


def _folder(model: str, revision: str | None, local_files_only: bool) -> tuple[Path, str]:
    """The model's folder, fetched without pickles and code, and its version.

    Raises:
        ModelError: a local folder keeps weights in pickles without safetensors beside them.
    """
    folder, version = Path(model), revision or "local"
    if not folder.is_dir():
        from huggingface_hub import snapshot_download

        unread = [*PICKLES, *OTHER_FORMATS]
        folder = Path(
            snapshot_download(model, revision=revision, local_files_only=local_files_only, ignore_patterns=unread)
        )
        version = folder.name
    for pattern in PICKLES:
        for pickled in folder.rglob(pattern):
            if not any(pickled.parent.glob("*.safetensors")):
                raise ModelError(
                    f"embedding.model {model!r} keeps weights in {pickled.name}: only safetensors are read"
                )
    return folder, version
