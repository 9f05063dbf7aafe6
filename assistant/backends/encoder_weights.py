"""A small encoder as it is stored: a BERT body with int8 matrices, one output per label, and the tokenizer beside it; numpy alone.

A folder holds ``tokenizer.json``, ``words.npz`` (``rows`` int8 V x H, ``scales`` float16 V) and ``body.npz``: per layer n the matrices
``n.qkv`` (3H x H), ``n.out`` (H x H), ``n.up`` (F x H), ``n.down`` (H x F) as int8 with ``.scale`` (one per output) and ``.bias``,
``n.norm1`` and ``n.norm2`` (2 x H, factor and shift); ``places`` (P x H, the token type added), ``norm`` (2 x H), ``head`` (L x H) and
``head.bias``, ``ends`` (the ids of the first and the last token), ``heads`` (attention heads).

Another task may have upper layers of its own over the words and lower layers of such an encoder: a file with the arrays of those layers,
``head``, ``head.bias``, and ``below``, the digest of what they were fitted over.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Dense:
    """``x @ weight + bias``; ``weight`` is inputs x outputs."""

    weight: F32
    bias: F32


@dataclass(frozen=True, slots=True)
class Layer:
    qkv: Dense
    out: Dense
    up: Dense
    down: Dense
    norm1: F32
    norm2: F32


@dataclass(frozen=True, slots=True)
class EncoderWeights:
    """Word rows stay int8; the matrices are float32 in memory, since numpy multiplies nothing smaller quickly."""

    tokenizer: Any
    rows: npt.NDArray[np.int8]
    scales: F32
    places: F32
    norm: F32
    layers: tuple[Layer, ...]
    head: Dense
    ends: tuple[int, int]
    heads: int

    @classmethod
    def load(cls, folder: Path) -> EncoderWeights:
        """The encoder of ``folder``.

        Raises:
            ModelError: a file is missing or damaged.
        """
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            with np.load(folder / "words.npz", allow_pickle=False) as words:
                rows, scales = words["rows"], words["scales"].astype(np.float32)
            with np.load(folder / "body.npz", allow_pickle=False) as body:
                arrays = dict(body)
        except (OSError, KeyError, ValueError, BadZipFile) as reason:
            raise ModelError(f"the risk encoder in {folder} cannot be read: {reason}") from reason
        except Exception as reason:  # tokenizers raises nothing more exact
            raise ModelError(f"the tokenizer in {folder} cannot be read: {reason}") from reason
        return cls._build(tokenizer, rows, scales, arrays)

    def under(self, upper: Path) -> EncoderWeights:
        """The words and lower layers of this encoder with the upper layers and outputs of the file ``upper``; what they share lies in
        memory once.

        Raises:
            ModelError: the file is missing or damaged, or was fitted over other weights.
        """
        try:
            with upper.open("rb") as file, np.load(file, allow_pickle=False) as held:
                arrays = dict(held)
            numbers = sorted({int(name.split(".")[0]) for name in arrays if name[0].isdigit()})
            layers = tuple(_layer(arrays, number) for number in numbers)
            below, head = bytes(arrays["below"]), Dense(np.ascontiguousarray(arrays["head"].T), arrays["head.bias"])
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as reason:
            raise ModelError(f"{upper} cannot be read: {reason}") from reason
        count = len(self.layers) - len(layers)
        if numbers != list(range(count, len(self.layers))) or below != self.digest(count):
            raise ModelError(f"{upper} was fitted over another encoder")
        return replace(self, layers=(*self.layers[:count], *layers), head=head)

    def digest(self, layers: int) -> bytes:
        """16 bytes that change with the words and the lowest ``layers`` layers."""
        found = hashlib.blake2b(self.rows.tobytes(), digest_size=16)
        for layer in self.layers[:layers]:
            for dense in (layer.qkv, layer.out, layer.up, layer.down):
                found.update(dense.weight.tobytes())
        return found.digest()

    @classmethod
    def _build(cls, tokenizer: Any, rows: npt.NDArray[np.int8], scales: F32, arrays: dict[str, Any]) -> EncoderWeights:
        count = sum(name.endswith(".qkv") for name in arrays)
        first, last = arrays["ends"].tolist()
        return cls(
            tokenizer=tokenizer,
            rows=rows,
            scales=scales,
            places=arrays["places"].astype(np.float32),
            norm=arrays["norm"],
            layers=tuple(_layer(arrays, number) for number in range(count)),
            head=Dense(np.ascontiguousarray(arrays["head"].T), arrays["head.bias"]),
            ends=(first, last),
            heads=int(arrays["heads"]),
        )


@cache
def read_once(folder: Path) -> EncoderWeights:
    """The encoder of ``folder``, which several tasks share.

    Raises:
        ModelError: a file is missing or damaged.
    """
    return EncoderWeights.load(folder)


def _layer(arrays: dict[str, Any], number: int) -> Layer:
    dense = {name: _dense(arrays, f"{number}.{name}") for name in ("qkv", "out", "up", "down")}
    return Layer(**dense, norm1=arrays[f"{number}.norm1"], norm2=arrays[f"{number}.norm2"])


def _dense(arrays: dict[str, Any], name: str) -> Dense:
    weight = arrays[name].astype(np.float32) * arrays[f"{name}.scale"].astype(np.float32)[:, None]
    return Dense(np.ascontiguousarray(weight.T), arrays[f"{name}.bias"])
