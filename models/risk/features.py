"""Binary n-gram matrices of all rows, cut exactly as serving cuts them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from assistant.backends.ngram import WINDOW, has_han, spelled_out
from assistant.backends.ngrams import SALT, codes, grams, prepared
from models.risk.views import views

_ASSISTANT = Path(__file__).parents[2] / "assistant"
LEAST_ROWS = 2
"""A key seen in fewer rows is dropped."""
_NOTHING = np.zeros(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Features:
    """``matrix`` is rows x keys; ``keys`` names its columns."""

    matrix: sp.csr_matrix
    keys: npt.NDArray[np.uint32]

    def save(self, path: Path) -> None:
        np.savez(path, indices=self.matrix.indices, edges=self.matrix.indptr, keys=self.keys)

    @classmethod
    def load(cls, path: Path) -> Features:
        with np.load(path) as kept:
            indices, edges, keys = kept["indices"], kept["edges"], kept["keys"]
        return cls(sp.csr_matrix((np.ones(len(indices)), indices, edges), shape=(len(edges) - 1, len(keys))), keys)


def kept(texts: Sequence[str], work: Path) -> tuple[Features, Features, npt.NDArray[np.int8]]:
    """``extract``, taken from ``work`` where neither the texts nor the code that cuts them has changed."""
    digest = hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8)
    for path in sorted([*_ASSISTANT.glob("text/**/*.*"), *_ASSISTANT.glob("backends/ngram*.py"), Path(__file__)]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.read_bytes())
    folder = work / f"features-{digest.hexdigest()}"
    if not (folder / "scripts.npy").is_file():
        for old in work.glob("features-*"):
            shutil.rmtree(old)
        folder.mkdir()
        letters, syllables, scripts = extract(texts)
        letters.save(folder / "letters.npz")
        syllables.save(folder / "syllables.npz")
        np.save(folder / "scripts.npy", scripts)
    return (
        Features.load(folder / "letters.npz"),
        Features.load(folder / "syllables.npz"),
        np.load(folder / "scripts.npy"),
    )


def extract(texts: Sequence[str]) -> tuple[Features, Features, npt.NDArray[np.int8]]:
    """Features of letters, features of syllables, and whether each text holds a Han character (its script: 1, else 0)."""
    letters, syllables, scripts = [], [], []
    for text in texts:
        plain, pinyin = views(text)
        points = codes(prepared(plain))[:WINDOW]
        scripts.append(has_han(points))
        letters.append(np.unique(grams(points).keys))
        heard = bool(scripts[-1]) or spelled_out(plain, pinyin)
        syllables.append(np.unique(grams(codes(prepared(pinyin))[:WINDOW] + SALT).keys) if heard else _NOTHING)
    return _matrix(letters), _matrix(syllables), np.array(scripts, np.int8)


def _matrix(sets: list[npt.NDArray[np.uint32]]) -> Features:
    keys, columns = np.unique(np.concatenate(sets), return_inverse=True)
    edges = np.concatenate([[0], np.cumsum([len(one) for one in sets])])
    matrix = sp.csr_matrix((np.ones(len(columns)), columns.astype(np.int32), edges), shape=(len(sets), len(keys)))
    often = np.flatnonzero(np.bincount(columns, minlength=len(keys)) >= LEAST_ROWS)
    return Features(matrix[:, often], keys[often])
