"""Nearest vectors by FAISS (Douze et al. 2024), for communities with very many entries; the extra ``faiss``.

Flat below ``GRAPH_FROM`` rows, above it a graph (HNSW: Malkov and Yashunin 2018). Indexes live in memory and are built from the rows;
none is ever read from a file, which FAISS does not do safely. Searching from several threads at once is safe.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.faq.dense import Mask
from assistant.faq.lexical import Floats, Ids, highest

GRAPH_FROM = 50_000
LINKS = 32
BUILD_WIDTH = 160
SEARCH_WIDTH = 400
FEW = 0.1
"""The share of allowed rows below which those are looked at one by one: a graph walked through forbidden rows loses its way."""


@dataclass(frozen=True, slots=True, eq=False)
class FaissVectors:
    rows: Floats
    index: Any
    graph: bool

    @classmethod
    def build(cls, rows: Floats, graph_from: int = GRAPH_FROM) -> FaissVectors:
        """Raises:
        ImportError: the extra is not installed.
        """
        faiss: Any = importlib.import_module("faiss")
        rows = np.ascontiguousarray(rows, np.float32)
        graph = len(rows) >= graph_from
        if graph:
            index = faiss.IndexHNSWFlat(rows.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = BUILD_WIDTH
        else:
            index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return cls(rows, index, graph)

    def nearest(self, vector: Floats, k: int, allowed: Mask | None = None) -> tuple[Ids, Floats]:
        k = min(k, len(self.rows))
        if not k:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        if allowed is not None and allowed.mean() < FEW:
            return self._one_by_one(vector, k, allowed)
        products, found = self.index.search(vector[None].astype(np.float32), k, params=self._parameters(k, allowed))
        held = found[0] >= 0
        return found[0][held].astype(np.int32), products[0][held]

    def _one_by_one(self, vector: Floats, k: int, allowed: Mask) -> tuple[Ids, Floats]:
        chosen = np.flatnonzero(allowed)
        products = self.rows[chosen] @ vector
        best = highest(products, k)
        return chosen[best].astype(np.int32), products[best]

    def _parameters(self, k: int, allowed: Mask | None) -> Any:
        faiss: Any = importlib.import_module("faiss")
        selector = None if allowed is None else faiss.IDSelectorBatch(np.flatnonzero(allowed))
        if self.graph:
            return faiss.SearchParametersHNSW(efSearch=max(SEARCH_WIDTH, 2 * k), sel=selector)
        return faiss.SearchParameters(sel=selector)
