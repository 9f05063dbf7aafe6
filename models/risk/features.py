"""Binary n-gram matrices of all rows, cut exactly as serving cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from assistant.backends.ngram import WINDOW, has_han, spelled_out
from assistant.backends.ngrams import SALT, codes, grams, prepared
from models.risk.views import views

LEAST_ROWS = 2
"""A key seen in fewer rows is dropped."""
_NOTHING = np.zeros(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Features:
    """``matrix`` is rows x keys; ``keys`` names its columns."""

    matrix: sp.csr_matrix
    keys: npt.NDArray[np.uint32]


def extract(texts: Sequence[str]) -> tuple[Features, Features, npt.NDArray[np.int8]]:
    """Character features, pinyin features, and whether each text holds a Han character (its script: 1, else 0)."""
    characters, syllables, scripts = [], [], []
    for text in texts:
        plain, pinyin = views(text)
        points = codes(prepared(plain))[:WINDOW]
        scripts.append(has_han(points))
        characters.append(np.unique(grams(points).keys))
        heard = bool(scripts[-1]) or spelled_out(plain, pinyin)
        syllables.append(np.unique(grams(codes(prepared(pinyin))[:WINDOW] + SALT).keys) if heard else _NOTHING)
    return _matrix(characters), _matrix(syllables), np.array(scripts, np.int8)


def _matrix(sets: list[npt.NDArray[np.uint32]]) -> Features:
    keys, columns = np.unique(np.concatenate(sets), return_inverse=True)
    edges = np.concatenate([[0], np.cumsum([len(one) for one in sets])])
    matrix = sp.csr_matrix((np.ones(len(columns)), columns.astype(np.int32), edges), shape=(len(sets), len(keys)))
    often = np.flatnonzero(np.bincount(columns, minlength=len(keys)) >= LEAST_ROWS)
    return Features(matrix[:, often], keys[often])

