"""The trained table: a row per token, to which a Chinese word's characters add, and Adam for the rows that a step uses.

The share of the characters makes words that training seldom or never sees move with those that hold the same characters. It is a part of
training alone: ``whole`` adds it to the rows, and what ships is one row per token.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from models.embedder.bags import I64, Bags, ragged
from models.embedder.vocabulary import HAN_RUN

_BETAS = (0.9, 0.999)


class Rows:
    """A matrix of which each step changes a few rows (Kingma and Ba 2015, moments of the other rows stay as they are)."""

    def __init__(self, values: torch.Tensor) -> None:
        self.values = values
        self._mean, self._square = torch.zeros_like(values), torch.zeros_like(values)

    def move(self, which: torch.Tensor, slope: torch.Tensor, rate: float, step: int) -> None:
        first, second = _BETAS
        mean = self._mean[which].mul_(first).add_(slope, alpha=1 - first)
        square = self._square[which].mul_(second).addcmul_(slope, slope, value=1 - second)
        self._mean[which], self._square[which] = mean, square
        scaled = rate * math.sqrt(1 - second**step) / (1 - first**step)
        self.values[which] -= scaled * mean / (square.sqrt() + 1e-8)


class Table:
    def __init__(self, words: Sequence[str], start: torch.Tensor) -> None:
        self._words = Rows(start.clone())
        self._characters = Rows(torch.zeros_like(start))
        self._parts, self._starts = _characters(words)
        self._used: list[tuple[Rows, torch.Tensor, torch.Tensor]] = []
        self._step = 0

    def sums(self, bags: Sequence[Bags]) -> list[torch.Tensor]:
        """The sum of the rows of every bag, a matrix for each of ``bags``; ``descend`` follows."""
        ids = torch.from_numpy(np.concatenate([one.ids for one in bags]))
        used, where = torch.unique(ids, return_inverse=True)
        own = self._words.values[used].requires_grad_()
        parts, starts = ragged(self._parts, self._starts, used.numpy())
        shared, at = torch.unique(torch.from_numpy(parts), return_inverse=True)
        common = self._characters.values[shared].requires_grad_()
        self._used = [(self._words, used, own), (self._characters, shared, common)]
        rows = own + torch.nn.functional.embedding_bag(at, common, torch.from_numpy(starts[:-1]), mode="mean")
        found, begin = [], 0
        for one in bags:
            cut = where[begin : begin + len(one.ids)]
            found.append(torch.nn.functional.embedding_bag(cut, rows, torch.from_numpy(one.starts[:-1]), mode="sum"))
            begin += len(one.ids)
        return found

    def descend(self, loss: torch.Tensor, rate: float) -> None:
        loss.backward()  # type: ignore[no-untyped-call]
        self._step += 1
        with torch.no_grad():
            for rows, which, leaf in self._used:
                if leaf.grad is not None:
                    rows.move(which, leaf.grad, rate, self._step)

    def whole(self) -> torch.Tensor:
        """One row per token."""
        shares = torch.nn.functional.embedding_bag(
            torch.from_numpy(self._parts), self._characters.values, torch.from_numpy(self._starts[:-1]), mode="mean"
        )
        return self._words.values + shares


def _characters(words: Sequence[str]) -> tuple[I64, I64]:
    """The ids of the characters of every Chinese word of two or more; nothing for other tokens."""
    number = {word: i for i, word in enumerate(words)}
    parts = [
        [number[c] for c in word if c in number] if len(word) > 1 and HAN_RUN.fullmatch(word) else [] for word in words
    ]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in parts], dtype=np.int64)])
    return np.array([i for one in parts for i in one], np.int64), starts
