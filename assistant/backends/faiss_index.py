"""Nearest vectors by FAISS (Douze et al. 2024), for communities with very many of them; the extra ``faiss``.

Flat below ``LISTS_FROM`` rows. Above it inverted lists (IVF: Jegou, Douze and Schmid 2011) around centroids that are trained on a sample, a
byte per dimension; how many lists a search reads is chosen while building, by the recall on vectors drawn from the rows, and
what it finds is compared once more with the rows themselves. Indexes live in memory and are built from the rows; none is ever read from a
file, which FAISS does not do safely.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.faq.dense import Mask
from assistant.faq.lexical import Floats, Ids, highest

Rows = NDArray[np.floating[Any]]
"""Shape (size, dimensions), single or half precision."""
Places = NDArray[np.int64]

LISTS_FROM = 50_000
MOST_LISTS = 4_096
SAMPLE = 40
"""Rows per centroid that the centroids are trained on, in ``ROUNDS`` rounds of k-means."""
ROUNDS = 6
LEAST_PROBES = 16
RECALL, DEEP, TRIED = 0.96, 100, 60
"""The share of the nearest ``DEEP`` that a search has to find, on the mean of ``TRIED`` vectors."""
SPARE = 50
"""Found beyond what is asked for, and put in order by the rows themselves."""
FEW = 0.1
"""The share of allowed rows below which those are looked at one by one: lists of others are read in vain."""
_CHUNK = 65_536


@dataclass(slots=True, eq=False)
class FaissVectors:
    """Searching from several threads at once is safe; ``add`` and ``replace`` have to be alone."""

    rows: Rows
    index: Any
    lists: bool
    probes: int = 0

    @classmethod
    def build(
        cls, rows: Rows, lists_from: int = LISTS_FROM, places: Places | None = None, threads: int | None = None
    ) -> FaissVectors:
        """About 30 s of one core for a million rows of 128 dimensions; the time grows hardly faster than the rows do, which are kept and
        not copied, but for few. With ``places`` only the rows at these are found; ``threads`` are the calling thread's from then on.

        Raises:
            ImportError: the extra is not installed.
        """
        faiss: Any = importlib.import_module("faiss")
        if threads is not None:
            faiss.omp_set_num_threads(threads)
        if places is None and len(rows) < lists_from:
            rows = np.ascontiguousarray(rows, np.float32)
            index = faiss.IndexFlatIP(rows.shape[1])
            index.add(rows)
            return cls(rows, index, False)
        places = np.arange(len(rows)) if places is None else places
        made = cls(rows, _trained(faiss, rows, places), True)
        made._put(places)
        made.probes = _enough(made, places)
        return made

    def add(self, rows: Rows) -> None:
        """``rows`` are all there are now; the first are those there were. Their lists stay, however many come: build anew when they have
        doubled."""
        before, self.rows = len(self.rows), rows if self.lists else np.ascontiguousarray(rows, np.float32)
        self._put(np.arange(before, len(rows)))

    def replace(self, changed: Places) -> None:
        """The rows at these places have other vectors now, in the array itself. Only with lists. What stood there is still found by, but
        compared as it is now."""
        self._put(changed)

    def nearest(self, vector: Floats, k: int, allowed: Mask | None = None) -> tuple[Ids, Floats]:
        k = min(k, len(self.rows))
        if not k:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        if allowed is not None and np.count_nonzero(allowed) < FEW * int(self.index.ntotal):
            return self._best(np.flatnonzero(allowed), vector, k)
        asked = k + SPARE if self.lists else k
        _, found = self.index.search(vector[None].astype(np.float32), asked, params=self._parameters(allowed))
        return self._best(np.unique(found[0][found[0] >= 0]), vector, k)

    def _best(self, places: Places, vector: Floats, k: int) -> tuple[Ids, Floats]:
        products = np.concatenate(
            [np.zeros(0, np.float32)]
            + [self.rows[places[at : at + _CHUNK]].astype(np.float32) @ vector for at in range(0, len(places), _CHUNK)]
        )
        best = highest(products, k)
        return places[best].astype(np.int32), products[best]

    def _put(self, places: Places) -> None:
        for at in range(0, len(places), _CHUNK):
            part = places[at : at + _CHUNK]
            rows = np.ascontiguousarray(self.rows[part], np.float32)
            if self.lists:
                self.index.add_with_ids(rows, part)
            else:
                self.index.add(rows)

    def _parameters(self, allowed: Mask | None) -> Any:
        faiss: Any = importlib.import_module("faiss")
        selector = None
        if allowed is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        if self.lists:
            return faiss.SearchParametersIVF(nprobe=self.probes, sel=selector)
        return faiss.SearchParameters(sel=selector)


def _trained(faiss: Any, rows: Rows, places: Places) -> Any:
    """Empty lists around centroids of a sample: four times the root of the rows, in powers of two."""
    wanted = 2 ** int(np.log2(max(1.0, 4 * len(places) ** 0.5)))
    count = max(1, min(MOST_LISTS, wanted, len(places) // SAMPLE))
    coarse = faiss.IndexFlatIP(rows.shape[1])
    index = faiss.IndexIVFScalarQuantizer(
        coarse, rows.shape[1], count, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.niter, index.cp.spherical = ROUNDS, True
    index.cp.min_points_per_centroid = 1
    if not len(places):
        rows, places = np.zeros((1, rows.shape[1]), np.float32), np.zeros(1, np.int64)
    sample = min(len(places), count * SAMPLE)
    chosen = np.sort(np.random.default_rng(1).choice(places, sample, replace=False))
    index.train(np.ascontiguousarray(rows[chosen], np.float32))
    return index


def _enough(made: FaissVectors, places: Places) -> int:
    """How many lists have to be read for the recall wanted: of vectors that are one row's, and of sums of three, as interests are."""
    rows, lists = made.rows, int(made.index.nlist)
    if not len(places):
        return lists
    asked = rows[np.random.default_rng(2).choice(places, (TRIED, 3))].astype(np.float32)
    vectors = np.where((np.arange(TRIED) % 2 == 0)[:, None], asked[:, 0], asked.sum(axis=1))
    deep = min(DEEP, len(places))
    truth = _exact(rows, places, vectors, deep)
    made.probes = min(lists, LEAST_PROBES)
    while made.probes < lists:
        shares = [
            len(np.intersect1d(one, made.nearest(v, deep)[0])) / deep for one, v in zip(truth, vectors, strict=True)
        ]
        if np.mean(shares) >= RECALL:
            break
        made.probes = min(lists, made.probes + made.probes // 4)
    return made.probes


def _exact(rows: Rows, places: Places, vectors: Floats, k: int) -> Places:
    """The places of the ``k`` nearest of each vector, in no order: shape (vectors, k)."""
    best = np.full((len(vectors), k), -np.inf, np.float32)
    found = np.zeros((len(vectors), k), np.int64)
    for at in range(0, len(places), _CHUNK):
        part = places[at : at + _CHUNK]
        products = np.concatenate([best, vectors @ rows[part].astype(np.float32).T], axis=1)
        where = np.concatenate([found, np.broadcast_to(part, (len(vectors), len(part)))], axis=1)
        kept = np.argpartition(-products, k - 1, axis=1)[:, :k]
        best, found = np.take_along_axis(products, kept, axis=1), np.take_along_axis(where, kept, axis=1)
    return found
