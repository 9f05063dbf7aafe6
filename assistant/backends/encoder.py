"""A small transformer encoder (BERT: Devlin and others, NAACL 2019) in numpy: texts in, one logit per label out.

Texts are put end to end, so that nothing is padding; only attention looks at one text at a time. What was read last is remembered, by
the text's digest and not the text: one that is sent again and again, or whose evidence is asked for, is read once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.backends.encoder_weights import F32, Dense, EncoderWeights, Layer

MOST_PIECES = 4
"""Of a longer text so many pieces are read, and each label keeps its highest logit."""

AT_ONCE = 32
"""Pieces in one turn: at 64 tokens, 12 MB for the widest array."""

REMEMBERED = 1_024
"""Texts whose logits are kept: 0.3 MB."""

_TINY = 1e-12
_GELU = float(np.sqrt(2 / np.pi))


class Encoder:
    """Logits of texts as the view ``leet`` has them."""

    def __init__(self, weights: EncoderWeights) -> None:
        self._weights = weights
        self._lock = threading.Lock()
        self._remembered: OrderedDict[bytes, F32] = OrderedDict()

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Raises: ModelError."""
        return cls(EncoderWeights.load(folder))

    def logits(self, texts: Sequence[str]) -> F32:
        """Shape (texts, labels), of one text at least."""
        digests = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        known = self._recalled(digests)
        new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if new:
            rows = dict(zip(new, self.read(list(new.values())), strict=True))
            self._remember(rows)
            known |= rows
        return np.array([known[digest] for digest in digests], np.float32)

    def _recalled(self, digests: Sequence[bytes]) -> dict[bytes, F32]:
        with self._lock:
            found = {digest: self._remembered[digest] for digest in digests if digest in self._remembered}
            for digest in found:
                self._remembered.move_to_end(digest)
        return found

    def _remember(self, rows: Mapping[bytes, F32]) -> None:
        with self._lock:
            self._remembered.update((digest, row.copy()) for digest, row in rows.items())
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)

    def read(self, texts: Sequence[str]) -> F32:
        """The same, of what is not remembered, and not remembering it."""
        pieces = [self._pieces(text) for text in texts]
        flat = [piece for those in pieces for piece in those]
        found = [self._read(flat[start : start + AT_ONCE]) for start in range(0, len(flat), AT_ONCE)]
        firsts = np.cumsum([0, *map(len, pieces)])[:-1]
        highest: F32 = np.maximum.reduceat(np.concatenate(found), firsts, axis=0)
        return highest

    def _pieces(self, text: str) -> list[list[int]]:
        ids = self._weights.tokenizer.encode(_sound(readable(text)), add_special_tokens=False).ids
        first, last = self._weights.ends
        inside = MOST_TOKENS - 2
        starts = range(0, max(len(ids), 1), inside)[:MOST_PIECES]
        return [[first, *ids[start : start + inside], last] for start in starts]

    def _read(self, pieces: list[list[int]]) -> F32:
        weights = self._weights
        lengths = [len(piece) for piece in pieces]
        ids = np.array([token for piece in pieces for token in piece])
        states = weights.rows[ids] * weights.scales[ids, None]
        states += np.concatenate([weights.places[:length] for length in lengths])
        states = _normed(states, weights.norm)
        edges = np.cumsum([0, *lengths]).tolist()
        for layer in weights.layers:
            states = _turn(states, layer, edges, weights.heads)
        means = np.add.reduceat(states, edges[:-1], axis=0) / np.array(lengths, np.float32)[:, None]
        return _through(means.astype(np.float32), weights.head)


def _turn(states: F32, layer: Layer, edges: list[int], heads: int) -> F32:
    seen = _attended(_through(states, layer.qkv), edges, heads)
    states = _normed(states + _through(seen, layer.out), layer.norm1)
    wide = _through(states, layer.up)
    wide *= 0.5 * (1 + np.tanh(_GELU * (wide + 0.044715 * wide * wide * wide)))
    return _normed(states + _through(wide, layer.down), layer.norm2)


def _attended(qkv: F32, edges: list[int], heads: int) -> F32:
    size = qkv.shape[1] // 3
    found = np.empty((len(qkv), size), np.float32)
    scale = np.float32((size // heads) ** -0.5)
    for start, end in pairwise(edges):
        query, key, value = qkv[start:end].reshape(end - start, 3, heads, -1).transpose(1, 2, 0, 3)
        shares = np.matmul(query * scale, key.transpose(0, 2, 1))
        shares = np.exp(shares - shares.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        found[start:end] = np.matmul(shares, value).transpose(1, 0, 2).reshape(end - start, size)
    return found


def _through(states: F32, dense: Dense) -> F32:
    found: F32 = states @ dense.weight
    found += dense.bias
    return found


def _normed(states: F32, norm: F32) -> F32:
    states = states - states.mean(axis=1, keepdims=True)
    states /= np.sqrt(np.square(states).mean(axis=1, keepdims=True) + _TINY)
    states *= norm[0]
    states += norm[1]
    return states


def _sound(text: str) -> str:
    """Half a surrogate pair cannot be written in UTF-8, which the tokenizer reads."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
