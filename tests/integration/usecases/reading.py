"""An assistant over the tests' PostgreSQL whose model is small, and can be slow."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.settings import Settings
from assistant.store.database import Database
from assistant.types import ModelRef
from assistant.usecases.faq.brain import Brain
from assistant.wiring import Assistant, build

DIMENSIONS = 16


class SmallEmbedder:
    """Counts pairs of characters in a few boxes. ``wait_s`` for each call."""

    def __init__(self, wait_s: float = 0.0, version: str = "1") -> None:
        self.ref = ModelRef("small", version)
        self.dimensions = DIMENSIONS
        self.seen: list[str] = []
        self._wait_s = wait_s

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        time.sleep(self._wait_s)
        self.seen += texts
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for at in range(len(text)):
                row[zlib.crc32(text[at : at + 2].encode("utf-8", "replace")) % DIMENSIONS] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def reading_assistant(url: str, data_dir: Path, embedder: SmallEmbedder) -> Assistant:
    """What it reads is embedded by ``embedder``; it is not asked anything, so there is no judge of what is found."""
    database = Database(url, pool_size=4, timeout_s=5)
    made = build(Settings(data_dir=data_dir), database=database, screening=False)
    made.brain = Brain(database, lambda: (embedder, None), 1024 * 1024)  # type: ignore[arg-type,return-value]
    return made
