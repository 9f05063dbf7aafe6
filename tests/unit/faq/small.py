"""An embedder and a judge small enough to be understood, so that the index's tests depend on no trained weights."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assistant.faq.candidates import CONTEXT, FEATURES
from assistant.faq.index import FaqIndex
from assistant.faq.lexical import Floats
from assistant.faq.rerank import Layer, Reranker
from assistant.faq.texts import entry_texts
from assistant.faq.tokens import lexical_tokens
from assistant.types import ModelRef
from assistant.types.faq import Entry, Hit

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
REF = ModelRef("small", "1")
DIMENSIONS = 96
MEANINGS = {"运费": "shipping", "邮费": "shipping", "退款": "refund", "积分": "points", "delivery": "shipping"}
"""Words that mean the same, so that one language finds the other."""


def encode(texts: Sequence[str]) -> Floats:
    """The mean of a fixed random vector per token."""
    rows = np.zeros((len(texts), DIMENSIONS), np.float32)
    for i, text in enumerate(texts):
        for token in lexical_tokens(text):
            rows[i] += _vector(MEANINGS.get(token, token))
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _vector(token: str) -> Floats:
    return np.random.default_rng(zlib.crc32(token.encode())).standard_normal(DIMENSIONS).astype(np.float32)


def _layer(size: int, weights: dict[int, float]) -> Layer:
    linear = np.zeros(size, np.float32)
    for place, weight in weights.items():
        linear[place] = weight
    zeros = np.zeros((size, 1), np.float32)
    return Layer(np.zeros(size, np.float32), np.ones(size, np.float32), linear, zeros, zeros[0], zeros[0])


def judge() -> Reranker:
    """Words and meaning count alike; "none of them" wins where neither is near."""
    weights = {
        FEATURES.index(name): weight
        for name, weight in {
            "asked_meaning": 4.0,
            "asked_alike": 4.0,
            "told_meaning": 4.0,
            "told_alike": 4.0,
            "told_held": 4.0,
            "same_script": 0.5,
            "other_language": -0.5,
        }.items()
    }
    entry, none = _layer(len(FEATURES), weights), _layer(len(CONTEXT) + len(FEATURES), {0: 4.0})
    return Reranker(embedder="small", entry=entry, none=none, bias=4.0, temperature=1.0, floor=0.5, gap=0.1)


def vectors(entries: Sequence[Entry]) -> Floats:
    return encode([text for entry in entries for text in entry_texts(entry)])


def index(entries: Sequence[Entry], **more: Any) -> FaqIndex:
    return FaqIndex.build(entries, vectors(entries), REF, judge(), **more)


def ask(searched: FaqIndex, question: str, **more: Any) -> list[Hit]:
    return searched.search(question, encode([question])[0], **{"now": NOW, **more})
