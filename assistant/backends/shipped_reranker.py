"""The reranker that ships, fitted on the vectors of the embedder that ships."""

from __future__ import annotations

from assistant.backends.shipped import shipped
from assistant.faq.rerank import Reranker


def shipped_reranker() -> Reranker:
    """Raises:
    ModelError: it is missing, damaged, or made for other features.
    """
    return Reranker.read(shipped("models/faq") / "reranker.json")
