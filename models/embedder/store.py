"""Writes the model as sentence-transformers reads it: int8 rows and a factor per token, the form of model2vec."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from models.embedder.material import F32

INNER = "0_StaticEmbedding"
_MODULES = [
    {"idx": 0, "name": "0", "path": INNER, "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_ABOUT = {
    "model_type": "SentenceTransformer",
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}
_HIGHEST = 127


def quantised(rows: F32) -> tuple[np.ndarray, F32]:
    """int8 rows and what each is multiplied by; the length of the whole table is kept."""
    peaks = np.abs(rows).max(axis=1)
    factors = np.where(peaks > 0, peaks / _HIGHEST, 1).astype(np.float32)
    return np.rint(rows / factors[:, None]).astype(np.int8), factors


def write(folder: Path, tokenizer: Tokenizer, rows: F32) -> None:
    """Replaces what is in ``folder``."""
    inner = folder / INNER
    inner.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    whole, factors = quantised(rows)
    save_file({"embeddings": whole, "weights": factors}, inner / "model.safetensors")
    (inner / "model.safetensors").chmod(0o644)
    tokenizer.save(str(inner / "tokenizer.json"), pretty=False)
    for path, content in (
        (folder / "modules.json", _MODULES),
        (folder / "config_sentence_transformers.json", _ABOUT),
        (folder / "1_Normalize" / "config.json", {}),
    ):
        path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
