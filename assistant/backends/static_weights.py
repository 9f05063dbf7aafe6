"""A static embedding as sentence-transformers stores it, read without torch: one row per token, and the tokenizer beside it.

``model.safetensors`` holds either ``embedding.weight`` (V x D, any float), or, as model2vec has it, ``embeddings`` (R x D, float or
int8) with, where wanted, ``mapping`` (V, the row of each token) and ``weights`` (V, what its row is multiplied by).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
_KINDS = frozenset({"StaticEmbedding", "Normalize"})


@dataclass(frozen=True, slots=True)
class StaticWeights:
    """``rows`` stays as it is stored, so that int8 takes a byte; ``mapping`` and ``scale`` are per token, or None for one to one and 1."""

    tokenizer: Any
    rows: npt.NDArray[Any]
    mapping: I64 | None
    scale: F32 | None
    version: str

    @classmethod
    def load(cls, folder: Path) -> StaticWeights:
        """The static model of ``folder``.

        Raises:
            ModelError: a file is missing or damaged, or the model is of another kind.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load
        from tokenizers import Tokenizer

        try:
            inner = folder / _path(folder)
            content = (inner / "model.safetensors").read_bytes()
            arrays = load(content)
            tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))
            tokenizer.no_padding()
            tokenizer.no_truncation()
            return cls._build(tokenizer, arrays, hashlib.blake2b(content, digest_size=6).hexdigest())
        except ModelError:
            raise
        except (OSError, KeyError, ValueError, TypeError, SafetensorError) as reason:
            raise ModelError(f"the embedder in {folder} cannot be read: {reason}") from reason
        except Exception as reason:  # tokenizers raises nothing more exact
            raise ModelError(f"the tokenizer of the embedder in {folder} cannot be read: {reason}") from reason

    @classmethod
    def _build(cls, tokenizer: Any, arrays: dict[str, npt.NDArray[Any]], version: str) -> StaticWeights:
        if "embedding.weight" in arrays:
            rows, mapping, scale = arrays["embedding.weight"], None, None
        else:
            rows, mapping, scale = arrays["embeddings"], arrays.get("mapping"), arrays.get("weights")
        tokens = tokenizer.get_vocab_size(with_added_tokens=True)
        known = len(rows) if mapping is None else len(mapping)
        if rows.ndim != 2 or tokens > known or (scale is not None and len(scale) != known):
            raise ModelError(f"the embedder has {tokens} tokens, but rows of shape {rows.shape} and {known} weights")
        return cls(
            tokenizer=tokenizer,
            rows=rows,
            mapping=None if mapping is None else mapping.astype(np.int64),
            scale=None if scale is None else scale.astype(np.float32),
            version=version,
        )

    def gather(self, ids: I64, dimensions: int) -> F32:
        """The first ``dimensions`` of the rows of ``ids``, as float32."""
        found = self.rows[ids if self.mapping is None else self.mapping[ids], :dimensions].astype(np.float32)
        if self.scale is not None:
            found *= self.scale[ids, None]
        return found


def _path(folder: Path) -> str:
    """Where the static embedding lies; a model with modules other than it and Normalize is refused."""
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    if not kinds or kinds[0] != "StaticEmbedding" or not set(kinds) <= _KINDS:
        raise ModelError(f"{folder} is no static embedder: its modules are {', '.join(kinds) or 'none'}")
    return str(modules[0]["path"])
